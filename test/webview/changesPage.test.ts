import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { PanelPage, themes } from './harness/panelPage.js';

describe('the panel after a new checkpoint', function () {
  this.timeout(60_000);
  const panel = new PanelPage();
  let page: Page;
  const changes = () => page.getByRole('listbox', { name: 'Neurons that changed' });

  it('has no Changes where there is nothing to compare with', async () => {
    page = await panel.open('policy');
    assert.equal(await page.getByRole('tab', { name: 'Changes' }).count(), 0);
  });

  it('says what changed, layer by layer and neuron by neuron, and leads to each', async () => {
    page = await panel.open('retrained');
    await page.getByRole('button', { name: 'Show changes' }).click();
    await page.getByText(/^Compared with labels of 14 Mar 2026/).waitFor();
    const table = page.getByRole('table');
    assert.equal(await table.getByRole('row').count(), 1 + 3);
    const all = await changes().getByRole('option').first().getAttribute('aria-setsize');
    // The numbers of a layer are those of the list that its name leads to.
    const layer = table.getByRole('row', { name: /policy\.fc2/ });
    const counts = (await layer.getByRole('cell').allInnerTexts()).slice(0, 4).map(Number);
    await layer.getByRole('button').click();
    const total = String(counts.reduce((a, b) => a + b, 0));
    await page.getByText(`${total} of ${all} changes`.replaceAll(' changes', '\u00a0changes')).waitFor();
    assert.equal(await changes().getByRole('option').first().getAttribute('aria-setsize'), total);

    const first = changes().getByRole('option').first();
    const unit = (await first.locator('.name .number').innerText()).trim();
    await changes().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const detail = page.locator('ox-detail');
    await detail.getByRole('heading', { name: `Neuron ${unit} of policy.fc2` }).waitFor();
    await detail.getByText(/^Before \(/).waitFor();
    assert.equal((await panel.calls('changes')).length, 1, 'what is known is not asked for again');
  });

  it('shows those neurons of a layer alone that changed', async () => {
    page = await panel.open('retrained');
    await page.locator('ox-unit-list ox-select').nth(1).click();
    await page.getByRole('option', { name: 'Changed since before' }).click();
    const found = page.locator('ox-unit-list .found');
    await found.filter({ hasText: /^\d+ of 64/ }).waitFor();
    const shown = Number((await found.innerText()).split(' ')[0]);
    // The fake host changes every fourth of 64 neurons, where there is a difference.
    assert.ok(shown > 0 && shown <= 16, `${shown}`);
  });

  it('fades the tabs out at the end where there are more, in every theme', async () => {
    for (const theme of themes) {
      page = await panel.open('retrained', { width: 400, theme });
      const strip = page.getByRole('tablist', { name: 'Views' });
      await strip.getByRole('tab').first().waitFor();
      /** Until the strip fades out at these ends. */
      const fades = async (before: boolean, behind: boolean) => {
        const wanted = [before, behind].map((end) => (end ? '28px' : '0px')).join();
        await page.waitForFunction(
          ([strip, ends]) => {
            const style = getComputedStyle(strip as Element);
            const found = ['--before', '--behind'].map((end) => style.getPropertyValue(end)).join();
            return found === ends && (style.maskImage === 'none') === (ends === '0px,0px');
          },
          [await strip.elementHandle(), wanted] as const,
          { timeout: 5000 },
        );
      };
      await fades(false, true);
      await strip.hover();
      await page.mouse.wheel(0, 20);
      await fades(true, true);
      // The last tab is in sight, and not in the fade, once it is chosen.
      await page.getByRole('tab', { name: 'Neurons' }).focus();
      await page.keyboard.press('End');
      await fades(true, false);
      await page.keyboard.press('Home');
      await fades(false, true);
      await page.setViewportSize({ width: 1400, height: 800 });
      await fades(false, false);
    }
  });

  it('fits 400 pixels', async () => {
    page = await panel.open('retrained', { width: 400 });
    await page.getByRole('tab', { name: 'Changes' }).click();
    await changes().getByRole('option').first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
    const right = await changes().evaluate((list) =>
      Math.max(...[...list.querySelectorAll('.row *')].map((part) => part.getBoundingClientRect().right)),
    );
    assert.ok(right <= 400, `${right}`);
  });
});
