import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changedPart } from '../../../src/extension/changedPart.js';

describe('the part in which two texts differ', () => {
  const put = (before: string, after: string, crlf = false): string => {
    const { start, end, text } = changedPart(before, after, crlf);
    return before.slice(0, start) + text + before.slice(end);
  };

  it('is what was added, and nothing before or behind it', () => {
    const part = changedPart('{ "a": 1 }', '{ "a": 1, "b": 2 }');
    assert.deepEqual(part, { start: 8, end: 8, text: ', "b": 2' });
    assert.deepEqual(changedPart('same', 'same'), { start: 4, end: 4, text: '' });
  });

  it('makes the one text of the other, whatever they are', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '😀', '😁'), maxLength: 12 });
    fc.assert(fc.property(text, text, (before, after) => put(before, after) === after));
    const lines = (one: string) => one.replaceAll('\n', '\r\n');
    fc.assert(fc.property(text, text, (before, after) => put(lines(before), after, true) === lines(after)));
  });

  it('begins and ends where an editor has a place', () => {
    // Both characters begin with the same unit.
    assert.deepEqual(changedPart('x😀', 'x😁'), { start: 1, end: 3, text: '😁' });
    assert.deepEqual(changedPart('a\r\nb', 'a\nc\nb', true), { start: 3, end: 3, text: 'c\r\n' });
    assert.deepEqual(changedPart('a\r\n', '', true), { start: 0, end: 3, text: '' });
  });
});
