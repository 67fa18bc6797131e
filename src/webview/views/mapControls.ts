import { LitElement, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ClassScore, MapResult, Rectangle, UnavailableMethod } from '../../shared/engineApi.js';
import type { MapCall } from '../../shared/panelProtocol.js';
import '../charts/colourBar.js';
import { colourMapTitles, type ColourMapName } from '../charts/colourMap.js';
import { evenHint } from '../charts/mapOverlay.js';
import { mapLayers, mapMethod } from '../state/mapChoice.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import type { Comparison } from '../state/viewState.js';
import { base } from '../styles/base.js';
import { mapControlsStyles } from './mapControlsStyles.js';
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

const regions = [
  { value: 'predicted', title: 'Where highest' },
  { value: 'all', title: 'All places' },
  { value: 'rectangle', title: 'Rectangle' },
] as const;
const edges = { x: 'Left', y: 'Top', width: 'Width', height: 'Height' } as const;
const eigenHint = 'Eigen-smooth: the first principal component of the weighted channels in place of their sum';
const augmentHint =
  'Augmentation: the mean over the picture and its mirror image, each at 0.9, 1 and 1.1 times its values; six times the cost';

/** Method, layer, class and look of the map. */
@customElement('ox-map-controls')
export class MapControls extends LitElement {
  static override styles = [base, segmentedStyles, sliderStyles, mapControlsStyles];

  @property({ attribute: false }) store!: Store;
  @property({ attribute: false }) call: MapCall | null = null;
  /** Highest outputs for the picture; empty while unknown. */
  @property({ attribute: false }) top: ClassScore[] = [];
  /** What the scores are of, and the box that is drawn for. */
  @property({ attribute: false }) scores: MapResult['scores'] = 'classes';
  @property({ attribute: false }) box: number | null = null;
  /** Of the picture as the model sees it. */
  @property({ attribute: false }) size = { width: 0, height: 0 };
  @property({ attribute: false }) unavailable: readonly UnavailableMethod[] = [];

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
      ${this.#smoothing(shown.some((of) => of?.smooths))}
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
        choices: panel.methods.map(({ name, title }) => ({
          value: name,
          title: this.unavailable.some((of) => of.name === name) ? `${title} (not for this model)` : title,
        })),
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

  /** Where a class alone does not say what the score is. */
  #target(): TemplateResult | typeof nothing {
    const { store } = this;
    const { region, box, augSmooth } = store.view.maps;
    if (this.scores === 'places' || typeof region === 'object') {
      const { width, height } = this.size;
      const middle = {
        x: width >> 2,
        y: height >> 2,
        width: Math.max(1, width >> 1),
        height: Math.max(1, height >> 1),
      };
      const chosen = typeof region === 'object' ? 'rectangle' : region;
      return html`<div class="other">
          ${segmented('Score over', regions, chosen, (of) => store.setMaps({ region: of === 'rectangle' ? middle : of }))}
        </div>
        ${typeof region === 'object' ? this.#rectangle(region) : nothing}`;
    }
    if (this.scores !== 'boxes' || augSmooth) return nothing;
    return html`<div class="other">
      <span class="muted">Box</span>
      ${numberField({
        label: 'Box by number',
        placeholder: this.box === null ? 'highest' : `${this.box}, highest`,
        value: box,
        onChange: (of) => store.setMaps({ box: of }),
      })}
    </div>`;
  }

  #rectangle(region: Rectangle): TemplateResult {
    const { store } = this;
    const { width, height } = this.size;
    const most = { x: width - 1, y: height - 1, width, height };
    return html`<p class="about muted">Draw it on the picture, or give it in pixels:</p>
      <div class="edges">
        ${(Object.keys(edges) as (keyof Rectangle)[]).map(
          (edge) =>
            html`<span class="edge"
              >${edges[edge]}
              ${numberField({
                label: `${edges[edge]} of the rectangle`,
                value: region[edge],
                max: most[edge],
                onChange: (to) =>
                  store.setMaps({
                    region: { ...region, [edge]: Math.max(to ?? 0, edge === 'width' || edge === 'height' ? 1 : 0) },
                  }),
              })}</span
            >`,
        )}
      </div>`;
  }

  #smoothing(smooths: boolean): TemplateResult {
    const { store } = this;
    const { eigenSmooth, augSmooth } = store.view.maps;
    return html`<section class="look">
      <h3>Smoothing</h3>
      ${
        smooths
          ? checkbox('Principal component', eigenSmooth, (of) => store.setMaps({ eigenSmooth: of }), eigenHint)
          : nothing
      }
      ${checkbox('Mirrored and scaled copies', augSmooth, (of) => store.setMaps({ augSmooth: of }), augmentHint)}
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
              @click=${() => store.setMaps({ class: i === 0 ? null : entry.class, box: null })}
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
                  onChange: (of) => store.setMaps({ class: of, box: null }),
                })}
              </div>
              ${this.#target()}`
          : html`<p class="about muted">This method shows the same for every class.</p>`
      }
    </section>`;
  }
}
