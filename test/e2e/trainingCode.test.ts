import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { Workbench } from './workbench.js';

const done = (panel: Frame) => panel.locator('ox-header .work', { hasText: 'done in' }).waitFor({ timeout: 100_000 });

describe('training code beside the panel, with the packaged extension', () => {
  let workbench: Workbench;
  let panel: Frame;
  before(async () => {
    workbench = await Workbench.open();
    // All three panes of the panel are there when it has the room.
    await workbench.page.setViewportSize({ width: 2400, height: 950 });
    await workbench.openFile('policy', 'train.py');
    await workbench.contextMenu('Explain Neurons', 'policy', 'policy.onnx');
    panel = await workbench.panel();
    await done(panel);
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed ${this.currentTest.title.slice(0, 40)}`);
    // What is open over the editor would take the next test's clicks.
    await workbench.page.keyboard.press('Escape');
  });

  /** The line of the code editor that holds a text. */
  const line = (text: string): Locator =>
    workbench.page.locator('.monaco-editor .view-line', { hasText: new RegExp(escaped(text).replace(/ /g, '\\s')) }).first(); // prettier-ignore
  /** A word in that line. */
  const word = (text: string, name: string): Locator =>
    line(text)
      .locator('span:not(:has(span))', { hasText: new RegExp(`\\b${name}\\b`) })
      .first();
  /** A layer of 64 neurons in the panel's list. */
  const layerOf = (name: string, state = ''): Locator =>
    panel.locator(`ox-layer-list [role=option]${state}`, { hasText: new RegExp(`^\\W*${name}\\W*64`) });

  it('a layer that is selected in the panel has its line marked, and only that', async () => {
    for (const [layer, code] of [
      ['act2', 'self.act2 = nn.ReLU'],
      ['value_act1', 'self.value_act1 = nn.ReLU'],
    ]) {
      await layerOf(layer).click();
      const wanted = (await line(code).boundingBox())!;
      const marks = workbench.page.locator('.monaco-editor .view-overlays [class*="ced-"]');
      const isMarked = async () => {
        const all = await Promise.all((await marks.all()).map((mark) => mark.boundingBox()));
        return all.length > 0 && all.every((mark) => mark && Math.abs(mark.y - wanted.y) < wanted.height / 2);
      };
      for (let tries = 0; !(await isMarked()); tries++) {
        assert.ok(tries < 50, `${code} is not marked, or not alone`);
        await workbench.page.waitForTimeout(100);
      }
    }
    await workbench.screenshot('code-marked-dark');
  });

  it('Show in Onnxplain is in the context menu of code that is matched to a model, at the first right click', async () => {
    const item = workbench.page.locator('.context-view .action-item', { hasText: 'Show in Onnxplain' });
    const always = workbench.page.locator('.context-view .action-item', { hasText: 'Command Palette' });
    await word('self.value_act2 = nn.ReLU', 'value_act2').click({ button: 'right' });
    await item.waitFor();
    await workbench.screenshot('code-menu-dark');
    // A menu that has just opened takes no click.
    await workbench.page.waitForTimeout(300);
    await item.click();
    await layerOf('value_act2', '[aria-selected=true]').waitFor();
    // Anywhere on the line of a layer.
    await word('self.fc2 = nn.Linear', 'Linear').click({ button: 'right' });
    await item.waitFor();
    await workbench.page.waitForTimeout(300);
    await item.click();
    await layerOf('act2', '[aria-selected=true]').waitFor();

    await writeFile(path.join(workbench.workspace, 'policy/plot.py'), 'import wave\n\nfc1 = 1\n');
    await workbench.openFile('policy', 'plot.py');
    await word('import wave', 'wave').click({ button: 'right' });
    await always.waitFor();
    assert.equal(await item.count(), 0, 'in code that is matched to none');
    await workbench.page.keyboard.press('Escape');
    await always.waitFor({ state: 'hidden' });
    await workbench.command('View: Close Editor');
  });
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
