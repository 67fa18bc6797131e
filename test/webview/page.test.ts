import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import type { MapCall, PanelCall } from '../../src/shared/panelProtocol.js';
import { serve, type ThemeName } from './harness/serve.js';
import type { ScenarioName } from './harness/scenarios.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the panel in a browser', function () {
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
    await page?.close();
    assert.deepEqual(problems, []);
  });

  async function open(scenario: ScenarioName, { width = 1400, height = 800, theme = 'dark' as ThemeName } = {}) {
    await page?.close();
    page = await browser.newPage({ viewport: { width, height } });
    problems = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => {
      // The toolkit sets one inline style, which the policy refuses and nothing misses.
      if (message.type() === 'error' && !message.text().includes('inline style')) problems.push(message.text());
    });
    await page.goto(`${server.url}/?scenario=${scenario}&theme=${theme}`);
    await page.getByRole('tab', { name: 'Neurons' }).waitFor();
  }

  const neurons = () => page.getByRole('listbox', { name: /^Neurons of/ });
  const neuron = (unit: number) => page.getByRole('option', { name: new RegExp(`^Neuron ${unit} ?:`) });
  /** By its number, as one does in a list of which only a part is in sight. */
  const choose = async (unit: number) => {
    await neurons().getByRole('option').first().waitFor();
    await neurons().focus();
    await page.keyboard.type(String(unit));
    await page.keyboard.press('Enter');
  };
  const calls = (method: string): Promise<PanelCall[]> =>
    page.evaluate((wanted) => window.fake.calls.filter((call) => call.method === wanted), method);
  /** What a screen reader says of an option. */
  const name = async (of: Locator) => /option "(.*?)"/.exec(await of.ariaSnapshot())![1];
  const detail = () => page.locator('ox-detail');
  /** Text of what has the focus, through shadow roots. */
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return `${element?.getAttribute('role') ?? element?.tagName.toLowerCase()} ${element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? ''}`;
    });

  describe('Neurons', () => {
    it('shows model, probe set, layers and labels with their worth', async () => {
      await open('fashion');
      await page.getByRole('heading', { name: 'fashion.onnx' }).waitFor();
      await page.getByText('6 layers · 440,138 parameters').waitFor();
      await page.getByRole('button', { name: /^Probe set: Fashion-MNIST test, 1,000 pictures bundled/ }).waitFor();
      assert.equal(await page.getByRole('listbox', { name: 'Layers' }).getByRole('option').count(), 6);
      const first = neurons().getByRole('option').first();
      assert.match(await name(first), /^Neuron \d+ ?: .+\. IoU 0\.\d\d ?, chance 0\.\d\d ?, fires at \d+ %$/);
    });

    it('draws all IoUs of a layer on one scale, and says where it ends', async () => {
      for (const width of [1400, 400]) {
        await open('fashion', { width });
        const { end, worst, fits } = await page.locator('ox-unit-list').evaluate(async (list) => {
          const root = list.shadowRoot!;
          while (!root.querySelector('.row .iou')) await new Promise(requestAnimationFrame);
          const shown = [...root.querySelectorAll<HTMLElement>('.scale')].filter(({ offsetWidth }) => offsetWidth > 0);
          const end = Number(/0–(0\.\d|1)$/.exec(shown[0].textContent!)![1]);
          const errors = [...root.querySelectorAll('.row:has(.iou)')].map((row) => {
            const iou = Number(/0\.\d\d/.exec(row.querySelector('.value .number')!.textContent!)![0]);
            const [track, bar] = ['.track', '.value'].map(
              (part) => row.querySelector(`.iou ${part}`)!.getBoundingClientRect().width,
            );
            return Math.abs((bar / track) * end - iou);
          });
          return { end, worst: Math.max(...errors), fits: shown.length === 1 };
        });
        assert.ok(fits && [0.1, 0.2, 0.5, 1].includes(end));
        assert.ok(worst < 0.006, `a bar is off by ${worst}`);
      }
    });

    it('shows the four strongest inputs of a row with what fires outlined', async () => {
      await open('fashion');
      await neurons().locator('ox-picture').nth(3).waitFor();
      // The outline is the theme's yellow, which no grey picture holds.
      const yellow = await neurons()
        .locator('ox-picture canvas')
        .first()
        .evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) if (data[i] - data[i + 2] > 80) count++;
          return count;
        });
      assert.ok(yellow > 10, `${yellow} yellow pixels`);
    });

    it('filters 10,000 neurons within 100 ms', async () => {
      await open('wide');
      await page.getByText('10,000 neurons', { exact: true }).waitFor();
      const took = await page.evaluate(async () => {
        const root = document.querySelector('onnxplain-panel')!.shadowRoot!;
        const list = root.querySelector('ox-neurons')!.shadowRoot!.querySelector('ox-unit-list')!.shadowRoot!;
        const field = list.querySelector('ox-text-field')!;
        const times: number[] = [];
        for (const filter of ['t', 'tr', 'trouser', 'trouser bag', '4711', 'dead', '']) {
          const start = performance.now();
          field.dispatchEvent(new CustomEvent('typed', { detail: filter }));
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
          times.push(performance.now() - start);
        }
        return times.sort((a, b) => a - b);
      });
      // The median: a machine that is busy elsewhere may hold up any one of them.
      assert.ok(took[Math.floor(took.length / 2)] < 100, `${took.map((time) => time.toFixed(0)).join(', ')} ms`);
      await page.getByRole('textbox', { name: /^Filter neurons/ }).fill('4711');
      await page.getByText(/^1 of 10,000/).waitFor();
      await neuron(4711).waitFor();
    });

    it('scrolls 10,000 neurons without drawing them all', async () => {
      await open('wide');
      await neurons().getByRole('option').first().waitFor();
      for (let i = 0; i < 10; i++) {
        await neurons().evaluate(async (list) => {
          list.scrollTop += 2400;
          await new Promise(requestAnimationFrame);
        });
        // Frames stay short because few rows are drawn; how short is the machine's affair.
        assert.ok((await neurons().getByRole('option').count()) < 120);
      }
    });

    it('underlines the tab that is chosen, in every theme', async () => {
      for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
        await open('fashion', { theme });
        const foot = async (tab: string) => {
          const { x, y, width, height } = (await page.getByRole('tab', { name: tab }).boundingBox())!;
          const clip = { x: Math.round(x + width / 2) - 4, y: Math.round(y + height) - 4, width: 8, height: 4 };
          return (await page.screenshot({ clip })).toString('base64');
        };
        assert.equal(await foot('Maps'), await foot('Outputs'));
        assert.notEqual(await foot('Neurons'), await foot('Maps'));
      }
    });

    it('is worked by keyboard alone', async () => {
      await open('fashion');
      await neurons().getByRole('option').first().waitFor();
      await page.getByRole('tab', { name: 'Neurons' }).focus();
      const stops: string[] = [];
      for (let i = 0; i < 14; i++) {
        await page.keyboard.press('Tab');
        stops.push(await focused());
        if (stops[stops.length - 1].startsWith('listbox Neurons of')) break;
      }
      assert.ok(stops.some((stop) => stop.startsWith('listbox')), stops.join('; ')); // prettier-ignore
      assert.match(stops[stops.length - 1], /^listbox Neurons of/);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      const last = neurons().locator('[aria-selected=true]');
      assert.equal(await last.getAttribute('aria-posinset'), '64');
      await page.keyboard.press('Home');
      assert.equal(await neurons().locator('[aria-selected=true]').getAttribute('aria-posinset'), '1');
      await detail().getByRole('heading', { name: /^Neuron \d+ of layer2\.conv/ }).waitFor(); // prettier-ignore
      await page.keyboard.press('Escape');
      await detail().waitFor({ state: 'detached' });
      assert.match(await focused(), /^listbox Neurons of/);
      await page.keyboard.press('Enter');
      await detail().waitFor();
    });

    it('says of a layer that is still to come what it waits for, and shows it when it comes', async () => {
      await open('working');
      await page.getByRole('option', { name: /^head\.fc1/ }).click();
      await page.getByText('This layer is still to come').waitFor();
      assert.equal(
        (await calls('rows')).filter(({ params }) => (params as { layer: string }).layer === 'head.fc1').length,
        0,
      );
      await open('stopped');
      await page.getByRole('option', { name: /^head\.fc1/ }).click();
      await page.getByRole('button', { name: 'Explain this layer' }).click();
      assert.deepEqual((await calls('explain'))[0].params, { probe: null, layers: ['head.fc1'], settings: null });
    });

    it('finds a neuron by what is typed', async () => {
      await open('fashion');
      await neurons().getByRole('option').first().waitFor();
      await neurons().focus();
      await page.keyboard.type('37');
      assert.match(await name(neurons().locator('[aria-selected=true]')), /^Neuron 37 ?:/);
    });

    it('tells all of one neuron', async () => {
      await open('fashion');
      await choose(12);
      await detail().getByRole('img', { name: /Activations from .* fires above/ }).waitFor(); // prettier-ignore
      await detail().getByText('Runners-up').waitFor();
      await detail().getByRole('button', { name: /^Show maps of .*: .*, activation/ }).first().waitFor(); // prettier-ignore
      await detail().getByText('What it feeds').waitFor();
      await detail().getByRole('button', { name: 'Show as table' }).click();
      assert.ok((await detail().getByRole('row').count()) > 20);
      await detail().getByRole('button', { name: 'Go to code' }).click();
      assert.deepEqual((await calls('goToCode'))[0].params, { layer: 'layer2.conv' });
      await detail().getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('menuitem', { name: /^JSON/ }).click();
      const [{ params }] = await calls('copy');
      assert.equal((JSON.parse((params as { text: string }).text) as { unit: number }).unit, 12);
      await page.getByText('JSON copied').waitFor();
    });

    it('shows rows of the table and what one column changes, for states', async () => {
      await open('policy');
      await choose(12);
      await detail().getByRole('columnheader', { name: 'pole angle' }).waitFor();
      assert.equal(await detail().getByRole('img', { name: /^(cart|pole) .* activation from/ }).count(), 4); // prettier-ignore
      const other = detail().getByRole('rowheader').getByRole('button').nth(2);
      const sample = Number(await other.textContent());
      await other.click();
      await detail().getByText(`Row ${sample}, all else kept`).waitFor();
      assert.deepEqual((await calls('columnEffect')).at(-1)!.params, { layer: 'policy.fc1', unit: 12, sample });
    });

    it('follows a weight to the neuron that it feeds', async () => {
      await open('policy');
      await choose(12);
      await detail().getByRole('button', { name: /^policy\.fc2/ }).first().click(); // prettier-ignore
      await detail().getByRole('heading', { name: 'Neuron 20 of policy.fc2' }).waitFor();
      await neuron(20).waitFor();
    });

    it('takes new labels in while the work goes on, and stops when asked', async () => {
      await open('working');
      await page.getByText('layer2.conv · 41 of 64').waitFor();
      assert.equal(await page.getByRole('progressbar', { name: 'Explaining' }).getAttribute('aria-valuenow'), '40');
      const before = (await calls('rows')).length;
      await page.evaluate(async () => {
        for (let i = 0; i < 20; i++) {
          window.fake.emit({ event: 'rows', layers: ['layer2.conv'] });
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      });
      await page.waitForTimeout(700);
      const pulls = (await calls('rows')).length - before;
      assert.ok(pulls >= 1 && pulls <= 4, `20 events made ${pulls} pulls`);
      await page.getByRole('button', { name: 'Stop' }).click();
      assert.equal((await calls('stop')).length, 1);
    });
  });

  describe('narrow', () => {
    it('shows one neuron on a page of its own, and leads back', async () => {
      await open('fashion', { width: 400 });
      await neuron(12).click();
      await detail().getByRole('heading', { name: /^Neuron 12/ }).waitFor(); // prettier-ignore
      assert.equal(await neurons().count(), 0);
      assert.match(await focused(), /Neuron 12/);
      await page.getByRole('button', { name: 'Back to the list' }).click();
      await neurons().waitFor();
      assert.match(await focused(), /^listbox Neurons of/);
    });

    it('chooses the layer from a dropdown', async () => {
      await open('fashion', { width: 400 });
      await page.getByRole('combobox', { name: 'Layer' }).click();
      await page.getByRole('option', { name: /head\.fc1/ }).click();
      await page.getByRole('listbox', { name: 'Neurons of head.fc1' }).waitFor();
    });

    for (const scenario of ['fashion', 'policy', 'longNames', 'hostile', 'failedProbe', 'stale'] as const)
      for (const width of [400, 600, 1400])
        it(`${scenario} fits ${width} pixels`, async () => {
          await open(scenario, { width });
          for (const tab of ['Neurons', 'Maps', 'Model']) {
            await page.getByRole('tab', { name: tab }).click();
            if (tab === 'Neurons') {
              await neurons().getByRole('option').first().click();
              await detail().getByText('What it feeds').or(detail().getByRole('button', { name: 'Go to code' })).first().waitFor(); // prettier-ignore
            }
            await page.waitForTimeout(100);
            assert.deepEqual(await overflowing(page), [], tab);
          }
        });
  });

  describe('Maps', () => {
    it('shows where the model looks, for the method and class chosen', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.getByRole('img', { name: /^Eigen-CAM over .*Highest \d+ % across/ }).waitFor();
      await page.getByText('Where the layer as a whole is most active').waitFor();
      await page.getByRole('combobox', { name: 'Method' }).click();
      await page.getByRole('option', { name: 'CAM', exact: true }).click();
      await page.getByRole('radio', { name: /ankle boot/ }).click();
      await page.waitForFunction(() =>
        window.fake.calls.some(({ params }) => (params as { class?: number }).class === 8),
      );
      const last = (await calls('map')).at(-1)!.params;
      assert.deepEqual(last, { input: { kind: 'sample', sample: 0 }, method: 'cam', layers: [], class: 8, unit: null, eigenSmooth: false, augSmooth: false, region: 'predicted', box: null }); // prettier-ignore
    });

    it('smooths, over the region or box that is chosen where a class alone is not enough', async () => {
      await open('segmentation');
      await page.getByRole('tab', { name: 'Maps' }).click();
      const last = async () => (await calls('map')).at(-1)!.params as MapCall;
      await page.getByRole('img', { name: /^Grad-CAM over/ }).waitFor();
      assert.deepEqual([(await last()).eigenSmooth, (await last()).augSmooth, (await last()).region], [false, false, 'predicted']); // prettier-ignore
      await page.getByRole('radio', { name: 'All places' }).click();
      await page.getByRole('checkbox', { name: 'Principal component' }).click();
      await page.getByRole('checkbox', { name: 'Mirrored and scaled copies' }).click();
      await page.waitForFunction(() =>
        window.fake.calls.some(({ params }) => (params as { augSmooth?: boolean }).augSmooth === true),
      );
      assert.deepEqual([(await last()).eigenSmooth, (await last()).region], [true, 'all']);

      await open('detector');
      await page.getByRole('tab', { name: 'Maps' }).click();
      const box = page.getByRole('textbox', { name: 'Box by number' });
      assert.equal(await box.getAttribute('placeholder'), '412, highest');
      await box.fill('7');
      await box.press('Enter');
      await page.waitForFunction(() => window.fake.calls.some(({ params }) => (params as { box?: number }).box === 7));
    });

    it('leaves out methods that can’t be had, and says why; draws slow ones when asked to', async () => {
      await open('segmentation');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.getByRole('radio', { name: 'Methods' }).click();
      await page.getByText('net.onnx: NonZero "/head/NonZero" has no gradient here').waitFor();
      await page.getByRole('img', { name: /^Eigen-CAM over/ }).waitFor();
      assert.equal(await page.getByRole('img', { name: /^Layer-CAM over/ }).count(), 0);
      assert.equal((await calls('map')).filter(({ params }) => (params as MapCall).method === 'scorecam').length, 0);
      await page.getByRole('button', { name: 'Draw the map' }).click();
      await page.getByRole('img', { name: /^Score-CAM over/ }).waitFor();
    });

    it('compares layers, each with its cost', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.getByRole('radio', { name: 'Layers' }).click();
      await page.getByRole('img', { name: /^Eigen-CAM over/ }).nth(3).waitFor(); // prettier-ignore
      assert.equal(
        await page
          .locator('ox-map-figure')
          .getByText(/218\sms/)
          .count(),
        4,
      );
    });

    it('are shares of columns for a model that takes no pictures', async () => {
      await open('policy');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.getByRole('table', { name: 'Parts of the input' }).getByText('pole angle').waitFor();
      assert.equal(await page.locator('ox-maps').count(), 0);
    });

    it('saves what is shown as PNG', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.getByRole('button', { name: 'Save as PNG' }).click();
      await page.getByText(/^Saved as/).waitFor();
      const start = await page.evaluate(() => {
        const { params } = window.fake.calls.find(({ method }) => method === 'savePicture')!;
        return [...(params as { png: Uint8Array }).png.subarray(0, 24)];
      });
      assert.deepEqual(start.slice(0, 8), [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      // 224 × 224 of the map, three times, so that no side is below 512.
      assert.deepEqual(start.slice(16), [0, 0, 2, 160, 0, 0, 2, 160]);
    });

    it('fills the height with the picture, and leaves room for what it is', async () => {
      for (const height of [600, 1000]) {
        await open('fashion', { height });
        await page.getByRole('tab', { name: 'Maps' }).click();
        const canvas = page.getByRole('img', { name: /^Eigen-CAM over/ });
        await canvas.waitFor();
        const picture = (await canvas.boundingBox())!;
        const stage = (await page.locator('ox-maps .stage').boundingBox())!;
        const below = stage.y + stage.height - picture.y - picture.height;
        assert.ok(below > 40 && below < 140, `${below} px below the picture, window ${height} px high`);
      }
    });

    it('lets the picture through where the map is low, unless the overlay is even', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Maps' }).click();
      const canvas = page.getByRole('img', { name: /^Eigen-CAM over/ });
      await canvas.waitFor();
      const pixels = () =>
        canvas.evaluate((element: HTMLCanvasElement) =>
          element
            .getContext('2d')!
            .getImageData(0, 0, element.width, element.height)
            .data.reduce((sum, value) => sum + value, 0),
        );
      const grown = await pixels();
      const even = page.getByRole('checkbox', { name: 'Same opacity everywhere' });
      assert.equal(await even.isChecked(), false);
      await even.click();
      assert.equal(await even.isChecked(), true);
      await page.waitForTimeout(100);
      assert.notEqual(await pixels(), grown);
      // Remembered, and as before where it is taken back.
      await page.reload();
      await even.waitFor();
      assert.equal(await even.isChecked(), true);
      await even.press(' ');
      await canvas.waitFor();
      await page.waitForTimeout(100);
      assert.equal(await pixels(), grown);
    });

    it('takes a picture that is dropped', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Maps' }).click();
      const maps = page.locator('ox-maps');
      const transfer = await page.evaluateHandle(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array([1, 2, 3])], 'boot.png', { type: 'image/png' }));
        return data;
      });
      await maps.dispatchEvent('dragover', { dataTransfer: transfer });
      await page.getByText('Drop a picture to see where the model looks').waitFor();
      await maps.dispatchEvent('drop', { dataTransfer: transfer });
      await page.waitForFunction(() => window.fake.calls.some(({ method, params }) => method === 'map' && (params as { input: { kind: string } }).input.kind === 'file')); // prettier-ignore
      await page.locator('ox-picture-chooser').getByText('boot.png').waitFor();
      // Under its own name, whatever the host calls the file.
      await page.locator('ox-maps figcaption', { hasText: 'boot.png' }).waitFor();
      await page.getByRole('button', { name: 'Save as PNG' }).click();
      await page.waitForFunction(() => window.fake.calls.some(({ method }) => method === 'savePicture'));
      assert.equal(((await calls('savePicture'))[0].params as { name: string }).name, 'boot eigen-cam.png');
    });

    it('takes a picture that is dropped from the explorer, before VS Code takes it', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Maps' }).click();
      const uri = 'vscode-remote://host/home/ada/pictures/sandal.png';
      const transfer = await page.evaluateHandle((uri) => {
        const data = new DataTransfer();
        data.setData('application/vnd.code.uri-list', uri);
        for (const type of ['dragenter', 'dragover'])
          window.addEventListener(type, () => document.body.setAttribute('data-taken', type));
        return data;
      }, uri);
      for (const type of ['dragenter', 'dragover', 'drop'])
        await page.locator('ox-maps').dispatchEvent(type, { dataTransfer: transfer });
      await page.locator('ox-picture-chooser').getByText('sandal.png').waitFor();
      assert.deepEqual((await calls('pictureAt'))[0].params, { uri });
      assert.equal(await page.locator('body').getAttribute('data-taken'), null);
    });

    it('copies the map as a picture', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.evaluate(() => {
        navigator.clipboard.write = async (items) =>
          document.body.setAttribute('data-copied', items.flatMap(({ types }) => types).join());
      });
      await page.getByRole('button', { name: 'Copy picture' }).click();
      await page.getByText('Picture copied').waitFor();
      assert.equal(await page.locator('body').getAttribute('data-copied'), 'image/png');
    });

    it('says what it is worth beside a map by chance, and which neurons spoke for the class', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.getByRole('button', { name: 'Measure', exact: true }).click();
      const table = page.locator('ox-map-worth table');
      await table.waitFor();
      assert.deepEqual(await table.locator('tbody tr').first().locator('td').allTextContents().then((cells) => cells.map((cell) => cell.trim())), ['Deletion ↓', '0.13', '0.27']); // prettier-ignore
      // ROAD of the control is higher: grey.
      assert.equal(await table.locator('td.worse').count(), 2);
      await page.getByRole('button', { name: 'Name the neurons' }).click();
      const reasons = page.locator('ox-map-worth li');
      await reasons.first().waitFor();
      assert.match((await reasons.first().textContent())!.replace(/\s+/g, ' '), /^ ?34 %.* neuron 12 $/);
    });

    it('comes from a neuron with that neuron’s own map', async () => {
      await open('fashion');
      await choose(12);
      await detail().getByRole('button', { name: 'Show map', exact: true }).click();
      await page.getByRole('img', { name: /^Activation of one neuron over/ }).waitFor();
      const { params } = (await calls('map')).at(-1)!;
      assert.equal((params as { unit: number }).unit, 12);
    });
  });

  describe('Model', () => {
    it('lists, filters and sorts the layers, and leads to the code', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Model' }).click();
      const cells = page.getByRole('row').locator('.layer');
      await page.getByRole('button', { name: 'Parameters' }).click();
      assert.equal(await cells.nth(1).textContent().then((text) => text!.trim()), 'head.fc1'); // prettier-ignore
      await page.getByRole('textbox', { name: /^Filter layers/ }).fill('conv');
      await page.getByText('4 of 6 layers').waitFor();
      await page.getByRole('button', { name: 'Go to code of stem.conv' }).click();
      assert.deepEqual((await calls('goToCode'))[0].params, { layer: 'stem.conv' });
    });
  });

  describe('time per layer', () => {
    it('is measured on request, sorts the slowest first, and says where a fused layer is computed', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Model' }).click();
      assert.equal(await page.getByRole('columnheader', { name: 'Time' }).count(), 0);
      await page.getByRole('button', { name: 'Measure time' }).click();
      await page.getByText('14.9 ms a run of 1 input on 2 threads').waitFor();
      await page.getByRole('cell', { name: 'in stem.conv' }).waitFor();
      const times = await page.getByRole('row').locator('.time').allTextContents();
      assert.deepEqual(times.map((text) => text.trim().replace('\u00a0', ' ')), ['Time ↓', '4.12 ms', '2.06 ms', '1.37 ms', '1.03 ms', '0.824 ms', 'in stem.conv']); // prettier-ignore
    });

    it('is stopped by a click, and a failure says what to do', async () => {
      await open('fashion');
      await page.getByRole('tab', { name: 'Model' }).click();
      await page.evaluate(() => window.fake.mute('measure'));
      await page.getByRole('button', { name: 'Measure time' }).click();
      await page.getByRole('button', { name: 'Stop' }).click();
      assert.equal((await calls('stopMeasuring')).length, 1);
    });
  });

  describe('probe set', () => {
    it('is changed in one click', async () => {
      await open('fashion');
      await page.getByRole('button', { name: /^Probe set:/ }).click();
      await page.getByRole('menuitem', { name: /^photos/ }).waitFor();
      await page.keyboard.type('ph');
      await page.keyboard.press('Enter');
      const [{ params }] = await calls('explain');
      assert.deepEqual((params as { probe: unknown }).probe, { kind: 'data', path: '/home/ada/photos' });
    });

    it('says what was assumed', async () => {
      await open('fashion');
      await page.getByRole('button', { name: /3\sassumptions/ }).click();
      await page.getByText('Pixels are scaled to 0…1').waitFor();
      await page.getByRole('button', { name: 'Edit probe file' }).click();
      assert.equal((await calls('editProbe')).length, 1);
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
        await open(scenario);
        await page.getByText(words).first().waitFor();
        if (!action) return;
        await page.getByRole('button', { name: action }).first().click();
        assert.equal((await calls(method!)).length, 1);
      });

    it('says in place when a call fails', async () => {
      await open('fashion');
      await page.evaluate(() =>
        window.fake.fail('unit', { message: 'no such neuron', hint: 'try another', code: 'x' }),
      );
      await choose(12);
      await detail().getByText('no such neuron').waitFor();
      await detail().getByText('try another').waitFor();
    });
  });

  describe('what it remembers', () => {
    it('comes back after a reload: tab, layer, neuron, filter, order and scroll', async () => {
      await open('fashion');
      await page.getByRole('option', { name: /^head\.fc1/ }).click();
      await page.getByRole('textbox', { name: /^Filter neurons/ }).fill('o');
      await page.getByRole('combobox', { name: 'Sort' }).click();
      await page.getByRole('option', { name: 'Number', exact: true }).click();
      await neurons().evaluate((list) => (list.scrollTop = 900));
      await page.waitForTimeout(200);
      const row = neurons().getByRole('option').nth(30);
      const unit = (await name(row)).split(' ')[1];
      await row.click();
      const at = await neurons().evaluate((list) => list.scrollTop);
      await page.reload();
      await detail().getByRole('heading', { name: `Neuron ${unit} of head.fc1` }).waitFor(); // prettier-ignore
      assert.equal(await page.getByRole('textbox', { name: /^Filter neurons/ }).inputValue(), 'o');
      await page.waitForTimeout(300);
      const again = await neurons().evaluate((list) => list.scrollTop);
      assert.ok(Math.abs(again - at) < 60, `scrolled to ${again}, was at ${at}`);
    });

    it('pulls its state anew when it becomes visible, and asks again what was never answered', async () => {
      await open('fashion');
      await neurons().getByRole('option').first().waitFor();
      await page.evaluate(() => window.fake.mute('feeds'));
      await choose(12);
      await detail().getByText('Runners-up').waitFor();
      await page.waitForFunction(() => window.fake.calls.some(({ method }) => method === 'feeds'));
      const opened = (await calls('open')).length;
      await page.evaluate(() => {
        window.fake.unmute('feeds');
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await detail().getByText('What it feeds').waitFor();
      assert.equal((await calls('open')).length, opened + 1);
    });

    it('shows what the host asks for', async () => {
      await open('fashion');
      await page.evaluate(() =>
        window.fake.emit({ event: 'show', view: { tab: 'neurons', layer: 'stem.conv', unit: 3, input: null } }),
      );
      await detail().getByRole('heading', { name: 'Neuron 3 of stem.conv' }).waitFor();
    });
  });

  describe('names from files', () => {
    it('stay text, whatever they hold', async () => {
      await open('hostile');
      await choose(12);
      await detail().getByRole('button', { name: 'Go to code' }).waitFor();
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
      ['one neuron', 'stale', 1400, () => choose(12)],
      ['maps', 'fashion', 1400, () => page.getByRole('tab', { name: 'Maps' }).click()],
      ['a failure', 'failedProbe', 1400, async () => {}],
      ['one neuron of a policy', 'policy', 1400, () => choose(12)],
      ['a narrow panel', 'working', 400, async () => neurons().getByRole('option').first().waitFor()],
      ['the model', 'fashion', 1400, () => page.getByRole('tab', { name: 'Model' }).click()],
      ['a failure without labels', 'failed', 1400, async () => {}],
      ['changes', 'retrained', 1400, () => page.getByRole('tab', { name: 'Changes' }).click()],
    ];
    for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const)
      // What is not about colour is the same in every theme.
      for (const [what, scenario, width, act] of theme === 'dark' ? views : views.slice(0, 3))
        it(`axe finds nothing serious: ${what}, ${theme}`, async () => {
          await open(scenario, { width, theme });
          await act();
          await page.waitForTimeout(400);
          await page.evaluate(axeSource);
          const serious = await page.evaluate(async () => {
            const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResult> } };
            const { violations } = await axe.run({ resultTypes: ['violations'] });
            return violations
              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
              .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.flat().join(' ')} ${node.failureSummary}`).slice(0, 3).join(' | ')}`); // prettier-ignore
          });
          assert.deepEqual(serious, []);
        });
  });
});

interface AxeResult {
  violations: { id: string; impact: string; nodes: { target: (string | string[])[]; failureSummary: string }[] }[];
}

/** Elements wider than the page, and panes that scroll sideways though they should not, through all shadow roots. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const roots: (Document | ShadowRoot)[] = [document];
    for (const root of roots)
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        // These scroll sideways by themselves, or are not seen.
        const apart = element.closest('.table, svg, [popover], .unseen, vscode-option, ox-sample') !== null;
        if (apart) continue;
        if (element.shadowRoot) roots.push(element.shadowRoot);
        const { right, width } = element.getBoundingClientRect();
        const strip =
          root instanceof ShadowRoot &&
          root.host.localName === 'ox-picture-chooser' &&
          element.closest('lit-virtualizer') !== null;
        if (width > 0 && right > innerWidth + 1 && !strip)
          found.push(`${element.localName}.${element.className} ends at ${right}`);
      }
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    return found.slice(0, 5);
  });
}
