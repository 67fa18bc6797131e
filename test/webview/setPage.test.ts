import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ScenarioName } from './harness/scenarios.js';
import { PanelPage, themes, type PageOptions } from './harness/panelPage.js';

describe('over a probe set', function () {
  this.timeout(60_000);
  const panel = new PanelPage();
  let page: Page;

  async function open(scenario: ScenarioName, part: string, options?: PageOptions) {
    page = await panel.open(scenario, options);
    await panel.tab('Maps');
    await page.getByRole('radio', { name: part }).click();
  }
  const table = () => page.getByRole('table', { name: /^Worth of maps/ });
  const evaluate = () => page.getByRole('button', { name: 'Evaluate' }).click();

  describe('maps are judged', () => {
    it('by what was ticked, after saying what that takes', async () => {
      await open('judged', 'Are maps right?');
      // 3 methods × 5 pictures, at 2.1 s each in the fake host.
      await page.getByText(/about 30\ss/).waitFor();
      await page.getByText('Eigen-CAM').click();
      await page.getByText('layer1.conv2', { exact: true }).click();
      await page.getByText('ADCC').click();
      await evaluate();
      await table().waitFor();
      assert.deepEqual((await panel.calls('evaluate'))[0].params, {
        methods: ['gradcam', 'layercam'],
        layers: ['layer1.conv2'],
        metrics: ['deletion', 'insertion', 'road', 'drop', 'adcc'],
        samples: 5,
      });
      assert.deepEqual(await table().getByRole('rowheader').allInnerTexts(), ['Grad-CAM', 'Layer-CAM', 'Random-CAM control']); // prettier-ignore
    });

    it('while cells fill; what was measured stays when it is cancelled', async () => {
      await open('judged', 'Are maps right?');
      await page.evaluate(() => window.fake.mute('evaluate'));
      await evaluate();
      await page.getByText('1/5').first().waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.waitForFunction(() => window.fake.calls.some(({ method }) => method === 'cancelJob'));
      await page.evaluate(() => {
        const { id } = window.fake.calls.findLast(({ method }) => method === 'evaluate')!;
        window.fake.post({ id, ok: true, result: null });
      });
      await page.getByText(/^Stopped/).waitFor();
      assert.equal(await table().getByText('1/5').count(), 4 * 4);
    });

    it('sorts by any column, best first, and back', async () => {
      await open('judged', 'Are maps right?');
      await evaluate();
      await table().waitFor();
      const column = () =>
        table().locator('tbody tr td:nth-of-type(3)').allInnerTexts().then((texts) => texts.map(Number)); // prettier-ignore
      const asked = await column();
      const head = table().getByRole('columnheader', { name: /^Insertion/ });
      await head.getByRole('button').click();
      await table().locator('th[aria-sort=descending]').waitFor();
      assert.deepEqual(
        await column(),
        [...asked].sort((a, b) => b - a),
      );
      await head.getByRole('button').click();
      assert.deepEqual(
        await column(),
        [...asked].sort((a, b) => a - b),
      );
      await head.getByRole('button').click();
      assert.deepEqual(await column(), asked);
    });

    it('copies as TSV and saves as CSV; a cell leads to its map by the keyboard', async () => {
      await open('judged', 'Are maps right?');
      await evaluate();
      await table().waitFor();
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: 'Save as CSV' }).click();
      await page.getByText('Saved as fashion maps.csv').waitFor();
      const { text } = (await panel.calls('copy'))[0].params as { text: string };
      assert.equal(text.split('\n')[0], 'Method\tLayer\tDeletion\tInsertion\tROAD\tAverage drop');
      assert.equal(text.split('\n').length, 5);
      const saved = (await panel.calls('saveCsv'))[0].params as { text: string };
      assert.match(saved.text, /^method,layer,deletion,deletion_samples,/);
      await table().locator('td button').first().focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.locator('ox-maps ox-map-figure').waitFor();
      await page.waitForFunction(() =>
        window.fake.calls.some(
          ({ method, params }) => method === 'map' && (params as { method: string }).method === 'layercam',
        ),
      );
      const last = (await panel.calls('map')).at(-1)!.params as { layers: string[] };
      assert.deepEqual(last.layers, ['layer2.conv']);
    });

    it('and the table is there after a reload', async () => {
      await open('judged', 'Are maps right?');
      await evaluate();
      await table().waitFor();
      await page.reload();
      await table().waitFor();
      assert.equal((await panel.calls('evaluate')).length, 0);
    });
  });

  describe('gradients are correlated', () => {
    const correlate = () => page.getByRole('button', { name: 'Correlate' }).click();

    it('as a map with sums of regions, saved as PNG and CSV', async () => {
      await open('judged', 'Over the probe set');
      await correlate();
      await page.getByText(/completeness error\s−0.0018/).waitFor();
      await page.getByText('class folders').waitFor();
      await page.getByRole('radio', { name: '2 × 2' }).click();
      const cells = await page.locator('ox-correlation table td').allInnerTexts();
      assert.equal(cells.length, 4);
      await page.getByRole('button', { name: 'Save as PNG' }).click();
      await page.getByText('Saved as igc t-shirt.png').waitFor();
      const { png } = (await panel.calls('savePicture'))[0].params as unknown as { png: Uint8Array };
      assert.deepEqual(
        [png[1], png[2], png[3]],
        [...'PNG'].map((letter) => letter.charCodeAt(0)),
      );
      await page.getByRole('button', { name: 'Save as CSV' }).click();
      await page.waitForFunction(() => window.fake.calls.some(({ method }) => method === 'saveCsv'));
      const { text } = (await panel.calls('saveCsv'))[0].params as { text: string };
      assert.equal(text.trim().split('\n').length, 1 + 28 * 28);
    });

    it('as bars of columns, strongest first; ticked columns are summed, also after a reload', async () => {
      await open('policy', 'Over the probe set');
      await page.getByRole('radio', { name: 'Itself' }).click();
      await correlate();
      await page.getByText('auto-correlation').waitFor();
      const shares = page.getByRole('table', { name: 'Shares of the correlation' });
      const values = async () => (await shares.locator('.row:not(.head) .value').allInnerTexts()).map((text) => Number(text.replace('\u2212', '-'))); // prettier-ignore
      assert.deepEqual(await values(), [0.402, 0.391, 0.114, -0.021]);
      for (const name of ['pole angle', 'pole velocity'])
        await shares.getByRole('checkbox', { name: `Sum ${name} with others` }).click();
      await page.getByRole('button', { name: 'Sum ticked columns' }).click();
      assert.equal((await values())[0], 0.793);
      await page.reload();
      await shares.getByText('pole angle + pole velocity').waitFor();
    });
  });

  it('a single output is correlated with a column, which is remembered', async () => {
    await open('regression', 'Over the probe set');
    await page.getByRole('button', { name: 'Correlate' }).waitFor();
    const asked = async () => ((await panel.calls('correlate')).at(-1)!.params as { target: unknown }).target;
    await page.getByRole('combobox', { name: 'Column of the targets' }).click();
    await page.getByRole('option', { name: 'seconds' }).click();
    await page.getByRole('button', { name: 'Correlate' }).click();
    await page.getByText(/completeness error/).waitFor();
    assert.equal(await asked(), 'seconds');
    await page.getByRole('radio', { name: 'Itself' }).click();
    assert.equal(await page.getByRole('combobox', { name: 'Column of the targets' }).count(), 0);
    await page.reload();
    await page.getByRole('radio', { name: 'Its targets' }).click();
    await page.getByRole('combobox', { name: 'Column of the targets' }).getByText('seconds').first().waitFor();
    assert.equal(await page.getByText(/^Output/).count(), 0);
  });

  it('one row has shares by column, for every method', async () => {
    await open('policy', 'One input');
    await page.getByText('the parts sum to 1.41 of 1.41').waitFor();
    await page.getByRole('button', { name: 'Next sample' }).click();
    await page.waitForFunction(() =>
      window.fake.calls.some(
        ({ method, params }) => method === 'attribution' && (params as { sample: number }).sample === 1,
      ),
    );
    await page.locator('ox-attribution ox-select').first().click();
    await page.getByRole('option', { name: 'Gradient', exact: true }).waitFor();
    assert.deepEqual(await page.getByRole('option').filter({ visible: true }).allInnerTexts(), ['Gradient', 'Integrated gradients']); // prettier-ignore
  });

  it('the score of a segmentation is that of a rectangle drawn on the picture, or given in pixels', async () => {
    await open('segmentation', 'One picture');
    await page.getByRole('radio', { name: 'Rectangle' }).click();
    const region = async () => ((await panel.calls('map')).at(-1)!.params as { region: unknown }).region;
    const asked = (width: number) =>
      page.waitForFunction(
        (wanted) => window.fake.calls.some(({ method, params }) => method === 'map' && (params as { region: { width?: number } }).region.width === wanted),
        width,
      ); // prettier-ignore
    // The fake host's pictures are 224 × 224: at first their middle.
    await asked(112);
    assert.deepEqual(await region(), { x: 56, y: 56, width: 112, height: 112 });
    const box = (await page.locator('ox-map-canvas canvas').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75 - 1, box.y + box.height - 2, { steps: 3 });
    await page.mouse.up();
    await asked(56);
    assert.deepEqual(await region(), { x: 112, y: 56, width: 56, height: 168 });
    await page.getByRole('textbox', { name: 'Width of the rectangle' }).fill('20');
    await page.keyboard.press('Enter');
    await asked(20);
  });

  it('has no accessibility problem in any theme, and fits 400 pixels', async () => {
    for (const theme of themes) {
      await open('judged', 'Are maps right?', { width: 400, theme });
      await evaluate();
      await table().waitFor();
      assert.deepEqual(await panel.accessibilityProblems(), [], `evaluation, ${theme}`);
      await page.getByRole('radio', { name: 'Over the probe set' }).click();
      await page.getByRole('button', { name: 'Correlate' }).click();
      await page.getByText('completeness error').waitFor();
      await page.getByRole('radio', { name: '3 × 3' }).click();
      assert.deepEqual(await panel.accessibilityProblems(), [], `correlation, ${theme}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
      await open('policy', 'One input', { width: 400, theme });
      await page.getByText('the parts sum to').waitFor();
      assert.deepEqual(await panel.accessibilityProblems(), [], `attribution, ${theme}`);
    }
  });
});
