import assert from 'node:assert/strict';
import { groupPositions } from '../../../src/engine/concept/groups.js';
import { searchUnit } from '../../../src/engine/concept/search.js';
import { bits, countsOf, fromText, ofSamples, placeless } from './conceptSets.js';

describe('concepts that were not looked for everywhere', () => {
  // Of ten samples objects were looked for in the first five, scenes in all.
  const set = {
    samples: 10,
    height: 1,
    width: 1,
    notes: [],
    concepts: [
      { ...ofSamples('dog', fromText('1110000000')), category: 'object' },
      { ...ofSamples('street', fromText('1111110000')), category: 'scene' },
    ],
    domains: { object: bits(fromText('1111100000')) },
  };
  const groups = groupPositions(set, placeless);
  const unit = countsOf(groups, fromText('1101011111'));
  const search = (method: 'single' | 'beam') => searchUnit(groups, unit, { search: method, maxLength: 1, beam: 5 })!;

  it('are by themselves compared with the unit where they were looked for', () => {
    // dog: fires at 1, 2, 4 of the five samples, the dog is at 1, 2, 3: 2 of 4. street: 4 of 8 + 6 - 4 = 10.
    assert.deepEqual([search('single').label, search('single').iou], ['dog', 2 / 4]);
    assert.deepEqual(search('single').alternatives, [{ label: 'street', iou: 4 / 10 }]);
    assert.deepEqual(search('beam').single, { label: 'dog', iou: 2 / 4, domain: 'object' });
  });

  it('are in formulas compared with it everywhere', () => {
    // dog: 2 of 8 + 3 - 2 = 9.
    assert.deepEqual([search('beam').label, search('beam').iou], ['street', 4 / 10]);
    assert.deepEqual(search('beam').alternatives, [{ label: 'dog', iou: 2 / 9 }]);
  });

  it('are said to be counted otherwise, unless they were looked for everywhere after all', () => {
    assert.match(
      groups.notes.join('\n'),
      /^"object": not every picture carries these\. Formulas are compared over all/,
    );
    const everywhere = groupPositions({ ...set, domains: { object: bits(fromText('1111111111')) } }, placeless);
    assert.deepEqual([everywhere.domains, everywhere.notes], [null, []]);
    const dog = searchUnit(everywhere, countsOf(everywhere, fromText('1101011111')), { search: 'single', maxLength: 1, beam: 5 })!; // prettier-ignore
    assert.deepEqual(dog.alternatives, [{ label: 'dog', iou: 2 / 9 }]);
    assert.deepEqual(dog.single, { label: 'street', iou: 4 / 10 });
  });
});
