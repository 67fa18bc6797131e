import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { checkConcept, conceptFile, conceptList } from '../../../src/engine/conceptEditor/index.js';
import type { OnnxModel } from '../../../src/engine/onnx/model.js';
import { openProbe, parseProbeFile, type ProbeSet } from '../../../src/engine/probe/index.js';
import type { ProbeChoice } from '../../../src/shared/engineApi.js';
import type { ConceptDraft } from '../../../src/shared/concepts.js';
import { npy } from '../../support/npyFile.js';
import { modelWith } from '../probe/model.js';
import { testFolder } from '../probe/folder.js';
import { zipSync } from 'fflate';

const signal = new AbortController().signal;
const plainly = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const table = ['a,b,kind', ...Array.from({ length: 8 }, (_, i) => `${i},${i % 2},${i < 4 ? 'early' : 'late'}`)].join(
  '\n',
);

describe('Editing concepts', () => {
  const folder = testFolder();
  const rows = (): OnnxModel => modelWith({ x: ['float', ['n', 2]] }, { path: folder.path('net.onnx') });
  const open = (choice: ProbeChoice, model = rows()): Promise<ProbeSet> =>
    openProbe(choice, model, { bundledFolder: '' });

  async function states(): Promise<ProbeSet> {
    folder.write('s.csv', table);
    const text = `{
  // My own states.
  "kind": "states", "data": "s.csv",
  "concepts": {
    "high": "a > 4", // the upper part
    /* flags */
    "odd": "b == 1"
  },
  "derived": { "high and odd": "high and odd" }
}
`;
    return open({ kind: 'file', path: folder.write('s.probe.json', text) });
  }
  const draftOf = async (probe: ProbeSet): Promise<ConceptDraft[]> =>
    (await conceptList(probe, signal)).concepts.map(({ key, name, form, text, removed }) => ({ key, name, form, text, removed })); // prettier-ignore

  it('lists them with their expressions and how many samples they hold of', async () => {
    const { kind, file, columns, concepts, functions } = await conceptList(await states(), signal);
    assert.deepEqual([kind, path.basename(file!), columns], ['states', 's.probe.json', ['a', 'b']]);
    assert.ok(functions.includes('abs') && functions.includes('quantile'));
    assert.deepEqual(
      concepts.map(({ name, form, text, holds, of }) => [name, form, text, holds, of]),
      [
        ['high', 'expression', 'a > 4', 3, 8],
        ['odd', 'expression', 'b == 1', 4, 8],
        ['high and odd', 'derived', 'high and odd', 2, 8],
      ],
    );
  });

  it('counts as one writes, and says where an expression is wrong', async () => {
    const probe = await states();
    const draft = await draftOf(probe);
    const check = (change: Partial<ConceptDraft>, at = 0) =>
      checkConcept(probe, draft.map((one, i) => (i === at ? { ...one, ...change } : one)), at, signal); // prettier-ignore
    assert.deepEqual(await check({ text: 'a >= 4' }), { ok: true, holds: 4, of: 8 });
    const wrong = await check({ text: 'a >= c' });
    assert.ok(!wrong.ok && wrong.position === 5 && wrong.length === 1 && /no column "c"/.test(wrong.message));
    assert.deepEqual(await check({ text: 'high or odd' }, 2), { ok: true, holds: 5, of: 8 });
    const self = await check({ text: 'high or `high and odd`' }, 2);
    assert.ok(!self.ok && /there is no concept "high and odd"/.test(self.message));
  });

  it('writes what changed into the file, and keeps its comments and its order', async () => {
    const probe = await states();
    const draft = await draftOf(probe);
    draft[0] = { ...draft[0], name: 'upper', text: 'a > 5' };
    draft.push({ key: null, name: 'first', form: 'expression', text: 'a == 0', removed: false });
    const { text, data } = await conceptFile(probe, draft, folder.path('new.probe.json'), signal);
    assert.equal(data, null);
    assert.equal(
      text,
      `{
  // My own states.
  "kind": "states", "data": "s.csv",
  "concepts": {
    "upper": "a > 5", // the upper part
    /* flags */
    "odd": "b == 1",
    "first": "a == 0"
  },
  "derived": { "high and odd": "upper and odd" }
}
`,
    );
    // Nothing changed: nothing written.
    assert.equal((await conceptFile(probe, await draftOf(probe), '', signal)).text, readFileSync(folder.path('s.probe.json'), 'utf8')); // prettier-ignore
    const without = (await draftOf(probe)).map((one) => (one.form === 'derived' ? { ...one, removed: true } : one));
    const less = (await conceptFile(probe, without, '', signal)).text;
    assert.equal(parseProbeFile(less, 'x').derived, undefined);
    assert.ok(less.includes('/* flags */'));
  });

  it('writes into what an editor holds, and leaves alone there what the draft does not change', async () => {
    const probe = await states();
    const draft = await draftOf(probe);
    draft[1] = { ...draft[1], name: 'uneven' };
    draft.push({ key: null, name: 'first', form: 'expression', text: 'a == 0', removed: false });
    const typed = readFileSync(folder.path('s.probe.json'), 'utf8')
      .replace('"a > 4"', '"a > 4.5"')
      .replace('"odd": "b == 1"', '"odd": "b == 1",\n    "last": "a == 7"');
    const { text } = await conceptFile(probe, draft, '', signal, typed);
    assert.deepEqual(plainly(parseProbeFile(text, 'x').concepts), {
      high: 'a > 4.5',
      uneven: 'b == 1',
      last: 'a == 7',
      first: 'a == 0',
    });
    // It may have a concept of the new one's name by then: the same is no matter, another is not written over.
    const taken = (as: string) => conceptFile(probe, draft, '', signal, typed.replace('"last": "a == 7"', `"first": "${as}"`)); // prettier-ignore
    assert.equal(parseProbeFile((await taken('a == 0')).text, 'x').concepts!['first' as never], 'a == 0');
    await assert.rejects(taken('a < 1'), /s\.probe\.json has a concept called "first" already/);
    await assert.rejects(conceptFile(probe, draft, '', signal, typed.slice(0, 90)), /line \d+: not JSON/);
  });

  it('refuses names that are empty or stand twice, and expressions that are wrong', async () => {
    const probe = await states();
    const draft = await draftOf(probe);
    const saved = (change: Partial<ConceptDraft>) => conceptFile(probe, [{ ...draft[0], ...change }, ...draft.slice(1)], '', signal); // prettier-ignore
    await assert.rejects(saved({ name: 'odd' }), /two concepts are called "odd"/);
    await assert.rejects(saved({ name: ' ' }), /a concept has no name/);
    await assert.rejects(saved({ text: 'a >' }), /the expression is wrong at its end/);
    // What is derived from a concept that goes is wrong without it.
    await assert.rejects(conceptFile(probe, draft.slice(1), '', signal), /there is no concept "high"/);
  });

  it('plain data become a new file: default concepts are written out once one is added', async () => {
    const data = folder.write('plain.csv', table);
    const probe = await open({ kind: 'data', path: data });
    const { file, concepts } = await conceptList(probe, signal);
    assert.equal(file, null);
    assert.ok(concepts.every(({ form }) => form === 'measured'));
    const draft = await draftOf(probe);
    // Renaming and removing alone leave them measured.
    const renamed = draft.map((one, i) => (i === 0 ? { ...one, name: 'lowest' } : i === 1 ? { ...one, removed: true } : one)); // prettier-ignore
    const changed = parseProbeFile((await conceptFile(probe, renamed, folder.path('n.probe.json'), signal)).text, 'n');
    assert.deepEqual(plainly([changed.rename, changed.remove]), [{ [draft[0].key!]: 'lowest' }, [draft[1].name]]);
    // The file says the same when it is read: the list with these changes, and no further ones.
    const written = folder.write('n.probe.json', (await conceptFile(probe, renamed, folder.path('n.probe.json'), signal)).text); // prettier-ignore
    const again = await conceptList(await open({ kind: 'file', path: written }), signal);
    assert.deepEqual(again.concepts.map(({ name, removed }) => [name, removed]), renamed.map(({ name, removed }) => [name, removed])); // prettier-ignore

    const more = [...draft, { key: null, name: 'few', form: 'expression' as const, text: 'a == 6', removed: false }];
    const { text, notes } = await conceptFile(probe, more, folder.path('m.probe.json'), signal);
    const full = await open({ kind: 'file', path: folder.write('m.probe.json', text) });
    const kept = await full.concepts(8);
    assert.ok(kept.concepts.some(({ name }) => name === 'few'));
    for (const concept of (await probe.concepts(8)).concepts) {
      if (concept.category === 'class') continue;
      const same = kept.concepts.find(({ name }) => name === concept.name);
      assert.deepEqual(same?.ofSamples, concept.ofSamples, concept.name);
    }
    assert.deepEqual(notes.length > 0, concepts.some(({ text: own }) => own === null)); // prettier-ignore
  });

  it('a new file over bundled samples names them so that it is right after an update too', async () => {
    const version = (name: string): string => {
      folder.write(
        `${name}/rows/rows.probe.json`,
        '{ "kind": "states", "data": "s.csv", "concepts": { "high": "a > 4" } }',
      );
      folder.write(`${name}/rows/s.csv`, table);
      return folder.path(name);
    };
    const probe = await openProbe({ kind: 'bundled', name: 'rows/rows' }, rows(), { bundledFolder: version('v1') });
    const draft = [...(await draftOf(probe)), { key: null, name: 'low', form: 'expression' as const, text: 'a < 2', removed: false }]; // prettier-ignore
    const { text } = await conceptFile(probe, draft, folder.path('net.probe.json'), signal);
    assert.match(text, /"data": "bundled:rows\/s\.csv"/);
    assert.ok(!text.includes(folder.path('v1')), text);
    rmSync(folder.path('v1'), { recursive: true });
    const choice = { kind: 'file' as const, path: folder.write('net.probe.json', text) };
    const again = await openProbe(choice, rows(), { bundledFolder: version('v2') });
    assert.deepEqual([again.samples, again.path], [8, folder.path('v2/rows/s.csv')]);
    assert.deepEqual((await conceptList(again, signal)).concepts.map(({ name, holds }) => [name, holds]), [['high', 3], ['low', 2]]); // prettier-ignore
  });

  it('drawn samples are written beside the new file', async () => {
    const probe = await open({ kind: 'drawn' });
    const draft = await draftOf(probe);
    draft.push({ key: null, name: 'large', form: 'expression', text: '`x[0]` > 1', removed: false });
    const target = folder.path('drawn.probe.json');
    const { text, data } = await conceptFile(probe, draft, target, signal);
    assert.equal(data!.path, folder.path('drawn.states.npy'));
    folder.write('drawn.states.npy', data!.bytes);
    const again = await open({ kind: 'file', path: folder.write('drawn.probe.json', text) });
    assert.equal(again.samples, probe.samples);
    assert.deepEqual((await again.batch(3, 2)).x.data, (await probe.batch(3, 2)).x.data);
    assert.ok((await again.concepts(again.samples)).concepts.some(({ name }) => name === 'large'));
  });

  it('masks are renamed, removed, joined', async () => {
    folder.write('x.npy', npy('<f4', [2, 1, 1, 2], new Float32Array(4)));
    const masks = {
      'sky.npy': npy('|b1', [2, 1, 2], Uint8Array.of(1, 0, 0, 1)),
      'sea.npy': npy('|b1', [2, 1, 2], Uint8Array.of(0, 1, 0, 1)),
    };
    folder.write('c.npz', zipSync(masks));
    const file = folder.write('a.probe.json', '{ "kind": "arrays", "data": "x.npy", "concepts": "c.npz" }\n');
    const model = modelWith({ x: ['float', ['n', 1, 1, 2]] }, { path: folder.path('net.onnx') });
    const probe = await open({ kind: 'file', path: file }, model);
    const draft = await draftOf(probe);
    const sea = draft.findIndex(({ name }) => name === 'sea');
    draft[sea] = { ...draft[sea], name: 'the sea' };
    draft.push({ key: null, name: 'blue', form: 'derived', text: 'sky or `the sea`', removed: false });
    assert.deepEqual(await checkConcept(probe, draft, 2, signal), { ok: true, holds: 3, of: 4 });
    const { text } = await conceptFile(probe, draft, '', signal);
    const read = parseProbeFile(text, 'a');
    assert.deepEqual(plainly([read.rename, read.derived]), [{ sea: 'the sea' }, { blue: 'sky or `the sea`' }]);
    // Renamed back, the key is gone; the derived concept follows.
    folder.write('a.probe.json', text);
    const second = await open({ kind: 'file', path: file }, model);
    const back = (await draftOf(second)).map((one) => (one.name === 'the sea' ? { ...one, name: 'sea' } : one));
    const plain = parseProbeFile((await conceptFile(second, back, '', signal)).text, 'a');
    assert.deepEqual(plainly([plain.rename ?? null, plain.derived]), [null, { blue: 'sky or sea' }]);
  });
});
