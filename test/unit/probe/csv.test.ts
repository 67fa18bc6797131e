import assert from 'node:assert/strict';
import { parseCsv } from '../../../src/engine/probe/csv.js';
import { NumberReader } from '../../../src/engine/probe/number.js';
import type { Table } from '../../../src/engine/probe/table.js';
import { UserError } from '../../../src/shared/userError.js';

const read = (text: string): Table => parseCsv(Buffer.from(text), 'states.csv');
const columns = (text: string): Record<string, number[]> => {
  const table = read(text);
  return Object.fromEntries(table.names.map((name, i) => [name, [...table.columns[i]]]));
};
const refusal = (bytes: string | Buffer): string => {
  try {
    parseCsv(Buffer.from(bytes as string), 'states.csv');
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.sentence;
  }
  return assert.fail('it was read');
};

describe('A table', () => {
  it('is read with quotes, CRLF, a byte order mark, blank lines and spaces', () => {
    const text = '\uFEFF"x","a ""b"", c", y \r\n\r\n1, 2 ,"3"\r\n\r\n-4,5e-1,+6';
    assert.deepEqual(columns(text), { x: [1, -4], 'a "b", c': [2, 0.5], y: [3, 6] });
  });

  it('is read with semicolons and decimal commas, or tabs', () => {
    assert.deepEqual(columns('x;y\n0,5;-1,25e2\n1;2'), { x: [0.5, 1], y: [-125, 2] });
    assert.deepEqual(columns('x\ty z\n1\t2\n'), { x: [1], 'y z': [2] });
    assert.deepEqual(columns('"a;b",c\n1,2'), { 'a;b': [1], c: [2] });
  });

  it('has missing values, truth values and infinities', () => {
    assert.deepEqual(columns('a,b,c\n,NaN,True\nNA,null,false\n1,-inf,Infinity'), {
      a: [NaN, NaN, 1],
      b: [NaN, NaN, -Infinity],
      c: [1, 0, Infinity],
    });
  });

  it('keeps columns of words apart', () => {
    const table = read('x,species,id\n1,Adelie,1\n2,,u\n3,Gentoo,1\n4,Adelie,u');
    assert.deepEqual(table.names, ['x']);
    assert.deepEqual(table.words[0].values, ['Adelie', 'Gentoo']);
    assert.deepEqual([...table.words[0].codes], [0, 255, 1, 0]);
    assert.deepEqual(table.words[1].values, ['1', 'u']);
  });

  it('leaves a column of many different words out, and says so', () => {
    const table = read(`x,name\n${Array.from({ length: 100 }, (_, i) => `${i},row ${i} of many words`).join('\n')}`);
    assert.deepEqual([table.names, table.words], [['x'], []]);
    assert.match(table.notes.join(), /hold no numbers are left out: "name" \(such as "row 0 of many words"\)/);
  });

  it('gets names where it has none', () => {
    const table = read('0,-0.5\n1,2\n');
    assert.deepEqual([table.names, table.rows], [['x0', 'x1'], 2]);
    assert.match(table.notes[0], /has no header/);
    assert.deepEqual(columns(',x,x,x.1\n0,1,2,3'), { 'column 1': [0], x: [1], 'x.2': [2], 'x.1': [3] });
  });

  it('is refused with the line that is ragged', () => {
    assert.equal(refusal('a,b\n1,2\n\n3\n'), 'states.csv: line 4 has 1 cell, the header has 2');
    assert.equal(refusal('a,b\r\n\r\n1,2\r\n3\r\n'), 'states.csv: line 4 has 1 cell, the header has 2');
    assert.equal(refusal('a,b\n"x\ny",2\n3,4,5\n'), 'states.csv: line 4 has 3 cells, the header has 2');
  });

  it('is refused when it is no table', () => {
    assert.match(refusal(''), /empty/);
    assert.match(refusal('a,b\n'), /no rows/);
    assert.match(refusal('a,b\n1,"2\n3,4'), /quote that opens on line 2 is never closed/);
    assert.match(refusal('a,b\n1,"2"3\n'), /line 2: a quoted cell goes on/);
    assert.match(refusal(Buffer.from('\uFEFFa,b\n1,2', 'utf16le')), /UTF-16/);
    assert.match(refusal(Buffer.from([97, 0, 1, 2])), /not text/);
  });

  it('reads every number as JavaScript does, however it is written', () => {
    const reader = new NumberReader(false);
    const written = [
      '0',
      '-0',
      '0.1',
      '.5',
      '5.',
      '1e-400',
      '123456789012345678901',
      '0.30000000000000004',
      '-1.5E+10',
    ];
    written.push('4.9406564584124654e-324', '000123.4500', '9007199254740993', '1e22', '1e23', '179769313486231570000');
    for (const text of written) {
      assert.ok(Object.is(reader.at(Buffer.from(text), 0, text.length), Number(text)), text);
    }
    for (const text of ['1.2.3', '1e', '--1', '-', '.', '0x10', '1_000', '1 2', 'e5', '+']) {
      assert.equal(reader.at(Buffer.from(text), 0, text.length), null, text);
    }
  });

  it('of 20 MB is read in a few seconds', function () {
    this.timeout(15000);
    const line = '0.0125095,0.0397214,-0.0275686,12.5\n';
    const table = read(`a,b,c,d\n${line.repeat(Math.ceil(2e7 / line.length))}`);
    assert.equal(table.columns[2][table.rows - 1], -0.0275686);
  });
});
