import { LitElement, css, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ClassScore } from '../../shared/engineApi.js';
import type { MapCall } from '../../shared/panelProtocol.js';
import '../charts/colourBar.js';
import { colourMapTitles, type ColourMapName } from '../charts/colourMap.js';
import { evenHint } from '../charts/mapOverlay.js';
import { mapLayers, mapMethod } from '../state/mapChoice.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import type { Comparison } from '../state/viewState.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { amount, percent } from '../text/numbers.js';
import { checkbox, numberField, segmented, segmentedStyles, select, slider, sliderStyles } from '../ui/index.js';

const comparisons: { value: Comparison; title: string }[] = [
  { value: 'one', title: 'One map' },
  { value: 'methods', title: 'Methods' },
  { value: 'layers', title: 'Layers' },
];
const colours = (Object.keys(colourMapTitles) as ColourMapName[]).map((value) => ({
  value,
  title: colourMapTitles[value],
}));

/** Method, layer, class and look of the map. */
@customElement('ox-map-controls')
export class MapControls extends LitElement {
  static override styles = [
    base,
    segmentedStyles,
    sliderStyles,
    css`
      :host {
        display: block;
        overflow: auto;
        padding: 14px 16px 20px;
        background: var(--vscode-sideBar-background);
        color: var(--vscode-sideBar-foreground, inherit);
      }
      section + section {
        margin-top: 18px;
      }
      h3 {
        margin-bottom: 6px;
      }
      ox-select {
        width: 100%;
      }
      .about {
        margin-top: 6px;
        font-size: 12px;
        line-height: 1.45;
      }
      .classes {
        margin: 0;
        padding: 0;
      }
      .classes button {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 56px 50px;
        align-items: center;
        gap: 8px;
        width: 100%;
        padding: 2px 6px;
        border: 1px solid transparent;
        border-radius: 3px;
        font: inherit;
        color: inherit;
        text-align: start;
        background: none;
        cursor: pointer;
      }
      .classes button:hover:not(:disabled) {
        background: var(--vscode-list-hoverBackground);
      }
      .classes button:disabled {
        cursor: default;
      }
      .classes button[aria-checked='true'] {
        background: var(--vscode-list-inactiveSelectionBackground);
        color: var(--vscode-list-inactiveSelectionForeground, inherit);
        border-color: var(--vscode-contrastActiveBorder, transparent);
      }
      .classes bdi {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .classes .number {
        text-align: end;
      }
      .classes svg {
        width: 100%;
        height: 4px;
      }
      .track {
        fill: var(--track);
      }
      .share {
        fill: var(--accent);
      }
      .other {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px;
        margin-top: 6px;
        padding-inline: 6px;
      }
      .whole {
        --input-min-width: 0;
        width: 84px;
      }
      .look {
        display: grid;
        gap: 10px;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property({ attribute: false }) call: MapCall | null = null;
  /** Highest outputs for the picture; empty while unknown. */
  @property({ attribute: false }) top: ClassScore[] = [];

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const { store } = this;
    const panel = store.panel!;
    const { maps } = store.view;
    const method = mapMethod(panel, maps.method);
    const shown = maps.comparison === 'methods' ? panel.methods : [method];
    const needsClass = shown.some((of) => of?.needsClass);
    return html`<section>
        ${segmented('Compare', comparisons, maps.comparison, (comparison) => store.setMaps({ comparison }))}
      </section>
      ${method && maps.comparison !== 'methods' ? this.#method() : nothing}
      ${maps.comparison === 'layers' || (maps.comparison === 'one' && method?.ofInput) ? nothing : this.#layer()}
      ${this.top.length > 0 || needsClass ? this.#classes(needsClass) : nothing}
      <section class="look">
        <h3>Overlay</h3>
        ${slider('Opacity', maps.opacity, (opacity) => store.setMaps({ opacity }))}
        ${checkbox('Same opacity everywhere', maps.even, (even) => store.setMaps({ even }), evenHint)}
        ${select<ColourMapName>({
          label: 'Colour map',
          value: maps.colours,
          choices: colours,
          onChange: (chosen) => store.setMaps({ colours: chosen }),
        })}
        <ox-colour-bar .colours=${maps.colours}></ox-colour-bar>
      </section>`;
  }

  #method(): TemplateResult {
    const { store } = this;
    const panel = store.panel!;
    const method = mapMethod(panel, store.view.maps.method)!;
    return html`<section>
      <h3>Method</h3>
      ${select({
        label: 'Method',
        value: method.name,
        choices: panel.methods.map(({ name, title }) => ({ value: name, title })),
        onChange: (name) => store.setMaps({ method: name }),
      })}
      <p class="about">${method.shows} <span class="muted">${method.cost}</span></p>
      ${
        method.name === 'activation'
          ? html`<div class="other">
              <span>Neuron</span>
              ${numberField({
                label: 'Neuron',
                value: this.call?.unit ?? 0,
                max: this.#units() - 1,
                onChange: (unit) => store.setMaps({ unit: unit ?? 0 }),
              })}
            </div>`
          : nothing
      }
    </section>`;
  }

  #units(): number {
    const layers = mapLayers(this.store.panel!);
    return layers.find(({ name }) => name === this.store.view.maps.layer)?.units ?? Number.MAX_SAFE_INTEGER;
  }

  #layer(): TemplateResult {
    const { store, call } = this;
    return html`<section>
      <h3>Layer</h3>
      ${select({
        label: 'Layer',
        keepEnd: true,
        value: call?.layers[0] ?? '*',
        choices: [
          { value: '*', title: 'Last spatial layer' },
          ...mapLayers(store.panel!).map(({ name }) => ({ value: name, title: store.title(name) })),
        ],
        onChange: (layer) => store.setMaps({ layer: layer === '*' ? null : layer }),
      })}
    </section>`;
  }

  #classes(needed: boolean): TemplateResult {
    const { store, top } = this;
    const chosen = store.view.maps.class;
    return html`<section>
      <h3>${needed ? 'Class' : 'Highest outputs'}</h3>
      <div class="classes" role=${needed ? 'radiogroup' : 'list'} aria-label=${needed ? 'Class' : 'Highest outputs'}>
        ${top.slice(0, 5).map((entry, i) => {
          const name = entry.name === null ? `class ${entry.class}` : visible(entry.name);
          const checked = chosen === entry.class || (chosen === null && i === 0);
          const share = entry.probability;
          return html`<div role=${needed ? 'presentation' : 'listitem'}>
            <button
              role=${needed ? 'radio' : nothing}
              aria-checked=${needed ? checked : nothing}
              ?disabled=${!needed}
              title=${`${name}, score ${amount(entry.score)}`}
              @click=${() => store.setMaps({ class: i === 0 ? null : entry.class })}
            >
              <bdi>${name}</bdi>
              <svg aria-hidden="true">
                ${
                  share === null
                    ? nothing
                    : svg`<rect class="track" width="100%" height="4" rx="2" /><rect class="share" width=${`${share * 100}%`} height="4" rx="2" />`
                }
              </svg>
              <span class="number muted">${share === null ? amount(entry.score) : percent(share)}</span>
            </button>
          </div>`;
        })}
      </div>
      ${
        needed
          ? html`<div class="other">
              <span class="muted">Other class</span>
              ${numberField({
                label: 'Class by number',
                placeholder: 'number',
                value: chosen !== null && !top.slice(0, 5).some((entry) => entry.class === chosen) ? chosen : null,
                onChange: (of) => store.setMaps({ class: of }),
              })}
            </div>`
          : html`<p class="about muted">This method shows the same for every class.</p>`
      }
    </section>`;
  }
}
