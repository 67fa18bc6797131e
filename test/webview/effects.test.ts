import assert from 'node:assert/strict';
import type { ConceptDraft, ConceptList } from '../../src/shared/concepts.js';
import type { Ablation } from '../../src/shared/effects.js';
import {
  changesIn,
  DraftHistory,
  draftOf,
  freeName,
  nameProblem,
  written,
} from '../../src/webview/state/conceptDraft.js';
import { outputChoices, outputRows } from '../../src/webview/state/outputRows.js';
import { completed, completions, wordBefore, type Completion } from '../../src/webview/text/completion.js';

describe('neurons by what they do to an output', () => {
  const ablation: Ablation = {
    ...{ layer: 'h', mode: 'zero', samples: 4, of: 4, units: [3, 5, 8], notes: [] },
    outputs: [
      {
        ...{ name: 'y', tensor: 'y', names: ['no', 'yes'], baseline: Float32Array.of(0, 1) },
        features: Int32Array.of(0, 1),
        effect: Float32Array.of(0.5, -2, -1, 1, 0, 0.25),
        size: Float32Array.of(0.5, 2, 1.5, 1, 0, 0.25),
        flips: Float32Array.of(0.25, 0.5, 0),
      },
      {
        ...{ name: 'v', tensor: 'v', names: null, baseline: Float32Array.of(7), flips: null },
        features: Int32Array.of(0),
        effect: Float32Array.of(1, 2, 3),
        size: Float32Array.of(1, 2, 3),
      },
    ],
    accuracy: { output: 'y', labels: 'column "label"', samples: 4, before: 0.75, after: Float32Array.of(0.75, 0.5, 1) },
  };

  it('stand in the order that is asked for', () => {
    const order = (...of: [number, number, Parameters<typeof outputRows>[3]]) => outputRows(ablation, ...of).map(({ unit }) => unit); // prettier-ignore
    assert.deepEqual(order(0, 1, 'size'), [3, 5, 8]);
    assert.deepEqual(order(0, 1, 'effect'), [5, 8, 3]);
    assert.deepEqual(order(0, 0, 'size'), [5, 3, 8]);
    assert.deepEqual(order(0, 0, 'flips'), [5, 3, 8]);
    assert.deepEqual(order(0, 0, 'accuracy'), [5, 3, 8]);
    assert.deepEqual(order(1, 0, 'number'), [3, 5, 8]);
    assert.deepEqual(outputRows(ablation, 0, 1, 'size')[1], {
      unit: 5,
      effect: 1,
      size: 1,
      flips: 0.5,
      accuracy: -0.25,
    });
    assert.equal(outputRows(ablation, 1, 0, 'size')[0].accuracy, null);
    assert.deepEqual(outputChoices(ablation).map(({ title }) => title), ['y · 0 no', 'y · 1 yes', 'v']); // prettier-ignore
  });
});

describe('completing an expression', () => {
  const all: Completion[] = [
    { text: 'angle', kind: 'name' },
    { text: '`pole angle`', kind: 'name' },
    { text: 'abs', kind: 'function' },
    { text: 'and', kind: 'word' },
  ];
  const texts = (word: string): string[] => completions(word, all).map(({ text }) => text);

  it('offers what begins like the word, then what holds it', () => {
    assert.deepEqual(texts('ang'), ['angle', '`pole angle`']);
    assert.deepEqual(texts('`pole a'), ['`pole angle`']);
    assert.deepEqual(texts('a'), ['angle', 'abs', 'and', '`pole angle`']);
    assert.deepEqual(texts(''), []);
    assert.deepEqual(texts('and'), []);
  });

  it('finds the word before the caret, and puts the chosen one in its place', () => {
    assert.equal(wordBefore('a > 1 and ang', 13), 'ang');
    assert.equal(wordBefore('not `pole an', 12), '`pole an');
    assert.equal(wordBefore('`pole angle` > ', 15), '');
    assert.deepEqual(completed('ang > 1', 3, all[1]), { text: '`pole angle` > 1', at: 12 });
    assert.deepEqual(completed('1 < ab', 6, all[2]), { text: '1 < abs(', at: 8 });
  });
});

describe('a draft of concepts', () => {
  const one = (name: string, change: Partial<ConceptDraft> = {}): ConceptDraft => ({ key: name, name, form: 'measured', text: null, removed: false, ...change }); // prettier-ignore
  const list: ConceptList = {
    ...{ kind: 'images', file: null, columns: [], functions: [], notes: [] },
    concepts: ['sky', 'sea'].map((name) => ({ ...one(name), key: name, category: 'mask', holds: 1, of: 2 })),
  };

  it('says what it changes', () => {
    const draft = draftOf(list);
    assert.equal(changesIn(list, draft), '');
    const added = one('both', { key: null, form: 'derived', text: 'sky and sea' });
    assert.equal(changesIn(list, [{ ...draft[0], name: 'air' }, { ...draft[1], removed: true }, added]), '1 added, 1 renamed, 1 removed'); // prettier-ignore
  });

  it('refuses names that cannot be, and finds free ones', () => {
    const draft = [one('sky'), one('sky'), one(' '), one('a`b')];
    assert.deepEqual(draft.map((_, i) => nameProblem(draft, i) !== null), [true, true, true, true]); // prettier-ignore
    assert.equal(nameProblem([one('sky'), one('sea')], 0), null);
    assert.equal(freeName([one('new concept')]), 'new concept 2');
    assert.deepEqual(['sky', 'a b', 'not'].map(written), ['sky', '`a b`', '`not`']);
  });

  it('undoes field by field', () => {
    const history = new DraftHistory();
    const steps = ['', 'a', 'ab', 'x'].map((name) => [one(name)]);
    history.push(steps[0], 'name 0');
    history.push(steps[1], 'name 0');
    history.push(steps[2], 'text 0');
    assert.equal(history.undo(steps[3])[0].name, 'ab');
    assert.equal(history.undo(steps[2])[0].name, '');
    assert.equal(history.canUndo, false);
    assert.equal(history.redo(steps[0])[0].name, 'ab');
  });
});
