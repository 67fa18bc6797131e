import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { linkCode, loadPython, type CodePlace } from '../../../src/source/index.js';
import { codeFixture, programOf, textPlace } from './program.js';

/** What test/fixtures/code/make.py saw the constructors do. */
interface Truth {
  places: Record<string, { file: string; line: number; column: number; endColumn: number; text: string }>;
  /** Other names of a module that has several → its first. */
  same: Record<string, string>;
  /** Modules in the order of their calls, by operator. */
  calls: Record<string, string[]>;
  exports: string[];
}

const truth = JSON.parse(readFileSync(codeFixture('truth.json'), 'utf8')) as Record<string, Truth>;
const operators: Record<string, RegExp> = { linear: /^(Gemm|MatMul)$/ };

/** The path itself, or what it is inside of: `mha.out_proj`, `mha`. */
function* withAncestors(module: string): Generator<string> {
  for (let at = module; at !== ''; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '') yield at;
}

describe('every layer of every export leads to where its module is made', () => {
  before(loadPython);

  for (const [name, { places, same, calls, exports }] of Object.entries(truth)) {
    for (const exported of exports) {
      it(`${name}, ${exported}`, async () => {
        const structure = structureOf(await readModel(codeFixture(`${name}.${exported}.onnx`)));
        const { definitions, unmatched } = linkCode(await programOf(codeFixture(`${name}.py`)), structure);
        const made = [...definitions].flatMap(([file, list]) =>
          list.map((place) => ({ ...place, file: path.basename(file) })),
        );
        const isAt = (place: CodePlace & { file: string }, module: string) => {
          const expected = places[module];
          return expected && textPlace(place) === textPlace(expected) && place.file === expected.file;
        };

        assert.deepEqual(unmatched, []);
        const modules = structure.layers.flatMap(({ module, aliases = [] }) =>
          module ? [module, ...aliases] : aliases,
        );
        assert.ok(modules.length > 0);
        for (const module of new Set(modules)) {
          const own = [...withAncestors(module)].find((path) => places[path]);
          assert.ok(own, `${module} was made by nobody`);
          const listing = made.filter(({ layers }) => layers.includes(module));
          assert.ok(
            listing.some((place) => isAt(place, own)),
            `${module}: wanted ${textPlace(places[own])}, found ${listing.map(textPlace).join(', ')}`,
          );
          for (const place of listing)
            assert.ok(
              [...withAncestors(module)].some((path) => isAt(place, path)),
              `${module} is not made at ${place.file}:${textPlace(place)}`,
            );
        }
        for (const [operator, paths] of Object.entries(calls)) {
          const found = structure.layers
            .filter(
              ({ op, module }) =>
                (operators[operator] ?? new RegExp(`^${operator}$`)).test(op) && !module?.startsWith('mha'),
            )
            .map(({ module }) => same[module ?? ''] ?? module);
          assert.deepEqual(
            found.filter((module) => paths.includes(module ?? '')),
            paths,
            operator,
          );
        }
      });
    }
  }
});
