import assert from 'node:assert/strict';
import { sentence } from '../../src/webview/text/sentence.js';

describe('What stands by itself', () => {
  it('begins with a capital letter', () => {
    assert.equal(sentence('run git lfs pull'), 'Run git lfs pull');
    assert.equal(sentence('"data" holds no pictures'), '"data" holds no pictures');
    assert.equal(sentence(''), '');
  });

  it('keeps a command as it is typed', () => assert.equal(sentence('git lfs pull'), 'git lfs pull'));
});
