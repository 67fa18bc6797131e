import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { PanelPage, themes } from './harness/panelPage.js';
import type { ScenarioName } from './harness/scenarios.js';

describe('the panel in a browser', function () {
  this.timeout(60_000);
  const panel = new PanelPage();
  let page: Page;
  /** What a screen reader says of an option. */
  const name = async (of: Locator) => /option "(.*?)"/.exec(await of.ariaSnapshot())![1];

  describe('Model', () => {
    it('lists, filters and sorts the layers, and leads to the code', async () => {
      page = await panel.open('fashion');
      await page.getByRole('tab', { name: 'Model' }).click();
      const cells = page.getByRole('row').locator('.layer');
      await page.getByRole('button', { name: 'Parameters' }).click();
      assert.equal(await cells.nth(1).textContent().then((text) => text!.trim()), 'head.fc1'); // prettier-ignore
      await page.getByRole('textbox', { name: /^Filter layers/ }).fill('conv');
      await page.getByText('4 of 6 layers').waitFor();
      await page.getByRole('button', { name: 'Go to code of stem.conv' }).click();
      assert.deepEqual((await panel.calls('goToCode'))[0].params, { layer: 'stem.conv' });
    });
  });

  describe('time per layer', () => {
    it('is measured on request, sorts the slowest first, and says where a fused layer is computed', async () => {
      page = await panel.open('fashion');
      await page.getByRole('tab', { name: 'Model' }).click();
      assert.equal(await page.getByRole('columnheader', { name: 'Time' }).count(), 0);
      await page.getByRole('button', { name: 'Measure time' }).click();
      await page.getByText('14.9 ms a run of 1 input on 2 threads').waitFor();
      await page.getByRole('cell', { name: 'in stem.conv' }).waitFor();
      const times = await page.getByRole('row').locator('.time').allTextContents();
      assert.deepEqual(times.map((text) => text.trim().replace('\u00a0', ' ')), ['Time ↓', '4.12 ms', '2.06 ms', '1.37 ms', '1.03 ms', '0.824 ms', 'in stem.conv']); // prettier-ignore
    });

    it('is stopped by a click, and a failure says what to do', async () => {
      page = await panel.open('fashion');
      await page.getByRole('tab', { name: 'Model' }).click();
      await page.evaluate(() => window.fake.mute('measure'));
      await page.getByRole('button', { name: 'Measure time' }).click();
      await page.getByRole('button', { name: 'Stop' }).click();
      assert.equal((await panel.calls('stopMeasuring')).length, 1);
    });
  });

  describe('probe set', () => {
    it('is changed in one click', async () => {
      page = await panel.open('fashion');
      await page.getByRole('button', { name: /^Probe set:/ }).click();
      await page.getByRole('menuitem', { name: /^photos/ }).waitFor();
      await page.keyboard.type('ph');
      await page.keyboard.press('Enter');
      const [{ params }] = await panel.calls('explain');
      assert.deepEqual((params as { probe: unknown }).probe, { kind: 'data', path: '/home/ada/photos' });
    });

    it('says what was assumed', async () => {
      page = await panel.open('fashion');
      await page.getByRole('button', { name: /3\sassumptions/ }).click();
      await page.getByText('Pixels are scaled to 0…1').waitFor();
      await page.getByRole('button', { name: 'Edit probe file' }).click();
      assert.equal((await panel.calls('editProbe')).length, 1);
    });
  });

  describe('states of the page', () => {
    const states: [ScenarioName, RegExp, string | null, string | null][] = [
      ['empty', /What have these neurons learned/, 'Explain neurons', 'explain'],
      ['starting', /Reading the model and its inputs/, null, null],
      ['stopped', /Stopped/, 'Go on', 'explain'],
      ['failed', /a Git LFS pointer, not a model/, 'Try again', 'explain'],
      ['failedProbe', /no column "pole_angle"/, 'Choose a probe set…', 'browseProbe'],
      ['lost', /out of memory/, 'Restart', 'restart'],
      ['restricted', /This workspace is in Restricted Mode/, 'Manage workspace trust', 'manageTrust'],
      ['stale', /changed on disk/, 'Explain again', 'explain'],
    ];
    for (const [scenario, words, action, method] of states)
      it(`${scenario}: says so${action ? `, and offers "${action}"` : ''}`, async () => {
        page = await panel.open(scenario);
        await page.getByText(words).first().waitFor();
        if (!action) return;
        await page.getByRole('button', { name: action }).first().click();
        assert.equal((await panel.calls(method!)).length, 1);
      });

    it('offers no second try where it would end as the first: the model instead, or its output', async () => {
      page = await panel.open('tree');
      await page.getByText('not a neural network').first().waitFor();
      assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
      await page.getByRole('button', { name: 'Show the model' }).click();
      await page.getByText('This model has no layers.').waitFor();
      page = await panel.open('unusual');
      assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
      await page.getByRole('button', { name: 'Explain its output' }).click();
      assert.deepEqual((await panel.calls('explain'))[0].params, { probe: null, layers: ['logits'], settings: null });
    });

    it('says in place when a call fails', async () => {
      page = await panel.open('fashion');
      await page.evaluate(() =>
        window.fake.fail('unit', { message: 'no such neuron', hint: 'try another', code: 'x' }),
      );
      await panel.choose(12);
      await panel.detail().getByText('no such neuron').waitFor();
      await panel.detail().getByText('try another').waitFor();
    });
  });

  describe('what it remembers', () => {
    it('comes back after a reload: tab, layer, neuron, filter, order and scroll', async () => {
      page = await panel.open('fashion');
      await page.getByRole('option', { name: /^head\.fc1/ }).click();
      await page.getByRole('textbox', { name: /^Filter neurons/ }).fill('o');
      await page.getByRole('combobox', { name: 'Sort' }).click();
      await page.getByRole('option', { name: 'Number', exact: true }).click();
      await panel.neurons().evaluate((list) => (list.scrollTop = 900));
      await page.waitForTimeout(200);
      const row = panel.neurons().getByRole('option').nth(30);
      const unit = (await name(row)).split(' ')[1];
      await row.click();
      const at = await panel.neurons().evaluate((list) => list.scrollTop);
      await page.reload();
      await panel.detail().getByRole('heading', { name: `Neuron ${unit} of head.fc1` }).waitFor(); // prettier-ignore
      assert.equal(await page.getByRole('textbox', { name: /^Filter neurons/ }).inputValue(), 'o');
      await page.waitForTimeout(300);
      const again = await panel.neurons().evaluate((list) => list.scrollTop);
      assert.ok(Math.abs(again - at) < 60, `scrolled to ${again}, was at ${at}`);
    });

    it('pulls its state anew when it becomes visible, and asks again what was never answered', async () => {
      page = await panel.open('fashion');
      await panel.neurons().getByRole('option').first().waitFor();
      await page.evaluate(() => window.fake.mute('feeds'));
      await panel.choose(12);
      await panel.detail().getByText('Runners-up').waitFor();
      await page.waitForFunction(() => window.fake.calls.some(({ method }) => method === 'feeds'));
      const opened = (await panel.calls('open')).length;
      await page.evaluate(() => {
        window.fake.unmute('feeds');
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await panel.detail().getByText('What it feeds').waitFor();
      assert.equal((await panel.calls('open')).length, opened + 1);
    });

    it('shows what the host asks for', async () => {
      page = await panel.open('fashion');
      await page.evaluate(() =>
        window.fake.emit({ event: 'show', view: { tab: 'neurons', layer: 'stem.conv', unit: 3, input: null } }),
      );
      await panel.detail().getByRole('heading', { name: 'Neuron 3 of stem.conv' }).waitFor();
    });
  });

  describe('names from files', () => {
    it('stay text, whatever they hold', async () => {
      page = await panel.open('hostile');
      await panel.choose(12);
      await panel.detail().getByRole('button', { name: 'Go to code' }).waitFor();
      for (const tab of ['Maps', 'Model', 'Neurons']) {
        await page.getByRole('tab', { name: tab }).click();
        await page.waitForTimeout(150);
      }
      assert.equal(await page.evaluate(() => window.hacked), undefined);
      const heading = await page.getByRole('heading', { level: 1 }).textContent();
      assert.equal(heading, '<img src=x onerror="window.hacked=1">⟨U+202E⟩gnp.exe␇');
      assert.equal(await page.locator('img[src=x]').count(), 0);
    });
  });

  describe('accessibility', () => {
    const views: [string, ScenarioName, number, () => Promise<void>][] = [
      ['one neuron', 'stale', 1400, () => panel.choose(12)],
      ['maps', 'fashion', 1400, () => page.getByRole('tab', { name: 'Maps' }).click()],
      ['a failure', 'failedProbe', 1400, async () => {}],
      ['one neuron of a policy', 'policy', 1400, () => panel.choose(12)],
      ['a narrow panel', 'working', 400, async () => panel.neurons().getByRole('option').first().waitFor()],
      ['the model', 'fashion', 1400, () => page.getByRole('tab', { name: 'Model' }).click()],
      ['a failure without labels', 'failed', 1400, async () => {}],
      ['changes', 'retrained', 1400, () => page.getByRole('tab', { name: 'Changes' }).click()],
    ];
    for (const theme of themes)
      // What is not about colour is the same in every theme.
      for (const [what, scenario, width, act] of theme === 'dark' ? views : views.slice(0, 3))
        it(`axe finds nothing: ${what}, ${theme}`, async () => {
          page = await panel.open(scenario, { width, theme });
          await act();
          await page.waitForTimeout(400);
          assert.deepEqual(await panel.accessibilityProblems(), []);
        });
  });
});
