import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { MapCall } from '../../src/shared/panelProtocol.js';
import { PanelPage } from './harness/panelPage.js';

describe('the panel’s maps in a browser', function () {
  this.timeout(60_000);
  const panel = new PanelPage();
  let page: Page;

  describe('Maps', () => {
    it('shows where the model looks, for the method and class chosen', async () => {
      page = await panel.open('fashion');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.getByRole('img', { name: /^Eigen-CAM over .*Highest \d+ % across/ }).waitFor();
      await page.getByText('Where the layer as a whole is most active').waitFor();
      await page.getByRole('combobox', { name: 'Method' }).click();
      await page.getByRole('option', { name: 'CAM', exact: true }).click();
      await page.getByRole('radio', { name: /ankle boot/ }).click();
      await page.waitForFunction(() =>
        window.fake.calls.some(({ params }) => (params as { class?: number }).class === 8),
      );
      const last = (await panel.calls('map')).at(-1)!.params;
      assert.deepEqual(last, { input: { kind: 'sample', sample: 0 }, method: 'cam', layers: [], class: 8, unit: null, eigenSmooth: false, augSmooth: false, region: 'predicted', box: null }); // prettier-ignore
    });

    it('smooths, over the region or box that is chosen where a class alone is not enough', async () => {
      page = await panel.open('segmentation');
      await page.getByRole('tab', { name: 'Maps' }).click();
      const last = async () => (await panel.calls('map')).at(-1)!.params as MapCall;
      await page.getByRole('img', { name: /^Grad-CAM over/ }).waitFor();
      assert.deepEqual([(await last()).eigenSmooth, (await last()).augSmooth, (await last()).region], [false, false, 'predicted']); // prettier-ignore
      await page.getByRole('radio', { name: 'All places' }).click();
      await page.getByRole('checkbox', { name: 'Principal component' }).click();
      await page.getByRole('checkbox', { name: 'Mirrored and scaled copies' }).click();
      await page.waitForFunction(() =>
        window.fake.calls.some(({ params }) => (params as { augSmooth?: boolean }).augSmooth === true),
      );
      assert.deepEqual([(await last()).eigenSmooth, (await last()).region], [true, 'all']);

      page = await panel.open('detector');
      await page.getByRole('tab', { name: 'Maps' }).click();
      const box = page.getByRole('textbox', { name: 'Box by number' });
      assert.equal(await box.getAttribute('placeholder'), '412, highest');
      await box.fill('7');
      await box.press('Enter');
      await page.waitForFunction(() => window.fake.calls.some(({ params }) => (params as { box?: number }).box === 7));
    });

    it('leaves out methods that can’t be had, and says why; draws slow ones when asked to', async () => {
      page = await panel.open('segmentation');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.getByRole('radio', { name: 'Methods' }).click();
      await page.getByText('net.onnx: NonZero "/head/NonZero" has no gradient here').waitFor();
      await page.getByRole('img', { name: /^Eigen-CAM over/ }).waitFor();
      assert.equal(await page.getByRole('img', { name: /^Layer-CAM over/ }).count(), 0);
      assert.equal(
        (await panel.calls('map')).filter(({ params }) => (params as MapCall).method === 'scorecam').length,
        0,
      );
      await page.getByRole('button', { name: 'Draw the map' }).click();
      await page.getByRole('img', { name: /^Score-CAM over/ }).waitFor();
    });

    it('compares layers, each with its cost', async () => {
      page = await panel.open('fashion');
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
      page = await panel.open('policy');
      await page.getByRole('tab', { name: 'Maps' }).click();
      await page.getByRole('table', { name: 'Parts of the input' }).getByText('pole angle').waitFor();
      assert.equal(await page.locator('ox-maps').count(), 0);
    });

    it('saves what is shown as PNG', async () => {
      page = await panel.open('fashion');
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
        page = await panel.open('fashion', { height });
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
      page = await panel.open('fashion');
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
      page = await panel.open('fashion');
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
      assert.equal(((await panel.calls('savePicture'))[0].params as { name: string }).name, 'boot eigen-cam.png');
    });

    it('takes a picture that is dropped from the explorer, before VS Code takes it', async () => {
      page = await panel.open('fashion');
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
      assert.deepEqual((await panel.calls('pictureAt'))[0].params, { uri });
      assert.equal(await page.locator('body').getAttribute('data-taken'), null);
    });

    it('copies the map as a picture', async () => {
      page = await panel.open('fashion');
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
      page = await panel.open('fashion');
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
      page = await panel.open('fashion');
      await panel.choose(12);
      await panel.detail().getByRole('button', { name: 'Show map', exact: true }).click();
      await page.getByRole('img', { name: /^Activation of one neuron over/ }).waitFor();
      const { params } = (await panel.calls('map')).at(-1)!;
      assert.equal((params as { unit: number }).unit, 12);
    });
  });
});
