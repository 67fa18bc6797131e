import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CodePlace } from '../../../src/source/index.js';
import { onnxplain } from '../../support/commandLine.js';
import { temporaryFolder } from '../../support/onnxFile.js';
import { projectRoot } from '../../support/sharedData.js';

const sample = path.join(projectRoot, 'media/sample');
const policy = path.join(sample, 'policy/policy.onnx');

interface Output {
  schema: string;
  file: string;
  model: string;
  places: CodePlace[];
  unmatched: string[];
}

describe('onnxplain code', () => {
  const folder = temporaryFolder();

  it('finds the model that names lines of the file, and says where its layers are made and used', async () => {
    const file = path.join(sample, 'policy/train.py');
    const { code, stdout } = await onnxplain(['code', file, '--json']);
    const output = JSON.parse(stdout) as Output;
    assert.deepEqual([code, output.schema, output.file, output.model], [0, 'onnxplain/1', file, policy]);
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const { line, column, endColumn, text } of output.places)
      assert.equal(lines[line - 1].slice(column - 1, endColumn - 1), text);
    assert.deepEqual(output.places[0], {
      line: 29,
      column: 14,
      endColumn: 17,
      text: 'fc1',
      kind: 'definition',
      layers: ['fc1'],
      tensors: [output.places[0].tensors[0]],
      certainty: 'exact',
    });
    assert.deepEqual(output.unmatched, []);
  });

  it('prints a table', async () => {
    const { stdout } = await onnxplain(['code', path.join(sample, 'fashion/train.py')]);
    assert.match(stdout, /^model {2}.*fashion\.onnx \(it names lines of this file\)\n/);
    assert.match(stdout, /^51:13 +definition +nn\.Conv2d +stem\.0 +exact$/m);
  });

  it('a notebook’s places say their cell; the model is the one that it exports', async () => {
    const cell = (source: string) => ({
      cell_type: 'code',
      source: source.split(/(?<=\n)/),
      metadata: {},
      outputs: [],
    });
    const net =
      '%matplotlib inline\nclass Policy(nn.Module):\n    def __init__(self):\n        self.fc1 = nn.Linear(4, 64)\n';
    const book = { cells: [cell('from torch import nn'), cell(net), cell('export(Policy(), "policy.onnx")')] };
    const file = folder.write('book.ipynb', Buffer.from(JSON.stringify(book)));
    mkdirSync(path.join(folder.path(), 'out'));
    copyFileSync(policy, path.join(folder.path(), 'out', 'policy.onnx'));
    const { stdout } = await onnxplain(['code', file, '--json']);
    const { places, model, unmatched } = JSON.parse(stdout) as Output;
    assert.equal(model, path.join(folder.path(), 'out', 'policy.onnx'));
    assert.deepEqual(
      places.map(({ cell: number, line, column, text }) => [number, line, column, text]),
      [[2, 4, 14, 'fc1']],
    );
    assert.ok(unmatched.includes('fc2') && !unmatched.includes('fc1'));
  });

  it('refuses what it can’t read, and a file that no model belongs to', async () => {
    const lonely = path.join(folder.path(), 'lonely');
    mkdirSync(lonely);
    writeFileSync(path.join(lonely, 'plot.py'), 'import numpy\n');
    for (const [file, reason] of [
      [path.join(lonely, 'none.py'), /none\.py: no such file: name a \.py or \.ipynb file\n$/],
      [lonely, /it is not a file/],
      [path.join(lonely, 'plot.py'), /plot\.py: no model near it belongs to it: name the model with --model\n$/],
    ] as const) {
      const { code, stdout, stderr } = await onnxplain(['code', file]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, reason);
    }
    assert.equal((await onnxplain(['code'])).code, 2);
  });

  it('text that is no Python has no places', async () => {
    const file = folder.write('blob.py', Buffer.from([0, 255, 1, 254, 10, 99, 0]));
    const { code, stdout } = await onnxplain(['code', file, '--model', policy, '--json']);
    const { places, unmatched } = JSON.parse(stdout) as Output;
    assert.deepEqual([code, places], [0, []]);
    assert.equal(unmatched.length, 10);
  });

  const train = readFileSync(path.join(sample, 'policy/train.py'), 'utf8');
  const namesIn = async (name: string, content: string | Buffer) => {
    const file = folder.write(name, Buffer.from(content));
    const { code, stdout, stderr } = await onnxplain(['code', file, '--model', policy, '--json']);
    assert.deepEqual([code, stderr], [0, '']);
    const lines = String(content)
      .replace(/^\uFEFF/, '')
      .split('\n');
    const { places } = JSON.parse(stdout) as Output;
    for (const { line, column, endColumn, text } of places)
      assert.equal(lines[line - 1].slice(column - 1, endColumn - 1), text);
    return new Set(places.filter(({ kind }) => kind === 'definition').map(({ text }) => text));
  };

  it('torn files give what is left in them', async () => {
    const whole = await namesIn('whole.py', train);
    assert.deepEqual([...whole], 'fc1 act1 fc2 act2 action value_fc1 value_act1 value_fc2 value_act2 value'.split(' '));
    const cut = train.slice(0, train.indexOf('self.value_fc2'));
    assert.deepEqual([...(await namesIn('cut.py', cut))], [...whole].slice(0, 7));
    for (const [name, torn] of Object.entries({
      'bracket.py': train.replace('self.act1 = nn.ReLU()', 'self.act1 = nn.ReLU('),
      'head.py': train.replace('def __init__(self):', 'def __init__(self'),
      'quote.py': train.replace('import csv', 'import csv; x = "'),
      'crlf.py': train.replaceAll('\n', '\r\n'),
      'mark.py': `\uFEFF${train}`,
      'quotes.py': `${'"""\n'.repeat(2001)}${train}`,
    }))
      assert.deepEqual(await namesIn(name, torn), whole, name);
  });

  it('deep, endless and foreign text is harmless', async () => {
    for (const [name, content] of Object.entries({
      'empty.py': '',
      'deep.py': '('.repeat(200_000),
      'stairs.py': Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}if x:`).join('\n'),
      'line.py': 'x'.repeat(2 ** 22),
      'wide.py': Buffer.from(`\uFEFF${train}`, 'utf16le'),
      'readme.md': readFileSync(path.join(projectRoot, 'README.md')),
      'script.py': readFileSync(path.join(projectRoot, 'scripts/build.mjs')),
    }))
      assert.equal((await namesIn(name, content)).size, 0, name);
  });

  it('says in a sentence what is too large, a model, or no notebook', async () => {
    for (const [name, content, reason] of [
      [
        'huge.py',
        '# more\n'.repeat(2 ** 20),
        /huge\.py: 7 MB are too much for training code, at most 4 are read: name a \.py/,
      ],
      ['copy.onnx', readFileSync(policy), /copy\.onnx: it is no Python: name a \.py or \.ipynb file\n$/],
      ['torn.ipynb', '{"cells": [', /torn\.ipynb: is no notebook \(it is not JSON\)/],
      ['none.ipynb', '{"cells": 3}', /none\.ipynb: is no notebook \(it has no cells\)/],
    ] as const) {
      const file = folder.write(name, Buffer.from(content));
      const { code, stdout, stderr } = await onnxplain(['code', file, '--model', policy]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, reason);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
    }
    const file = path.join(sample, 'policy/train.py');
    const { code, stderr } = await onnxplain(['code', file, '--model', file]);
    assert.equal(code, 1);
    assert.match(stderr, /^onnxplain: train\.py is a text file .* not an ONNX model: name an \.onnx file\n$/);
  });
});
