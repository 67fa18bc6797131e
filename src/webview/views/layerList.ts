import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { worthBar, worthBarStyles, worthParts, worthWords } from '../charts/worthBar.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { count } from '../text/numbers.js';
import { TypeAhead, moved } from './listKeys.js';

/** The layers with what their units are worth, and what the colours mean. */
@customElement('ox-layer-list')
export class LayerList extends LitElement {
  static override styles = [
    base,
    worthBarStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
        background: var(--vscode-sideBar-background);
        color: var(--vscode-sideBar-foreground, inherit);
      }
      h2 {
        padding: 13px 16px 7px;
      }
      [role='listbox'] {
        flex: 1 1 auto;
        min-height: 60px;
      }
      [role='option'] {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 4px 8px;
        padding: 5px 16px 8px;
        cursor: pointer;
        border: 1px solid transparent;
      }
      [role='option']:hover {
        background: var(--vscode-list-hoverBackground);
      }
      [role='option'][aria-selected='true'] {
        background: var(--vscode-list-inactiveSelectionBackground);
        color: var(--vscode-list-inactiveSelectionForeground, inherit);
        border-color: var(--vscode-contrastActiveBorder, transparent);
      }
      [role='listbox']:focus-visible {
        outline: none;
      }
      [role='listbox']:focus-visible [aria-selected='true'] {
        background: var(--vscode-list-activeSelectionBackground);
        color: var(--vscode-list-activeSelectionForeground);
        outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
        outline-offset: -1px;
      }
      [aria-selected='true'] .units {
        color: inherit;
      }
      .name {
        overflow-wrap: anywhere;
        /* A name may be a megabyte long: it is cut after four lines. */
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 4;
        overflow: hidden;
        line-height: 1.3;
      }
      .worth {
        grid-column: 1 / -1;
      }
      .legend {
        flex: none;
        padding: 10px 16px 14px;
        border-top: 1px solid var(--line);
        font-size: 11px;
        color: var(--muted);
      }
      .legend dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 4px 8px;
        align-items: center;
        margin: 0;
      }
      dt {
        width: 10px;
        height: 4px;
        border-radius: 2px;
      }
      dd {
        margin: 0;
      }
      .explained {
        background: var(--worth);
      }
      .chance {
        background: var(--chance);
      }
      .silent {
        background: var(--silent);
      }
      .other {
        background: var(--quiet);
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  readonly #typeAhead = new TypeAhead();

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const layers = this.store.panel?.layers ?? [];
    const selected = this.store.view.layer;
    return html`<h2 id="heading">Layers</h2>
      <div
        class="scroll"
        role="listbox"
        tabindex="0"
        aria-labelledby="heading"
        aria-activedescendant=${layers.some(({ layer }) => layer.name === selected) ? 'selected' : nothing}
        @keydown=${this.#keys}
      >
        ${layers.map((summary) => {
          const name = this.store.title(summary.layer.name);
          const chosen = summary.layer.name === selected;
          return html`<div
            role="option"
            id=${chosen ? 'selected' : nothing}
            aria-selected=${chosen}
            title=${`${summary.layer.op} · ${worthWords(summary)}`}
            @click=${() => this.store.selectLayer(summary.layer.name)}
          >
            <bdi class="name">${name}</bdi
            ><span class="units number muted"
              >${count(summary.units)}<span class="unseen"> neurons: ${worthWords(summary)}</span></span
            >
            ${worthBar(summary)}
          </div>`;
        })}
      </div>
      <div class="legend">
        <dl>
          ${worthParts.map(
            ({ key, title }) =>
              html`<dt class=${key}></dt>
                <dd>${title}</dd>`,
          )}
        </dl>
      </div>`;
  }

  protected override updated(_changed: PropertyValues): void {
    this.renderRoot.querySelector('#selected')?.scrollIntoView({ block: 'nearest' });
  }

  #keys = (event: KeyboardEvent): void => {
    const layers = this.store.panel?.layers ?? [];
    const at = layers.findIndex(({ layer }) => layer.name === this.store.view.layer);
    const name = (index: number) => this.store.title(layers[index].layer.name);
    const to =
      moved(event.key, { at, count: layers.length, page: 8 }) ?? this.#typeAhead.find(event, at, layers.length, name);
    if (to === null) return;
    event.preventDefault();
    this.store.selectLayer(layers[to].layer.name);
  };
}
