// Takes the walkthrough's pictures from the packaged extension: `node --import tsx scripts/walkthroughPictures.ts` after a build.
import path from 'node:path';
import { Workbench } from '../test/e2e/workbench.js';
import { root } from './command.mjs';

const folder = path.join(root, 'media/walkthrough');
const workbench = await Workbench.open();
const { page } = workbench;
try {
  await page.setViewportSize({ width: 1180, height: 720 });
  const row = await workbench.reveal('policy', 'policy.onnx');
  const item = page.locator('.context-view .action-item', { hasText: 'Explain Neurons' }).first();
  for (let tries = 0; tries < 15 && !(await item.isVisible()); tries++) {
    await page.keyboard.press('Escape');
    await row.click({ button: 'right' });
    await item.waitFor({ timeout: 2000 }).catch(() => undefined);
  }
  await item.hover();
  await page.screenshot({ path: path.join(folder, 'explorer.png'), clip: { x: 48, y: 35, width: 640, height: 420 } });
  await page.keyboard.press('Escape');

  await workbench.contextMenu('Explain Neurons', 'policy', 'policy.onnx');
  await page.keyboard.press('Control+b');
  let panel = await workbench.panel();
  await panel.locator('ox-header .work', { hasText: 'done in' }).waitFor();
  await panel.locator('ox-unit-list [role=option]').nth(1).click();
  await panel.locator('ox-detail').waitFor();
  await page.screenshot({ path: path.join(folder, 'labels.png'), clip: { x: 48, y: 35, width: 1132, height: 660 } });

  await page.keyboard.press('Control+b');
  await workbench.command('View: Close All Editors');
  await workbench.contextMenu('Show Class Activation Map', 'squeezenet', 'photos', 'cat.jpg');
  await workbench.choice('squeezenet.onnx').click();
  await page.keyboard.press('Control+b');
  panel = await workbench.panel();
  await panel.locator('ox-maps ox-map-canvas [role=img]').first().waitFor();
  await page.screenshot({ path: path.join(folder, 'maps.png'), clip: { x: 48, y: 35, width: 1132, height: 660 } });
} finally {
  await workbench.close();
}
