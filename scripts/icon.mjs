// Draws media/icon.png (256 × 256) from media/icon.svg.
import { chromium } from 'playwright-core';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chromiumFlags, findChromium } from './chromium.mjs';
import { root } from './command.mjs';

const svg = await readFile(path.join(root, 'media/icon.svg'), 'utf8');
const browser = await chromium.launch({ executablePath: await findChromium(), args: chromiumFlags });
const page = await browser.newPage({ viewport: { width: 128, height: 128 }, deviceScaleFactor: 2 });
await page.setContent(`<style>body { margin: 0; background: transparent } svg { display: block }</style>${svg}`);
await page.screenshot({ path: path.join(root, 'media/icon.png'), omitBackground: true });
await browser.close();
