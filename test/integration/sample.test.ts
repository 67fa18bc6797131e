import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { copySample } from '../../src/extension/commands/openSample.js';
import { extension } from './window.js';

describe('the sample', () => {
  it('is copied to where it can be written, and a copy is not written over', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-copy-'));
    try {
      const copy = await copySample(extension().extensionUri, vscode.Uri.file(folder));
      const train = path.join(copy.fsPath, 'policy', 'train.py');
      await writeFile(train, '# mine');
      assert.equal((await copySample(extension().extensionUri, vscode.Uri.file(folder))).fsPath, copy.fsPath);
      assert.equal((await stat(train)).size, '# mine'.length);
      assert.ok((await stat(path.join(copy.fsPath, 'policy', 'policy.onnx'))).size > 1000);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
