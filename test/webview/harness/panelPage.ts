import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import type { PanelCall } from '../../../src/shared/panelProtocol.js';
import type { ScenarioName } from './scenarios.js';
import { serve, type ThemeName } from './serve.js';

export const themes = ['dark', 'light', 'hc-dark', 'hc-light'] as const;

export interface PageOptions {
  width?: number;
  height?: number;
  theme?: ThemeName;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  violations: {
    id: string;
    impact: string;
    tags: string[];
    nodes: { target: (string | string[])[]; failureSummary: string }[];
  }[];
}

/**
 * The panel's page in a browser, for the tests of the suite that makes one. Whatever the page throws or writes to its console
 * as an error fails the test.
 */
export class PanelPage {
  page!: Page;
  #browser: Browser | undefined;
  #server: Awaited<ReturnType<typeof serve>> | undefined;
  #problems: string[] = [];

  constructor() {
    before(async () => {
      const { chromiumFlags, findChromium } = (await import('../../../scripts/chromium.mjs' as string)) as {
        chromiumFlags: string[];
        findChromium(): Promise<string>;
      };
      this.#server = await serve();
      this.#browser = await chromium.launch({ executablePath: await findChromium(), args: chromiumFlags });
    });
    after(async () => {
      await this.#browser?.close();
      this.#server?.close();
    });
    afterEach(async () => {
      await this.page?.close();
      assert.deepEqual(this.#problems, []);
    });
  }

  /** Shows a scenario, in place of the one before. */
  async open(scenario: ScenarioName, { width = 1400, height = 800, theme = 'dark' }: PageOptions = {}): Promise<Page> {
    await this.page?.close();
    const page = (this.page = await this.#browser!.newPage({ viewport: { width, height } }));
    page.on('pageerror', ({ message }) => this.#problems.push(message));
    page.on('console', (message) => {
      // The toolkit sets one inline style, which the policy refuses and nothing misses.
      if (message.type() === 'error' && !message.text().includes('inline style')) this.#problems.push(message.text());
    });
    this.#problems = [];
    await page.goto(`${this.#server!.url}/?scenario=${scenario}&theme=${theme}`);
    await page.getByRole('tab', { name: 'Neurons' }).waitFor();
    return page;
  }

  /** What the page has asked the host. */
  calls(method: string): Promise<PanelCall[]> {
    return this.page.evaluate((wanted) => window.fake.calls.filter((call) => call.method === wanted), method);
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name, exact: true }).click();
  }

  /** The list of a layer's neurons. */
  neurons(): Locator {
    return this.page.getByRole('listbox', { name: /^Neurons of/ });
  }

  neuron(unit: number): Locator {
    return this.page.getByRole('option', { name: new RegExp(`^Neuron ${unit} ?:`) });
  }

  /** Opens a neuron by its number, as one does in a list of which only a part is in sight. */
  async choose(unit: number): Promise<void> {
    await this.neurons().getByRole('option').first().waitFor();
    await this.neurons().focus();
    await this.page.keyboard.type(String(unit));
    await this.page.keyboard.press('Enter');
  }

  detail(): Locator {
    return this.page.locator('ox-detail');
  }

  /** Role and name of what has the focus, through shadow roots. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return `${element?.getAttribute('role') ?? element?.tagName.toLowerCase()} ${element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? ''}`;
    });
  }

  /** What axe finds against WCAG 2 A and AA, and whatever else it calls serious. */
  async accessibilityProblems(): Promise<string[]> {
    await this.page.evaluate(axeSource);
    return this.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResult> } };
      const { violations } = await axe.run({ resultTypes: ['violations'] });
      const wanted = ['wcag2a', 'wcag2aa'];
      return violations
        .filter(({ impact, tags }) => ['serious', 'critical'].includes(impact) || tags.some((tag) => wanted.includes(tag)))
        .map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.flat().join(' ')} ${node.failureSummary}`).slice(0, 3).join(' | ')}`); // prettier-ignore
    });
  }
}
