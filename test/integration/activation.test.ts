import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension } from './window.js';

interface Contributions {
  commands: { command: string; title: string; category: string }[];
  customEditors: { viewType: string; priority: string }[];
  configuration: { properties: Record<string, { markdownDescription: string; default: unknown }> };
}

describe('the extension', () => {
  const contributes = () => extension().packageJSON.contributes as Contributions;

  it('is activated within a second', async () => {
    // Of the extension host's processor time: a busy machine is no failure.
    const started = process.cpuUsage();
    await extension().activate();
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 1_000_000, `${user + system} µs`);
  });

  it('registers every command that it contributes', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const contributed = contributes().commands.map(({ command }) => command);
    assert.equal(contributed.length, 10);
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });

  it('describes its settings and commands in words', () => {
    for (const [name, { markdownDescription }] of Object.entries(contributes().configuration.properties))
      assert.match(markdownDescription, /^[A-Z].{20,}/, name);
    for (const { title, category } of contributes().commands) {
      assert.equal(category, 'Onnxplain');
      assert.doesNotMatch(title, /%/);
    }
  });

  it('starts no engine and holds no model before someone asks', async () => {
    assert.deepEqual((await extension().activate()).sessions.all(), []);
  });

  it('is one editor among others for .onnx', () => {
    assert.equal(contributes().customEditors[0].priority, 'option');
  });
});
