import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { PanelCall } from '../../src/shared/panelProtocol.js';
import type { ScenarioName } from './harness/scenarios.js';
import { serve, type ThemeName } from './harness/serve.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the panel beyond labels', function () {
  this.timeout(60_000);
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;
  let page: Page;
  let problems: string[];

  before(async () => {
    const { chromiumFlags, findChromium } = (await import('../../scripts/chromium.mjs' as string)) as {
      chromiumFlags: string[];
      findChromium(): Promise<string>;
    };
    server = await serve();
    browser = await chromium.launch({ executablePath: await findChromium(), args: chromiumFlags });
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
  afterEach(async () => {
    await page.close();
    assert.deepEqual(problems, []);
  });

  async function open(scenario: ScenarioName, width = 1400, theme: ThemeName = 'dark') {
    page = await browser.newPage({ viewport: { width, height: 800 } });
    problems = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.goto(`${server.url}/?scenario=${scenario}&theme=${theme}`);
    await page.getByRole('tab', { name: 'Neurons' }).waitFor();
  }
  const tab = (name: string) => page.getByRole('tab', { name, exact: true }).click();
  const calls = async (method: string): Promise<PanelCall[]> =>
    (await page.evaluate(() => window.fake.calls)).filter((call: PanelCall) => call.method === method);

  it('lists, for an output, the neurons that matter most, and leads to each', async () => {
    await open('policy');
    await tab('Outputs');
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
    await open('policy');
    await page.evaluate(() => window.fake.mute('ablate'));
    await tab('Outputs');
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
      await page?.close();
      await open(scenario);
      await page.locator('ox-unit-list .row').first().click();
      await page.getByRole('button', { name: 'Check the cause' }).click();
      await page.getByText(way).waitFor();
      assert.match(await page.locator('ox-cause dl').innerText(), /Stops firing\s+(62|82)/);
    }
  });

  it('asks for as many samples and cases as are chosen, and anew where others are', async () => {
    await open('policy');
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
    assert.deepEqual((await calls('cause')).map(({ params }) => (params as { cases: number | null }).cases), [50, null]); // prettier-ignore

    await tab('Outputs');
    await choose('Samples to run', '2,000 samples');
    await page.getByText('Switch neurons off').click();
    await page.getByText(/2,000\ssamples of 14,248/).waitFor();
    assert.deepEqual((await calls('ablate'))[0].params, { layer: 'policy.fc1', mode: 'zero', samples: 2000 });
  });

  it('shows what was found before the page was loaded', async () => {
    await open('policy');
    await page.locator('ox-unit-list .row').first().click();
    await page.getByRole('button', { name: 'Check the cause' }).click();
    await page.getByText('Stops firing').waitFor();
    await tab('Outputs');
    await page.getByText('Switch neurons off').click();
    await page.getByText(/500\ssamples of 14,248/).waitFor();
    await page.reload();
    await page.getByText(/500\ssamples of 14,248/).waitFor();
    assert.equal(await page.getByText('Switch neurons off').count(), 0);
    await tab('Neurons');
    await page.getByText('Stops firing').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Check/ }).count(), 0);
    assert.deepEqual([...(await calls('ablate')), ...(await calls('cause'))], []);
  });

  it('says why a label cannot be checked, and an error in its place', async () => {
    await open('policy');
    await page.evaluate(() => window.fake.fail('cause', { message: 'the engine is away', hint: null, code: 'x' }));
    await page.locator('ox-unit-list .row').first().click();
    await page.getByRole('button', { name: 'Check the cause' }).click();
    await page.locator('ox-cause').getByText('the engine is away').waitFor();
    await page.getByRole('button', { name: 'Check the cause' }).waitFor();
  });

  it('counts detectors per category and concept, and leads to the neurons of one', async () => {
    await open('fashion');
    await tab('Concepts');
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
    await open('policy');
    await tab('Concepts');
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
    await tab('Neurons');
    await page.reload();
    await tab('Concepts');
    await page.getByText('1 added, not saved').waitFor();
    await page.getByRole('button', { name: 'Remove angle high' }).click();
    await page.getByText('1 added, 1 removed, not saved').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('1 added, not saved').waitFor();
    await page.getByRole('button', { name: 'Save and explain again' }).click();
    await page.getByText('Saved in policy.probe.json', { exact: true }).waitFor();
    const [{ params }] = await calls('saveConcepts');
    const { draft } = params as { draft: { name: string; text: string; key: string | null }[] };
    assert.deepEqual(draft.at(-1), { key: null, name: 'fast pole', form: 'expression', text: 'abs(`pole velocity`) > 1', removed: false }); // prettier-ignore
    assert.deepEqual((await calls('explain'))[0].params, { probe: { kind: 'file', path: '/home/ada/policy/policy.probe.json' }, layers: null, settings: null }); // prettier-ignore
  });

  it('combines two concepts by choosing them', async () => {
    await open('fashion');
    await tab('Concepts');
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
    for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
      await page?.close();
      await open('policy', 400, theme);
      await page.evaluate(axeSource);
      const check = async (what: string) => {
        // The toolkit's own colours of a button below the pointer are not looked at.
        await page.mouse.move(0, 799);
        const found = await page.evaluate(async () => {
          const axe = (window as unknown as { axe: { run(context: unknown, options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe; // prettier-ignore
          const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] });
          return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`);
        });
        assert.deepEqual(found, [], `${what}, ${theme}`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400, what);
      };
      await tab('Outputs');
      await page.getByText('Switch neurons off').click();
      await page.locator('ox-outputs .row:not(.head) .value').first().waitFor();
      await check('outputs');
      await tab('Concepts');
      await page
        .getByText(/unique detectors/)
        .first()
        .waitFor();
      await check('detectors');
      await page.getByRole('radio', { name: 'Edit' }).click();
      await page.getByText('Add from columns').click();
      await check('editor');
    }
  });
});
