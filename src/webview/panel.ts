import { LitElement, css, html, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Store } from './state/store.js';
import { StoreController } from './state/storeController.js';
import { base, palette } from './styles/base.js';
import { button, icons, iconButton } from './ui/index.js';
import './views/changes.js';
import './views/concepts.js';
import './views/outputs.js';
import './views/header.js';
import './views/mapsTab.js';
import './views/model.js';
import './views/neurons.js';
import './views/notices.js';
import { spokenStatus } from './views/statusWords.js';
import { markEnds, tabs, tabStyles } from './views/tabs.js';
import { opening, wholePage, wholePageStyles } from './views/wholePage.js';

/** Up to here the panel shows one pane at a time, up to the next two. */
const oneBelow = 600;
const twoBelow = 940;

/** The whole page. `main.ts` gives it its store and its name. */
export class Panel extends LitElement {
  static override styles = [
    palette,
    base,
    tabStyles,
    wholePageStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        height: 100vh;
        min-width: 0;
        overflow: hidden;
        font-family: var(--vscode-font-family);
        font-size: var(--vscode-font-size, 13px);
        line-height: 1.35;
        color: var(--vscode-foreground);
        background: var(--vscode-editor-background);
      }
      .bar {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px;
        padding: 0 12px 0 8px;
        border-bottom: 1px solid var(--line);
      }
      .bar > .tabs {
        flex: 0 1 auto;
        min-width: 0;
        overflow-x: auto;
        scrollbar-width: none;
      }
      .bar > div:last-child {
        flex: none;
        display: flex;
        align-items: center;
        gap: 4px;
      }
      .view {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-height: 0;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @state() private reporting = false;
  #tabInSight: string | null = null;
  readonly #resized = new ResizeObserver(([entry]) => {
    const { width } = entry.contentRect;
    this.store.setRoom(width <= oneBelow ? 'one' : width <= twoBelow ? 'two' : 'three');
    this.#markEnds();
  });

  constructor() {
    super();
    new StoreController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override updated(): void {
    this.#markEnds();
    const tab = this.store.panel ? this.store.view.tab : null;
    if (tab !== this.#tabInSight) {
      this.#tabInSight = tab;
      this.renderRoot.querySelector(`#tab-${tab}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }

  override render() {
    const { store } = this;
    if (!store.panel) return opening(store.openError, () => void store.open());
    const { view, panel } = store;
    return html`<ox-header .store=${store}></ox-header>
      <div class="bar">
        ${tabs(view.tab, (tab) => store.setView({ tab }), { changes: panel.former !== null })}
        <div>
          ${
            store.room === 'one'
              ? iconButton(icons.report, 'Report: one HTML file that opens anywhere', () => void this.#report(), {
                  disabled: this.reporting || panel.layers.length === 0,
                })
              : button('Report', () => void this.#report(), {
                  disabled: this.reporting || panel.layers.length === 0,
                  icon: icons.report,
                  plain: true,
                  title: 'Write a report: one HTML file that opens anywhere',
                })
          }
          ${iconButton(icons.gear, 'Settings', () => void store.act('openSettings', {}))}
        </div>
      </div>
      <ox-notices .store=${store}></ox-notices>
      <main class="view" id="view" role="tabpanel" aria-labelledby=${`tab-${view.tab}`}>${this.#view()}</main>
      <div class="unseen" role="status">${spokenStatus(panel.status, (layer) => store.title(layer))}</div>`;
  }

  #markEnds(): void {
    markEnds(this.renderRoot.querySelector('.tabs'));
  }

  #view(): TemplateResult {
    const { store } = this;
    switch (store.view.tab) {
      case 'neurons':
        return store.panel!.layers.length === 0 || store.panel!.status.state === 'restricted'
          ? wholePage(store)
          : html`<ox-neurons .store=${store}></ox-neurons>`;
      case 'maps':
        return store.panel!.status.state === 'restricted'
          ? wholePage(store)
          : html`<ox-maps-tab .store=${store}></ox-maps-tab>`;
      case 'outputs':
        return html`<ox-outputs .store=${store}></ox-outputs>`;
      case 'concepts':
        return html`<ox-concepts .store=${store}></ox-concepts>`;
      case 'changes':
        return html`<ox-changes .store=${store}></ox-changes>`;
      case 'model':
        return html`<ox-model .store=${store}></ox-model>`;
    }
  }

  async #report(): Promise<void> {
    this.reporting = true;
    // VS Code itself says where it was written, with a way to open it.
    await this.store.act('report', {});
    this.reporting = false;
  }
}
