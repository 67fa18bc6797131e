import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { openProbe } from '../../../src/engine/probe/index.js';
import { parseProbeFile, readProbeFile } from '../../../src/engine/probe/probeFile.js';
import { UserError } from '../../../src/shared/userError.js';
import { projectRoot } from '../../support/sharedData.js';
import { testFolder } from './folder.js';
import { modelWith } from './model.js';

const schema = JSON.parse(readFileSync(path.join(projectRoot, 'media/probe.schema.json'), 'utf8')) as object;
const fitsSchema = new Ajv({ strict: false }).compile(schema);

const refusal = (text: string): string | null => {
  try {
    parseProbeFile(text, 'p.probe.json');
    return null;
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.sentence;
  }
};

const valid: object[] = [
  { kind: 'states', data: 's.csv' },
  { $schema: './probe.schema.json', kind: 'states', data: 's.npz:obs', columns: ['x', 'y'], input: 'obs' },
  {
    kind: 'states',
    data: 's.csv',
    concepts: { a: 'x > 0', 'b c': 'y < 1' },
    discretize: { method: 'tree', bins: 100 },
  },
  {
    kind: 'states',
    data: 's.csv',
    inputs: {
      sr: 16000,
      state: [
        [0, 1],
        [2, 3],
      ],
      mask: 'mask.npy',
      none: [],
    },
  },
  { kind: 'images', data: 'pictures' },
  { kind: 'images', data: ['a.png', 'b.png'], concepts: {} },
  {
    kind: 'images',
    data: 'p',
    concepts: { folders: true, labels: 'l.csv', auto: false, masks: 'm', voc: 'v', broden: 'b' },
  },
  {
    kind: 'images',
    data: 'p',
    preprocess: {
      resize: 256,
      crop: [224, 200],
      channels: 'bgr',
      layout: 'nhwc',
      scale: -1.5,
      mean: [0],
      std: [1, 2, 3, 0.5],
    },
  },
  { kind: 'arrays', data: 'x.npy', concepts: 'c.npz', inputs: {} },
];

const invalid: [object | unknown[] | string | null, RegExp][] = [
  [[], /is an object/],
  [{ data: 's.csv' }, /"kind" is missing: it is "states", "images" or "arrays"/],
  [
    { kind: 'state', data: 's.csv' },
    /"kind" must be "states", "images" or "arrays", not "state": did you mean "states"\?/,
  ],
  [{ kind: 'states' }, /"data" is missing/],
  [{ kind: 'states', data: '' }, /"data" is empty/],
  [{ kind: 'states', data: ['a'] }, /"data" must be text, not a list/],
  [{ kind: 'states', data: 's', colums: ['x'] }, /unknown key "colums": did you mean "columns"\?/],
  [{ kind: 'states', data: 's', preprocess: {} }, /unknown key "preprocess": known keys are/],
  [{ kind: 'states', data: 's', columns: [] }, /"columns" must have 1 or more entries, not 0/],
  [{ kind: 'states', data: 's', columns: ['x', 'x'] }, /"columns" names "x" twice/],
  [{ kind: 'states', data: 's', columns: [1] }, /an entry of "columns" must be text, not 1/],
  [{ kind: 'states', data: 's', concepts: ['x'] }, /"concepts" must be an object, not a list/],
  [{ kind: 'states', data: 's', concepts: { a: 1 } }, /"concepts": "a" must be text, not 1/],
  [{ kind: 'states', data: 's', discretize: { bins: 4 } }, /"method" is missing/],
  [
    { kind: 'states', data: 's', discretize: { method: 'quantile', bins: 1 } },
    /"bins" must be a whole number from 2 to 100, not 1/,
  ],
  [{ kind: 'states', data: 's', discretize: { method: 'quantile', bins: 2.5 } }, /whole number/],
  [{ kind: 'states', data: 's', discretize: { method: 'kmeans', bins: 2 } }, /"method" must be "quantile" or "tree"/],
  [{ kind: 'states', data: 's', inputs: { a: true } }, /must be a number, arrays of numbers, or a path/],
  [{ kind: 'states', data: 's', inputs: { a: [[1, '2']] } }, /must be a number, arrays of numbers/],
  [{ kind: 'images', data: [] }, /"data" must be a folder, or a list of files/],
  [{ kind: 'images', data: 'p', concepts: { folder: true } }, /unknown key "folder": did you mean "folders"/],
  [{ kind: 'images', data: 'p', concepts: { auto: 1 } }, /"auto" must be true or false, not 1/],
  [
    { kind: 'images', data: 'p', preprocess: { resize: 0 } },
    /"resize" must be a number of pixels, or \[height, width\]/,
  ],
  [{ kind: 'images', data: 'p', preprocess: { crop: [1, 2, 3] } }, /"crop" must be/],
  [{ kind: 'images', data: 'p', preprocess: { std: [1, 0] } }, /an entry of "std" must be a number above 0, not 0/],
  [{ kind: 'images', data: 'p', preprocess: { mean: 'imagenet' } }, /"mean" must be a list, not "imagenet"/],
  [{ kind: 'images', data: 'p', preprocess: { mean: [1, 2, 3, 4, 5] } }, /"mean" must have 1 to 4 entries, not 5/],
  [{ kind: 'images', data: 'p', preprocess: { channels: 'RGB' } }, /"channels" must be .*: did you mean "rgb"/],
  [{ kind: 'arrays', data: 'x.npy', concepts: {} }, /"concepts" must be text, not an object/],
  [{ kind: 'arrays', data: 'x.npy', columns: ['a'] }, /unknown key "columns"/],
];

describe('A probe file', () => {
  const folder = testFolder();

  for (const file of valid) {
    it(`is read, and fits the schema: ${JSON.stringify(file).slice(0, 70)}`, () => {
      const kept = { ...file, $schema: undefined };
      assert.equal(JSON.stringify(parseProbeFile(JSON.stringify(file), 'p')), JSON.stringify(kept));
      assert.ok(fitsSchema(file), JSON.stringify(fitsSchema.errors));
    });
  }

  for (const [file, sentence] of invalid) {
    it(`is refused, by the schema too: ${JSON.stringify(file).slice(0, 70)}`, () => {
      assert.match(refusal(JSON.stringify(file)) ?? 'read', sentence);
      assert.ok(!fitsSchema(file));
    });
  }

  it('agrees with the schema about whatever is changed in it', () => {
    const values = fc.oneof(
      fc.constantFrom<unknown>(
        'x',
        '',
        1,
        0,
        -1,
        2.5,
        101,
        true,
        null,
        [],
        {},
        ['a'],
        ['a', 'a'],
        [1, 2],
        [[1], [2, 'x']],
      ),
      fc.constantFrom<unknown>({ a: 'x' }, { a: 1 }, { auto: true }, { resize: [8, 8] }, { method: 'tree', bins: 3 }),
    );
    const keys = [
      'kind',
      'data',
      'columns',
      'concepts',
      'discretize',
      'input',
      'inputs',
      'preprocess',
      '$schema',
      'other',
    ];
    const inner = [
      ...keys,
      'resize',
      'crop',
      'channels',
      'scale',
      'mean',
      'std',
      'method',
      'bins',
      'auto',
      'folders',
      'voc',
    ];
    let read = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...valid),
        fc.constantFrom(...keys),
        fc.constantFrom(null, ...inner),
        values,
        (file, key, deep, value) => {
          const changed = structuredClone(file) as Record<string, unknown>;
          if (deep === null) changed[key] = value;
          else changed[key] = { ...(changed[key] as object), [deep]: value };
          const accepted = refusal(JSON.stringify(changed)) === null;
          if (accepted) read++;
          assert.equal(accepted, fitsSchema(changed));
        },
      ),
      { numRuns: 3000, seed: 1 },
    );
    assert.ok(read > 60, `${read} of the changed files were accepted`);
  });

  it('names the line of what is wrong', () => {
    const text = '{\n  // a comment\n  "kind": "states",\n  "data": "s.csv",\n  "colums": ["x"],\n}';
    assert.equal(refusal(text), 'p.probe.json, line 5: unknown key "colums": did you mean "columns"?');
    assert.match(refusal('{\n"kind": "states",\n"data": s.csv }') ?? '', /line 3: not JSON: invalid symbol/);
    assert.match(refusal('{"kind": "states", "data": "a"\n') ?? '', /line 2: not JSON: close brace expected/);
    assert.match(refusal('') ?? '', /line 1: /);
    assert.match(refusal('{"kind":"states","data":"s","concepts":{"a":"x","a":"y"}}') ?? '', /key "a" stands twice/);
  });

  it('says where it is mended, for an editor to open', async () => {
    const file = folder.write('wrong.probe.json', '{\n"kind": "states",\n"data": "s.csv",\n"colums": ["x"]\n}');
    const model = modelWith({ obs: ['float', ['n', 2]] });
    const place = (choice: string) =>
      openProbe({ kind: 'file', path: choice }, model, { bundledFolder: '/nowhere' }).then(
        () => null,
        (error: UserError) => error.place,
      );
    assert.deepEqual(await place(file), { file, line: 4 });
    folder.write('two.csv', 'x,y\n1,2\n3,4\n');
    const concepts = '{"kind": "states", "data": "two.csv", "concepts": {\n"right": "x > 0",\n"up": "z > 0"\n}}';
    const unknownColumn = folder.write('concepts.probe.json', concepts);
    assert.deepEqual(await place(unknownColumn), { file: unknownColumn, line: 3 });
    const noData = folder.write('no-data.probe.json', '{"kind": "states", "data": "nowhere.csv"}');
    assert.deepEqual(await place(noData), { file: noData, line: undefined });
    assert.equal(await place(folder.path('absent.probe.json')), undefined);
  });

  it('may hold comments, trailing commas and a byte order mark', () => {
    const text = '\uFEFF{ /* c */ "kind": "arrays", // d\n "data": "x.npy", }';
    assert.equal(JSON.stringify(parseProbeFile(text, 'p')), '{"kind":"arrays","data":"x.npy"}');
  });

  it('gives its folder', async () => {
    const file = folder.write('inner/a.probe.json', '{"kind":"arrays","data":"x.npy"}');
    assert.equal((await readProbeFile(file, '/nowhere')).base, folder.path('inner'));
    await assert.rejects(readProbeFile(folder.path('none.probe.json'), '/nowhere'), /none\.probe\.json: no such file/);
    await assert.rejects(readProbeFile(folder.path('inner'), '/nowhere'), /is a folder/);
  });

  it('of every sample fits the schema', async () => {
    for (const name of ['policy', 'fashion', 'squeezenet']) {
      const { file } = await readProbeFile(
        path.join(projectRoot, `media/sample/${name}/${name}.probe.json`),
        '/nowhere',
      );
      assert.ok(fitsSchema(JSON.parse(JSON.stringify(file))), name);
    }
  });
});
