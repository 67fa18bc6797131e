import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { readModel, structureOf } from '../../src/engine/onnx/index.js';
import type { ModelStructure } from '../../src/shared/model.js';
import {
  indexCells,
  indexNotebook,
  indexPython,
  linkCode,
  loadPython,
  type PythonIndex,
} from '../../src/source/index.js';
import { UserError } from '../../src/shared/userError.js';
import { projectRoot } from '../support/sharedData.js';

const folder = path.join(projectRoot, 'test/fixtures/code');
const sources = ['nested', 'containers', 'shared', 'attention', 'blocks'].map((name) =>
  readFileSync(path.join(folder, `${name}.py`), 'utf8'),
);
const models = ['nested.current', 'nested.script', 'containers.script', 'shared.current', 'attention.script'];

/** Whatever the text, each place is in it, and says what stands there. */
function checkPlaces(index: PythonIndex, structures: readonly ModelStructure[]): void {
  for (const structure of structures) {
    const { places } = linkCode({ file: 'net.py', files: new Map([['net.py', index]]) }, structure);
    for (const { line, column, endColumn, text, layers, cell = 1 } of places) {
      const here = index.cells[cell - 1].split('\n')[line - 1];
      assert.equal(here.slice(column - 1, endColumn - 1), text);
      assert.ok(layers.length > 0);
    }
  }
}

describe('training code of any kind is harmless', function () {
  this.timeout(120_000);
  let structures: ModelStructure[];
  before(async () => {
    await loadPython();
    structures = await Promise.all(
      models.map(async (name) => structureOf(await readModel(path.join(folder, `${name}.onnx`)))),
    );
  });

  it('torn: cut anywhere, with parts missing, doubled or swapped', () => {
    const torn = fc
      .tuple(fc.constantFrom(...sources), fc.array(fc.tuple(fc.nat(2500), fc.nat(120), fc.nat(3)), { maxLength: 4 }))
      .map(([text, edits]) =>
        edits.reduce((code, [at, length, kind]) => {
          const part = code.slice(at, at + length);
          const middle = [``, part + part, [...part].reverse().join(''), part.replace(/[()[\]"':]/g, '')][kind];
          return code.slice(0, at) + middle + code.slice(at + length);
        }, text),
      );
    fc.assert(
      fc.property(torn, fc.constantFrom(0, 1, 2, 3, 4), (text, model) =>
        checkPlaces(indexPython(text), [structures[model]]),
      ),
      { numRuns: 150, seed: 1 },
    );
  });

  it('half-typed: every prefix of a network', () => {
    const [text] = sources;
    let index = indexPython('');
    for (let length = 0; length < text.length; length += 23) {
      index = indexPython(text.slice(0, length), index);
      checkPlaces(index, [structures[1]]);
    }
  });

  it('an index made by edits is that of the text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.nat(2000),
        fc.nat(80),
        fc.string({ maxLength: 20 }),
        (text, at, cut, added) => {
          const edited = text.slice(0, at) + added + text.slice(at + cut);
          const program = (index: PythonIndex) => ({ file: 'net.py', files: new Map([['net.py', index]]) });
          const [fresh, kept] = [indexPython(edited), indexPython(edited, indexPython(text))];
          assert.deepEqual(
            linkCode(program(kept), structures[2]).places,
            linkCode(program(fresh), structures[2]).places,
          );
        },
      ),
      { numRuns: 40, seed: 2 },
    );
  });

  it('binary, deep, long, circular and endless', () => {
    const deep = (open: string, close: string) =>
      `class Net(nn.Module):\n  x = ${open.repeat(5000)}${close.repeat(5000)}\n`;
    for (const text of [
      '\0\u0001class Net(nn.Module):\n',
      String.fromCharCode(...Array.from({ length: 4000 }, (_, i) => (i * 7919) % 65_536)),
      deep('(', ')'),
      deep('[', ''),
      deep('f(', ')'),
      `x = ${'not '.repeat(20_000)}1\n`,
      `x = ${Array.from({ length: 3000 }, () => 'a').join(' + ')}\n`,
      Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}if x:`).join('\n'),
      'class A(B): pass\nclass B(A): pass\nclass Net(A):\n  def __init__(self):\n    self.conv1 = Net()\n',
      'from net import *\nfrom net import Net\nNet = Net\nclass Net(Net): pass\n',
      'def f(x): return f(f(x))\nclass Net(nn.Module):\n  def __init__(self):\n    self.conv1 = f(f(1))\n',
      'class Net(nn.Module):\n  def __init__(self):\n    a = []\n    a.append(a)\n    a += a\n    self.conv1 = nn.Sequential(*a, *a)\n',
      `class Net(nn.Module):\n  def __init__(self):\n    x = [1] * 99999999\n    self.conv1 = nn.ModuleList([[[nn.Linear(1,1)] * 9999] * 9999 for _ in range(10**9)])\n`,
      'class Net(nn.Module):\n  def __init__(self):\n    l = [nn.ReLU()]\n    for i in range(60):\n      l = l + l\n    self.conv1 = nn.Sequential(*l)\n',
      `class Net(nn.Module):\n  def __init__(self):\n    l = [nn.ReLU()]\n${'    l = l + l\n    l += l\n    l = [*l, *l]\n'.repeat(40)}    self.conv1 = nn.Sequential(*l)\n`,
      `class Net(nn.Module):\n  def __init__(self):\n    s = "a"\n${'    s = s + s\n    s = f"{s}{s}"\n'.repeat(40)}    setattr(self, s, nn.Linear(1, 1))\n    self.conv1 = 1\n`,
      `class Net(nn.Module):\n  def __init__(self):\n${Array.from({ length: 400 }, (_, i) => `    if a${i}: l = nn.ReLU()\n`).join('')}    self.conv1 = l\n`,
      'class Net(nn.Module):\n  def __init__(self):\n    setattr(self, f"{a}" * 50, nn.Linear(1, 1))\n    self["("] = 1\n',
      `${'class Net(nn.Module):\n  def __init__(self):\n    self.conv1 = nn.Conv2d(1, 1, 1)\n'.repeat(2000)}`,
      '"""\n'.repeat(999),
      'class\ndef\n@\nimport\nfrom . import\nself.\n(((',
    ])
      checkPlaces(indexPython(text), structures);
  });

  it('notebooks: cells of any kind; what is none is refused in a sentence', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...sources), fc.string()), { maxLength: 5 }), (cells) =>
        checkPlaces(indexCells(cells), [structures[1]]),
      ),
      { numRuns: 40, seed: 3 },
    );
    for (const json of ['', '{}', '[]', 'null', '{"cells": 3}', '{"cells": [null, {"cell_type": 5, "source": [1]}]}'])
      try {
        indexNotebook(json, 'book.ipynb');
      } catch (error) {
        assert.ok(error instanceof UserError && error.message.startsWith('book.ipynb: '), String(error));
      }
  });

  it('other languages and data give nothing', () => {
    const readme = readFileSync(path.join(projectRoot, 'README.md'), 'utf8');
    const script = readFileSync(path.join(projectRoot, 'scripts/build.mjs'), 'utf8');
    const names = readdirSync(folder).filter((name) => name.endsWith('script.onnx'));
    for (const text of [readme, script, ...names.map((name) => readFileSync(path.join(folder, name), 'latin1'))])
      for (const structure of structures)
        assert.deepEqual(
          linkCode({ file: 'net.py', files: new Map([['net.py', indexPython(text)]]) }, structure).places,
          [],
        );
  });
});
