import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium, type Browser, type Frame, type Locator, type Page } from 'playwright-core';
import { chromiumFlags, findChromium } from '../../scripts/chromium.mjs';
import { root, runNode } from '../../scripts/command.mjs';
import { installExtension, startServer, writeUserSettings, type RunningServer } from '../../scripts/vscodeServer.mjs';

let packaged: Promise<string> | null = null;

/** Packages the extension, for all windows of a run. */
async function packageOnce(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-vsix-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await runNode('scripts/package.mjs', ['--built', '--out', folder], { capture: true });
  const vsix = (await readdir(folder)).find((file) => file.endsWith('.vsix'))!;
  return path.join(folder, vsix);
}

/** A VS Code with the packaged extension on a copy of the sample, seen through a browser as a user sees it. */
export class Workbench {
  private constructor(
    readonly page: Page,
    /** The workspace's folder. */
    readonly workspace: string,
    private readonly folder: string,
    private readonly browser: Browser,
    private readonly server: RunningServer,
  ) {}

  static async open(): Promise<Workbench> {
    const executablePath = await findChromium();
    const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-e2e-'));
    const workspace = path.join(folder, 'workspace');
    const data = path.join(folder, 'data');
    await cp(path.join(root, 'media/sample'), workspace, { recursive: true });
    await installExtension(await (packaged ??= packageOnce()), data);
    // Newer versions open their chat beside the editors, which would narrow the panel.
    await writeUserSettings(data, {
      'workbench.startupEditor': 'none',
      'workbench.colorTheme': 'Default Dark Modern',
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
    });
    const server = await startServer({ data });
    const browser = await chromium.launch({ executablePath, args: chromiumFlags });
    const page = await browser.newPage({ viewport: { width: 1500, height: 950 } });
    const workbench = new Workbench(page, workspace, folder, browser, server);
    page.setDefaultTimeout(20_000);
    await workbench.settings({});
    await workbench.load();
    return workbench;
  }

  async load(): Promise<void> {
    await this.page.goto(`${this.server.url}/?folder=${this.workspace}`);
    await this.page
      .locator('.monaco-workbench .explorer-folders-view .monaco-list-row')
      .first()
      .waitFor({ timeout: 60_000 });
    // The editors of before are open again: what is opened or closed from now on is not undone by them.
    await this.page.waitForFunction(() => performance.getEntriesByName('code/LifecyclePhase/Restored').length > 0);
  }

  /** Until VS Code has written down that an editor is open, as it does every few seconds: a window that is loaded then has it. */
  async kept(name: string): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const { origins } = (await this.page.context().storageState({ indexedDB: true })) as StoredState;
      const records = origins.flatMap(({ indexedDB = [] }) => indexedDB).flatMap(({ stores }) => stores).flatMap((store) => store.records); // prettier-ignore
      const editors = records.find(({ key }) => key === 'memento/workbench.parts.editor')?.value;
      if (String(editors).includes(name)) return;
      await wait(300);
    }
    throw new Error(`VS Code did not write down that ${name} is open`);
  }

  /** Closes all editors; resolves when they are gone, so that what comes next is not looked for in them. */
  async closeEditors(): Promise<void> {
    await this.command('View: Close All Editors');
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
    await this.page.locator('iframe.webview').first().waitFor({ state: 'detached' });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  row(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row', {
      has: this.page.locator('.label-name', { hasText: new RegExp(`^${name.replaceAll('.', '\\.')}$`) }),
    });
  }

  /** Makes a file of the workspace visible in the explorer. */
  async reveal(...parts: string[]): Promise<Locator> {
    for (const [depth, name] of parts.entries()) {
      const row = this.row(name);
      await row.waitFor();
      if (depth === parts.length - 1) break;
      const isOpen = async () => (await row.getAttribute('aria-expanded')) === 'true';
      // An explorer that is being drawn closes a folder again.
      for (let tries = 0; tries < 10 && !(await isOpen()); tries++) {
        await row.click();
        await this.row(parts[depth + 1])
          .waitFor({ timeout: 1000 })
          .catch(() => undefined);
      }
    }
    return this.row(parts.at(-1)!);
  }

  /** Opens a file in the code editor, to stay. */
  async openFile(...parts: string[]): Promise<void> {
    const row = await this.reveal(...parts);
    await row.dblclick();
    await this.page.locator('.tab.active', { hasText: parts.at(-1) }).waitFor();
  }

  /**
   * Right-clicks a file and chooses a command. An extension's menus come some seconds after the workbench, and what else
   * comes up at the start closes an open menu: then it is opened again.
   */
  async contextMenu(command: string, ...parts: string[]): Promise<void> {
    const row = await this.reveal(...parts);
    const item = this.page.locator('.context-view .action-item', { hasText: command }).first();
    const soon = { timeout: 4000 };
    for (let tries = 0; tries < 15; tries++) {
      await row.click({ button: 'right' });
      try {
        await item.waitFor(soon);
        // A menu that has just opened takes no click, so that the one that opened it does not choose.
        await item.hover(soon);
        await wait(300);
        await item.click(soon);
      } catch {
        await this.page.keyboard.press('Escape');
        continue;
      }
      return item.waitFor({ state: 'hidden' });
    }
    throw new Error(`${command} is not in the menu of ${parts.join('/')}`);
  }

  /** Runs a command from the palette by its full title. */
  async command(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input:visible');
    for (let tries = 0; tries < 5 && !(await input.isVisible()); tries++) {
      await this.page.keyboard.press('F1');
      await input.waitFor({ timeout: 2000 }).catch(() => undefined);
    }
    await input.fill(`>${title}`);
    await this.choice(title).waitFor();
    await this.page.keyboard.press('Enter');
    // Until the palette is gone, the next command's keys would go to this one's.
    await this.choice(title).waitFor({ state: 'hidden' });
  }

  /** A line of the list that VS Code shows at its top. */
  choice(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  }

  /** Settings of the workspace; VS Code takes them from disk at once. */
  async settings(settings: Record<string, unknown>): Promise<void> {
    await mkdir(path.join(this.workspace, '.vscode'), { recursive: true });
    await writeFile(
      path.join(this.workspace, '.vscode/settings.json'),
      JSON.stringify({ 'files.exclude': { '**/.vscode': true }, ...settings }),
    );
  }

  async notifications(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message').allTextContents();
  }

  /** The panel's page: the newest frame that shows it. */
  async panel(): Promise<Frame> {
    for (let tries = 0; tries < 200; tries++) {
      for (const frame of this.page.frames().reverse())
        if (frame.url().includes('fake.html') && (await hasPanel(frame))) return frame;
      await wait(100);
    }
    throw new Error('no panel came up');
  }

  /** A picture of the window for people to look at: out/screens/NAME.png. */
  async screenshot(name: string): Promise<void> {
    const screens = path.join(root, 'out/screens');
    await mkdir(screens, { recursive: true });
    await this.page.screenshot({ path: path.join(screens, `${name}.png`) });
  }
}

const hasPanel = (frame: Frame): Promise<boolean> =>
  frame
    .locator('body *')
    .first()
    .isVisible()
    .catch(() => false);

/** What Playwright tells of a page's databases; its types leave it out. */
interface StoredState {
  origins: { indexedDB?: { stores: { records: { key?: unknown; value?: unknown }[] }[] }[] }[];
}
