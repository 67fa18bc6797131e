import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { renderReport, strongestSamples, writeReport } from '../../../src/engine/report/index.js';
import { atom, dead, explanationOf, layer, neuron } from './example.js';

const executable = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file && existsSync(file));

const labelled = (unit: number, concept: string, iou: number, floor: number) =>
  neuron(unit, { label: concept, formula: atom(concept), iou, floor, fireRate: iou / 2, alternatives: [] });

describe('The report in a browser', function () {
  this.timeout(60_000);
  let folder: string;
  let address: string;
  let browser: Browser;
  const complaints: string[] = [];

  before(async function () {
    if (!executable) this.skip();
    folder = await mkdtemp(path.join(tmpdir(), 'onnxplain-page-'));
    const fc1 = [labelled(0, 'centred', 0.5, 0.45), dead(1), labelled(2, 'angle <b>high</b>', 0.4, 0.1), neuron(10)];
    const explanation = explanationOf(layer(fc1), layer([neuron(0)], { module: 'fc2', name: 'relu_1' }));
    const samples = await strongestSamples(explanation, {
      samples: 100,
      view: async (sample) => ({ name: `row ${sample}`, path: null, labels: [], values: [sample / 100, -1] }),
    });
    const probe = {
      choice: { kind: 'drawn' as const },
      kind: 'states' as const,
      title: 'States',
      path: null,
      samples: 100,
      columns: ['angle', 'speed'],
      concepts: [],
      bundled: false,
      drawn: false,
      assumptions: [],
    };
    const html = renderReport(explanation, { title: 'policy.onnx', probe, version: '1', samples });
    address = pathToFileURL(await writeReport(folder, html)).href;
    browser = await chromium.launch({
      executablePath: executable,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
  });
  after(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function open(hash = '', options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage(options);
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
    });
    await page.goto(address + hash);
    return page;
  }

  const visible = (page: Page) =>
    page.locator('.row:visible').evaluateAll((rows) => rows.map((row) => row.querySelector('.unit')!.textContent));

  it('sorts by every column, and by lift over chance', async () => {
    const page = await open();
    assert.deepEqual(await visible(page), ['0', '1', '2', '10']);
    await page.click('section.current .head button:has-text("IoU")');
    assert.deepEqual(await visible(page), ['10', '0', '2', '1']);
    await page.click('section.current .head button:has-text("IoU")');
    assert.deepEqual(await visible(page), ['1', '2', '0', '10']);
    await page.selectOption('#sort', 'lift:descending');
    assert.deepEqual(await visible(page), ['10', '2', '0', '1']);
    await page.click('section.current .head button:has-text("Label")');
    assert.deepEqual(await visible(page), ['2', '10', '0', '1'], 'neurons without a label are last');
    await page.close();
  });

  it('filters by words, number and worth', async () => {
    const page = await open();
    await page.fill('#find', 'ANGLE high');
    assert.deepEqual(await visible(page), ['2', '10']);
    assert.equal(await page.textContent('#count'), '2 of 4');
    await page.fill('#find', '#10');
    assert.deepEqual(await visible(page), ['10']);
    await page.fill('#find', 'zebra');
    assert.ok(await page.isVisible('section.current .none'));
    await page.fill('#find', '');
    await page.selectOption('#show', 'silent');
    assert.deepEqual(await visible(page), ['1']);
    await page.close();
  });

  it('shows one layer at a time, by click and by address', async () => {
    const page = await open();
    await page.click('nav a:has-text("fc2")');
    assert.deepEqual(await page.locator('h2:visible').allTextContents(), ['fc2']);
    assert.equal(new URL(page.url()).hash, '#l1');
    await page.close();
    const other = await open('#l0u10');
    assert.match(await other.innerText('.row.open'), /Neuron 10/i);
    await other.close();
  });

  it('opens a neuron with the keyboard: facts, runners-up, strongest rows', async () => {
    const page = await open();
    await page.focus('#l0u10 .unit a');
    await page.keyboard.press('Enter');
    const detail = await page.innerText('#l0u10 .detail');
    assert.match(detail, /IoU\s+0\.625, best possible\s+by chance\s+0\.125\s+precision\s+0\.800\s+recall\s+0\.750/);
    assert.match(detail, /best single: angle high\s+0\.500\s+angle high OR centred\s+0\.400/);
    assert.match(detail, /row 2\s+1\.5\s+0\.02\s+-1/);
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.detail').count(), 0);
    await page.close();
  });

  it('is a table without scripts, and fits a narrow window', async () => {
    const plain = await open('', { javaScriptEnabled: false });
    assert.equal(await plain.locator('.row:visible').count(), 5);
    assert.equal(await plain.locator('.tools:visible').count(), 0);
    await plain.close();
    const narrow = await open('#l0u10', { viewport: { width: 400, height: 800 } });
    assert.ok(await narrow.evaluate('document.documentElement.scrollWidth <= 400'));
    await narrow.close();
  });

  it('does all that without a complaint of the browser or a request', () => {
    assert.deepEqual(complaints, []);
  });
});
