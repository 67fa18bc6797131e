import assert from 'node:assert/strict';
import { findings } from '../../../../src/extension/code/findings.js';
import type { UnitExplanation } from '../../../../src/shared/results.js';
import { explained, layer, silent, unit } from './explained.js';

const found = (units: UnitExplanation[], { op = 'Relu', share = 0.25 } = {}) => {
  const of = layer('act1', { op });
  return findings(of, explained(of, units), share).map(({ kind, message }) => `${kind}: ${message}`);
};
const four = (make: (i: number) => UnitExplanation) => [0, 1, 2, 3].map(make);

describe('what is worth a look in a layer', () => {
  it('nothing, where its neurons fire and have labels', () => {
    assert.deepEqual(found(four((i) => unit(i))), []);
  });

  it('more dead and constant neurons than the share that was set', () => {
    const units = [unit(0), unit(1), silent(2, 'dead'), silent(3, 'constant')];
    assert.deepEqual(found(units), ['silent: 1 dead and 1 constant of 4 neurons (50 %)']);
    assert.deepEqual(found(units, { share: 0.5 }), [], 'more than, not as many as');
    assert.deepEqual(found(units.slice(1, 3), { share: 0 }), [], 'two neurons are no share');
  });

  it('labels that are no better than chance throughout', () => {
    assert.deepEqual(found(four((i) => unit(i, { floor: 0.4 }))), [
      'chance: no neuron has a label that is better than chance',
    ]);
    assert.deepEqual(found([unit(0), ...four((i) => unit(i + 1, { floor: 0.4 }))]), []);
  });

  it('neurons that lie at the ends of a function that squashes', () => {
    // 96 of 100 activations of a Tanh beyond ±0.98; the bin from 0.9 on reaches below that and does not count.
    const ends = { edges: [-1, -0.98, 0.9, 0.98, 1], counts: [50, 2, 2, 46] };
    assert.match(
      found(
        four((i) => unit(i, { histogram: ends })),
        { op: 'Tanh' },
      )[0],
      /^saturated: 4 of 4 neurons/,
    );
    const inside = { edges: [-1, -0.98, 0.9, 0.98, 1], counts: [40, 10, 10, 40] };
    assert.deepEqual(
      found(
        four((i) => unit(i, { histogram: inside })),
        { op: 'Tanh' },
      ),
      [],
    );
    assert.deepEqual(found(four((i) => unit(i, { histogram: ends }))), [], 'a ReLU has no such ends');
  });

  it('activations that are not finite', () => {
    const nan = unit(3, {
      status: 'dead',
      threshold: null,
      label: null,
      histogram: { edges: [], counts: [] },
      top: [],
    });
    assert.deepEqual(found([unit(0), unit(1), unit(2), nan]), [
      'not-finite: 1 of 4 neurons have no finite activation (NaN or infinity) on any input',
    ]);
  });
});
