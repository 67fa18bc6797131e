import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { count } from '../text/numbers.js';
import { select } from '../ui/index.js';
import { worthBar, worthBarStyles, worthWords } from '../charts/worthBar.js';
import type { Detail } from './detail.js';
import './detail.js';
import './layerList.js';
import './unitList.js';
import type { UnitList } from './unitList.js';

/** The Neurons tab: layers, units, one unit. Three panes, two, or one at a time, as the room allows. */
@customElement('ox-neurons')
export class Neurons extends LitElement {
  static override styles = [
    base,
    worthBarStyles,
    css`
      :host {
        display: grid;
        grid-template: minmax(0, 1fr) / minmax(0, 1fr);
        min-height: 0;
        flex: 1;
      }
      :host([room='three']) {
        grid-template-columns: 204px minmax(0, 1fr);
      }
      :host([room='three'][detail]) {
        grid-template-columns: 204px minmax(0, 1fr) minmax(300px, 25%);
      }
      :host([room='two'][detail]) {
        grid-template-columns: minmax(0, 1fr) minmax(270px, 42%);
      }
      ox-layer-list {
        border-inline-end: 1px solid var(--line);
      }
      ox-detail {
        border-inline-start: 1px solid var(--line);
      }
      :host([room='one']) ox-detail {
        border: 0;
        --vscode-sideBar-background: var(--vscode-editor-background);
      }
      .units {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
      }
      ox-unit-list {
        flex: 1;
      }
      .layer {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(60px, 0.6fr);
        align-items: center;
        gap: 12px;
        padding: 8px 16px 0;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  #wasOpen = false;

  constructor() {
    super();
    new StoreController(this);
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented || !this.#open) return;
      event.preventDefault();
      this.#close();
    });
  }

  get #open(): boolean {
    const { view } = this.store;
    return view.detailOpen && view.unit !== null && view.layer !== null;
  }

  #close = (): void => {
    this.store.setView({ detailOpen: false });
    void this.updateComplete.then(async () => {
      const list = this.renderRoot.querySelector<UnitList>('ox-unit-list');
      await list?.updateComplete;
      list?.focus();
    });
  };

  override render() {
    const { room } = this.store;
    const open = this.#open;
    this.setAttribute('room', room);
    this.toggleAttribute('detail', open);
    const page = room === 'one' && open;
    return html`${room === 'three' ? html`<ox-layer-list .store=${this.store}></ox-layer-list>` : nothing}
    ${
      page
        ? nothing
        : html`<div class="units">
            ${room === 'three' ? nothing : this.#layerSelect()}
            <ox-unit-list .store=${this.store}></ox-unit-list>
          </div>`
    }
    ${open ? html`<ox-detail .store=${this.store} @close=${this.#close}></ox-detail>` : nothing}`;
  }

  protected override updated(_changed: PropertyValues): void {
    const page = this.store.room === 'one' && this.#open;
    if (page && !this.#wasOpen) this.renderRoot.querySelector<Detail>('ox-detail')?.updateComplete.then(() => this.renderRoot.querySelector<Detail>('ox-detail')?.focus()); // prettier-ignore
    this.#wasOpen = page;
  }

  #layerSelect() {
    const layers = this.store.panel?.layers ?? [];
    const { summary } = this.store;
    return html`<div class="layer">
      ${select({
        label: 'Layer',
        keepEnd: true,
        value: this.store.view.layer ?? '',
        choices: layers.map(({ layer, units }) => ({
          value: layer.name,
          title: `${this.store.title(layer.name)} · ${count(units)}`,
        })),
        onChange: (layer) => this.store.selectLayer(layer),
      })}
      ${summary ? html`<span title=${worthWords(summary)}>${worthBar(summary)}<span class="unseen">${worthWords(summary)}</span></span>` : nothing}
    </div>`;
  }
}
