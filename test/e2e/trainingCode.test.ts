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
  /** A command that shows the panel is over when the keyboard is there; until then it would close a menu of the code's. */
  const panelHasFocus = () => workbench.page.waitForFunction('document.activeElement?.tagName === "IFRAME"');
  const status = () => workbench.page.locator('.statusbar-item[id="status.languageStatus"]');

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

  it('Go to code puts the cursor on the layer’s name; its hover says what it has learned', async () => {
    await layerOf('act1').click();
    // The hover names the neurons with the best labels, which head the list.
    const heading = (neuron: string) => panel.locator('ox-detail h2', { hasText: new RegExp(`Neuron ${neuron} of act1`) }); // prettier-ignore
    await panel.locator('ox-unit-list [role=option]').nth(4).click();
    await panel.locator('ox-detail').getByRole('button', { name: 'Go to code' }).click();
    await workbench.page.locator('.monaco-editor .selected-text').first().waitFor();
    await workbench.page.keyboard.press('Control+K');
    await workbench.page.keyboard.press('Control+I');
    const hover = workbench.page.locator('.monaco-hover', { hasText: 'matched to policy.onnx' }).first();
    await hover.locator('strong', { hasText: 'act1' }).waitFor();
    await hover.locator('li', { hasText: /IoU 0\.\d\d/ }).first().waitFor(); // prettier-ignore
    await hover.locator('img[src^="data:image/svg"]').waitFor();
    await workbench.screenshot('code-hover-dark');
    const link = hover.locator('a', { hasText: /neuron \d+/ }).first();
    const [neuron] = /\d+/.exec(await link.innerText())!;
    assert.ok(await heading(neuron).isHidden(), 'it leads to a neuron that is not shown yet');
    await link.click();
    await heading(neuron).waitFor();
    await panelHasFocus();
  });

  it('Show in Onnxplain is in the context menu of code that is matched to a model, at the first right click', async () => {
    const item = workbench.page.locator('.context-view .action-item', { hasText: 'Show in Onnxplain' });
    await word('self.value_act2 = nn.ReLU', 'value_act2').click({ button: 'right' });
    await item.waitFor();
    await workbench.screenshot('code-menu-dark');
    // A menu that has just opened takes no click.
    await workbench.page.waitForTimeout(300);
    await item.click();
    await layerOf('value_act2', '[aria-selected=true]').waitFor();
    await panelHasFocus();
    // Anywhere on the line of a layer.
    await word('self.fc2 = nn.Linear', 'Linear').click({ button: 'right' });
    await item.waitFor();
    await workbench.page.waitForTimeout(300);
    await item.click();
    await layerOf('act2', '[aria-selected=true]').waitFor();
  });

  it('a lens above the class says how its neurons stand, and leads to the panel', async () => {
    const lens = workbench.page.locator('.codelens-decoration a', { hasText: /^\d+ neurons, .*labelled/ }).first();
    await lens.waitFor();
    const [above, below] = [(await lens.boundingBox())!, (await line('class Policy').boundingBox())!];
    assert.ok(above.y < below.y && below.y - above.y < 2 * below.height, 'it stands above the class');
    await lens.click();
    panel = await workbench.panel();
    await layerOf('act1', '[aria-selected=true]').waitFor();
  });

  it('shapes and findings stand in the code where the settings want them', async () => {
    const dark = { 'workbench.colorTheme': 'Default Dark Modern', 'workbench.startupEditor': 'none' };
    await workbench.settings({ ...dark, 'onnxplain.code.shapes': true, 'onnxplain.code.silentShare': 0 });
    await line('self.value = nn.Linear(64, 1)').waitFor();
    await workbench.page
      .locator('.monaco-editor .view-line', { hasText: /self\.fc1\s*:\s\S+\s×\s64\s=\snn/ })
      .waitFor();
    await workbench.page.locator('.monaco-editor .squiggly-info').first().waitFor();
    await workbench.screenshot('code-findings-dark');
    // Next problem, and its quick fixes.
    await word('class Policy', 'Policy').click();
    await workbench.page.keyboard.press('F8');
    await workbench.page.locator('.peekview-widget, .marker-widget', { hasText: /\d+ dead of 64 neurons/ }).first().waitFor(); // prettier-ignore
    await workbench.page.keyboard.press('Escape');
    await workbench.page.keyboard.press('Control+.');
    await workbench.page.locator('.action-widget', { hasText: 'Explain the model again' }).waitFor();
    await workbench.screenshot('code-fixes-dark');
    await workbench.page.keyboard.press('Enter');
    panel = await workbench.panel();
    await layerOf('act2', '[aria-selected=true]').waitFor();
    await workbench.settings(dark);
    await workbench.page.locator('.monaco-editor .view-line', { hasText: /self\.fc1\s=\snn/ }).waitFor();
  });

  it('the language status says which model the code is matched to, and changes it', async () => {
    await word('class Policy', 'Policy').click();
    await status().click();
    const item = workbench.page.locator('.monaco-hover .hover-language-status', { hasText: 'matched to policy.onnx' });
    await item.waitFor();
    await workbench.screenshot('code-status-dark');
    await item.getByText('Change').click();
    await workbench.choice('fashion.onnx').click();
    await status().click();
    await workbench.page
      .locator('.monaco-hover .hover-language-status', { hasText: 'matched to fashion.onnx' })
      .waitFor();
    const labelled = workbench.page.locator('.codelens-decoration a', { hasText: /neurons, .*labelled/ }).first();
    await workbench.page.keyboard.press('Escape');
    // VS Code asks for lenses of the editor that has the focus.
    await word('class Policy', 'Policy').click();
    await labelled.waitFor({ state: 'detached' });
    await workbench.command('Onnxplain: Choose Model of This Code');
    await workbench.choice('As the files say').click();
    await labelled.waitFor();
  });

  it('code that is matched to no model has nothing in its menu', async () => {
    const item = workbench.page.locator('.context-view .action-item', { hasText: 'Show in Onnxplain' });
    const always = workbench.page.locator('.context-view .action-item', { hasText: 'Command Palette' });
    await writeFile(path.join(workbench.workspace, 'policy/plot.py'), 'import wave\n\nfc1 = 1\n');
    await workbench.openFile('policy', 'plot.py');
    await word('import wave', 'wave').click({ button: 'right' });
    await always.waitFor();
    assert.equal(await item.count(), 0);
    await workbench.page.keyboard.press('Escape');
    await always.waitFor({ state: 'hidden' });
  });
});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
