import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { takesPictures } from '../state/mapChoice.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import type { MapsPart } from '../state/viewState.js';
import { base } from '../styles/base.js';
import { segmented, segmentedStyles } from '../ui/index.js';
import './attribution.js';
import './correlation.js';
import './evaluation.js';
import './maps.js';

/** The Maps tab: one input, what holds over the whole probe set, and what maps are worth. */
@customElement('ox-maps-tab')
export class MapsTab extends LitElement {
  static override styles = [
    base,
    segmentedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-height: 0;
      }
      nav {
        flex: none;
        padding: 8px 16px;
        border-bottom: 1px solid var(--line);
        overflow-x: auto;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const { store } = this;
    const panel = store.panel;
    if (!panel) return nothing;
    const pictures = panel.structure === null || takesPictures(panel.structure) || panel.probe?.kind === 'images';
    const parts: { value: MapsPart; title: string }[] = [
      { value: 'one', title: pictures ? 'One picture' : 'One input' },
      { value: 'set', title: 'Over the probe set' },
      ...(pictures ? [{ value: 'worth' as const, title: 'Are maps right?' }] : []),
    ];
    const { part } = store.view.maps;
    const shown = parts.some(({ value }) => value === part) ? part : 'one';
    return html`<nav>${segmented('What to look at', parts, shown, (to) => store.setMaps({ part: to }))}</nav>
      ${this.#part(shown, pictures)}`;
  }

  #part(part: MapsPart, pictures: boolean): TemplateResult {
    const { store } = this;
    if (part === 'set') return html`<ox-correlation .store=${store}></ox-correlation>`;
    if (part === 'worth') return html`<ox-evaluation .store=${store}></ox-evaluation>`;
    return pictures && store.panel!.probe?.kind !== 'states'
      ? html`<ox-maps .store=${store}></ox-maps>`
      : html`<ox-attribution .store=${store}></ox-attribution>`;
  }
}
