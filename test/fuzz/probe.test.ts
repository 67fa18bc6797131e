import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { checkExpression, evaluateMask, parseExpression } from '../../src/engine/concept/expression/index.js';
import { readArray } from '../../src/engine/probe/arrayFile.js';
import { parseCsv } from '../../src/engine/probe/csv.js';
import { decodeNpy, encodeNpy } from '../../src/engine/probe/npy.js';
import { parseProbeFile } from '../../src/engine/probe/probeFile.js';
import { UserError } from '../../src/shared/userError.js';
import { projectRoot } from '../support/sharedData.js';
import { testFolder } from '../unit/probe/folder.js';

const fixtures = path.join(projectRoot, 'test/fixtures/probe');
const columns = ['x', 'y', 'pole angle'];

/** Gives what is read, or null where it is refused; anything else that is thrown fails the test. */
function readOrRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

describe('Whatever is written', () => {
  const folder = testFolder();

  it('as an expression is read or refused, with a place inside it', () => {
    const word = fc.constantFrom(
      ...[
        'x',
        'y',
        '`pole angle`',
        '1',
        '.5',
        '2e3',
        '+',
        '-',
        '*',
        '/',
        '%',
        '**',
        '<',
        '<=',
        '==',
        '!=',
        'and',
        'or',
        'not',
      ],
      ...['(', ')', ',', 'abs', 'min(', 'quantile(', 'round', '`', '=', '"', '…', '\n', 'constructor', '💥', 'z'],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 25 }).map((words) => words.join(' ')),
    );
    const table = { rows: 2, columns: new Map(columns.map((name) => [name, Float64Array.of(0.5, NaN)])) };
    let read = 0;
    fc.assert(
      fc.property(text, (expression) => {
        const error = checkExpression(expression, columns);
        if (error) {
          assert.ok(error.position >= 0 && error.position + error.length <= expression.length);
          assert.equal(error.caret.split('\n').length, 2);
        } else {
          evaluateMask(parseExpression(expression, columns), table);
          read++;
        }
      }),
      { numRuns: 20000, seed: 2 },
    );
    assert.ok(read > 100, `${read} expressions were right`);
  });

  it('as a table is read into columns of equal length, or refused', () => {
    const piece = fc.constantFrom(
      '1',
      '-2.5',
      'a',
      '"',
      '""',
      ',',
      ';',
      '\t',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '\uFEFF',
      '\0',
      'é',
      'nan',
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(''))),
    );
    let read = 0;
    fc.assert(
      fc.property(bytes, (content) => {
        const table = readOrRefused(() => parseCsv(content, 'f.csv'));
        if (!table) return;
        read++;
        for (const column of table.columns) assert.equal(column.length, table.rows);
        for (const { codes } of table.words) assert.equal(codes.length, table.rows);
        assert.equal(new Set(table.names).size, table.names.length);
      }),
      { numRuns: 10000, seed: 3 },
    );
    assert.ok(read > 500, `${read} tables were read`);
  });

  it('as a table of numbers comes back as it was', () => {
    const row = fc.array(fc.double({ noDefaultInfinity: false }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(',', ';', '\t'),
        (rows, separator) => {
          const text = [['a', 'b', 'c'], ...rows].map((cells) => cells.join(separator)).join('\n');
          const table = parseCsv(Buffer.from(text), 'f.csv');
          assert.deepEqual(
            rows.map((_, i) => table.columns.map((column) => column[i] + 0)),
            rows.map((cells) => cells.map((cell) => cell + 0)),
          );
        },
      ),
      { numRuns: 500, seed: 4 },
    );
  });

  it('as a probe file is read or refused', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"kind"',
      '"states"',
      '"data"',
      '"s.csv"',
      '1',
      'null',
      '//',
      '"',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.array(piece, { maxLength: 15 }).map((pieces) => pieces.join('')),
        ),
        (text) => {
          readOrRefused(() => parseProbeFile(text, 'f.probe.json'));
        },
      ),
      { numRuns: 3000, seed: 5 },
    );
  });

  it('over an array file makes another array, or is refused', async () => {
    for (const name of ['array_f4.npy', 'fortran.npy', 'array_big_i2.npy']) {
      const whole = readFileSync(path.join(fixtures, name));
      const change = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(change, (changes) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          readOrRefused(() => decodeNpy(bytes, name));
        }),
        { numRuns: 2000, seed: 6 },
      );
    }
    for (const name of ['stored.npz', 'deflated.npz']) {
      const whole = readFileSync(path.join(fixtures, name));
      const change = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(change, async (changes) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          writeFileSync(folder.path('f.npz'), bytes);
          await readArray(`${folder.path('f.npz')}:obs`).catch((error: unknown) =>
            assert.ok(error instanceof UserError, String(error)),
          );
        }),
        { numRuns: 500, seed: 7 },
      );
    }
  });

  it('by encodeNpy is read back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 4 }), (shape) => {
        const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 3);
        assert.deepEqual(decodeNpy(encodeNpy(data, shape), 'f.npy'), { type: 'float32', dims: shape, data });
      }),
      { numRuns: 200, seed: 8 },
    );
  });
});
