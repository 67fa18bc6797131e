import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { PanelPage, themes } from './harness/panelPage.js';

describe('the panel beyond labels', function () {
  this.timeout(60_000);
  const panel = new PanelPage();
  let page: Page;

  it('lists, for an output, the neurons that matter most, and leads to each', async () => {
    page = await panel.open('policy');
    await panel.tab('Outputs');
    await page.getByText('Switch neurons off').click();
    const table = page.getByRole('table', { name: 'Neurons by their effect' });
    await table.getByRole('row').nth(5).waitFor();
    const effects = (await page.locator('ox-outputs .row:not(.head) .value').allInnerTexts()).slice(0, 8);
    const sizes = effects.map((text) => Math.abs(Number(text.replace('\u2212', '-'))));
    assert.deepEqual(sizes, [...sizes].sort((a, b) => b - a)); // prettier-ignore
    const unit = await page.locator('ox-outputs .row:not(.head) .unit').first().innerText();
    await page.locator('ox-outputs .row:not(.head) button').first().click();
    await page.getByRole('heading', { name: `Neuron ${unit.trim()} of` }).waitFor();
  });

  it('can be cancelled while it measures', async () => {
    page = await panel.open('policy');
    await page.evaluate(() => window.fake.mute('ablate'));
    await panel.tab('Outputs');
    await page.getByText('Switch neurons off').click();
    await page.getByText(/^38/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForFunction(() => window.fake.calls.some(({ method }) => method === 'cancelJob'));
  });

  it('checks whether a label causes the firing, beside the control', async () => {
    for (const [scenario, way] of [
      ['policy', 'Columns changed'],
      ['fashion', 'Places filled, mean colour'],
    ] as const) {
      page = await panel.open(scenario);
      await page.locator('ox-unit-list .row').first().click();
      await page.getByRole('button', { name: 'Check the cause' }).click();
      await page.getByText(way).waitFor();
      assert.match(await page.locator('ox-cause dl').innerText(), /Stops firing\s+(62|82)/);
    }
  });

  it('asks for as many samples and cases as are chosen, and anew where others are', async () => {
    page = await panel.open('policy');
    const choose = async (label: string, option: string) => {
      await page.locator('ox-select').filter({ has: page.getByRole('combobox', { name: label }) }).click(); // prettier-ignore
      await page.getByRole('option', { name: option, exact: true }).click();
    };
    await page.locator('ox-unit-list .row').first().click();
    await choose('Cases to check', 'Up to 50 cases');
    await page.getByRole('button', { name: 'Check the cause' }).click();
    await page.getByText('Stops firing').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Check again' }).count(), 0);
    await choose('Cases to check', 'All cases');
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByText('Stops firing').waitFor();
    assert.deepEqual((await panel.calls('cause')).map(({ params }) => (params as { cases: number | null }).cases), [50, null]); // prettier-ignore

    await panel.tab('Outputs');
    await choose('Samples to run', '2,000 samples');
    await page.getByText('Switch neurons off').click();
    await page.getByText(/2,000\ssamples of 14,248/).waitFor();
    assert.deepEqual((await panel.calls('ablate'))[0].params, { layer: 'policy.fc1', mode: 'zero', samples: 2000 });
  });

  it('shows what was found before the page was loaded', async () => {
    page = await panel.open('policy');
    await page.locator('ox-unit-list .row').first().click();
    await page.getByRole('button', { name: 'Check the cause' }).click();
    await page.getByText('Stops firing').waitFor();
    await panel.tab('Outputs');
    await page.getByText('Switch neurons off').click();
    await page.getByText(/500\ssamples of 14,248/).waitFor();
    await page.reload();
    await page.getByText(/500\ssamples of 14,248/).waitFor();
    assert.equal(await page.getByText('Switch neurons off').count(), 0);
    await panel.tab('Neurons');
    await page.getByText('Stops firing').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Check/ }).count(), 0);
    assert.deepEqual([...(await panel.calls('ablate')), ...(await panel.calls('cause'))], []);
  });

  it('says why a label cannot be checked, and an error in its place', async () => {
    page = await panel.open('policy');
    await page.evaluate(() => window.fake.fail('cause', { message: 'the engine is away', hint: null, code: 'x' }));
    await page.locator('ox-unit-list .row').first().click();
    await page.getByRole('button', { name: 'Check the cause' }).click();
    await page.locator('ox-cause').getByText('the engine is away').waitFor();
    await page.getByRole('button', { name: 'Check the cause' }).waitFor();
  });

  it('counts detectors per category and concept, and leads to the neurons of one', async () => {
    page = await panel.open('fashion');
    await panel.tab('Concepts');
    await page
      .getByText(/unique detectors/)
      .first()
      .waitFor();
    const concept = page.locator('ox-dissection section').nth(1).getByRole('button').first();
    const name = await concept.innerText();
    await concept.click();
    await page.getByRole('textbox', { name: /^Filter neurons/ }).waitFor();
    const rows = await page.locator('ox-unit-list .row').allInnerTexts();
    assert.ok(rows.length > 0 && rows.every((text) => text.includes(name)), name);
  });

  it('edits concepts: completion, an error under its caret, a count; undo; and saves', async () => {
    page = await panel.open('policy');
    await panel.tab('Concepts');
    await page.getByRole('radio', { name: 'Edit' }).click();
    await page.getByText('Add from columns').click();
    const field = page.getByRole('combobox', { name: 'Expression over columns' });
    await field.pressSequentially('abs(pole');
    await page.getByRole('option', { name: /pole velocity/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), 'abs(`pole velocity`');
    await field.pressSequentially(') >');
    await page.getByText('Something is missing.').waitFor();
    // The caret stands below the end of the text.
    const caret = await page.locator('ox-expression-field pre').innerText();
    assert.equal(caret.split('\n')[1].indexOf('^'), caret.split('\n')[0].length);
    await field.pressSequentially(' 1');
    await page.getByText(/Holds at 3,512 of 14,248: 25/).waitFor();
    await page.locator('ox-concept-editor input.name').fill('fast pole');
    await page.getByText('1 added, not saved').waitFor();

    // It is still there when one comes back, also after a reload.
    await panel.tab('Neurons');
    await page.reload();
    await panel.tab('Concepts');
    await page.getByText('1 added, not saved').waitFor();
    await page.getByRole('button', { name: 'Remove angle high' }).click();
    await page.getByText('1 added, 1 removed, not saved').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('1 added, not saved').waitFor();
    await page.getByRole('button', { name: 'Save and explain again' }).click();
    await page.getByText('Saved in policy.probe.json', { exact: true }).waitFor();
    const [{ params }] = await panel.calls('saveConcepts');
    const { draft } = params as { draft: { name: string; text: string; key: string | null }[] };
    assert.deepEqual(draft.at(-1), { key: null, name: 'fast pole', form: 'expression', text: 'abs(`pole velocity`) > 1', removed: false }); // prettier-ignore
    assert.deepEqual((await panel.calls('explain'))[0].params, { probe: { kind: 'file', path: '/home/ada/policy/policy.probe.json' }, layers: null, settings: null }); // prettier-ignore
  });

  it('combines two concepts by choosing them', async () => {
    page = await panel.open('fashion');
    await panel.tab('Concepts');
    await page.getByRole('radio', { name: 'Edit' }).click();
    await page.getByText('Combine concepts').click();
    for (const [select, option] of [
      ['First concept', 'trouser'],
      ['Second concept', 'ankle boot'],
    ]) {
      await page.locator('ox-concept-editor ox-select').filter({ has: page.getByRole('combobox', { name: select }) }).click(); // prettier-ignore
      await page.getByRole('option', { name: option, exact: true }).click();
    }
    await page.getByText(/Holds at 3,512/).waitFor();
    assert.equal(await page.getByRole('combobox', { name: /Expression/ }).inputValue(), 'trouser and `ankle boot`');
    assert.equal(await page.locator('ox-concept-editor input.name').inputValue(), 'trouser and ankle boot');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('ox-expression-field').count(), 0);
  });

  it('has no accessibility problem in any theme, and fits 400 pixels', async () => {
    for (const theme of themes) {
      page = await panel.open('policy', { width: 400, theme });
      const check = async (what: string) => {
        assert.deepEqual(await panel.accessibilityProblems(), [], `${what}, ${theme}`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400, what);
      };
      await panel.tab('Outputs');
      await page.getByText('Switch neurons off').click();
      await page.locator('ox-outputs .row:not(.head) .value').first().waitFor();
      await check('outputs');
      await panel.tab('Concepts');
      await page
        .getByText(/unique detectors/)
        .first()
        .waitFor();
      await check('detectors');
      await page.getByRole('radio', { name: 'Edit' }).click();
      await page.getByText('Add from columns').click();
      await page.getByRole('button', { name: 'Combine' }).hover();
      await check('editor');
    }
  });
});
