import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MapResult, Rectangle } from '../../shared/engineApi.js';
import type { MapCall, PanelError } from '../../shared/panelProtocol.js';
import { mapPng } from '../charts/mapCanvas.js';
import '../charts/mapCanvas.js';
import type { MapPaint } from '../charts/mapOverlay.js';
import { Loading } from '../state/loading.js';
import { fileName, type Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { counted, duration } from '../text/numbers.js';
import { button, icons, iconButton, spinner } from '../ui/index.js';
import { problem, problemStyles } from './problem.js';

/**
 * One map with what it is and what it cost. It is given its result, or (in a comparison) makes its own as soon as it comes
 * into sight.
 */
@customElement('ox-map-figure')
export class MapFigure extends LitElement {
  static override styles = [
    base,
    problemStyles,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      :host([large]) {
        /* As large as the stage's height allows, with room for the caption below. */
        width: min(100%, max(280px, (var(--stage-height, 640px) - 96px) * var(--aspect, 1)));
        margin: 0 auto;
      }
      figure {
        margin: 0;
      }
      .ground {
        position: relative;
        display: grid;
        place-items: center;
        min-height: 120px;
        border-radius: 3px;
        background: var(--track);
      }
      .ground.done {
        background: none;
      }
      ox-map-canvas {
        width: 100%;
      }
      .pending {
        opacity: 0.55;
      }
      .spinner {
        position: absolute;
      }
      .offer {
        display: grid;
        justify-items: center;
        gap: 6px;
        padding: 16px;
        text-align: center;
      }
      figcaption {
        display: flex;
        align-items: flex-start;
        justify-content: space-between;
        gap: 8px;
        margin-top: 6px;
        line-height: 1.4;
      }
      figcaption > div {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .actions {
        display: flex;
        flex: none;
      }
      figcaption p {
        font-size: 12px;
      }
      details {
        margin-top: 4px;
        font-size: 12px;
      }
      summary {
        color: var(--muted);
        cursor: pointer;
      }
      ul {
        margin: 4px 0 0;
        padding-inline-start: 16px;
        font-size: 12px;
        color: var(--muted);
        line-height: 1.45;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property({ attribute: false }) call!: MapCall;
  @property({ attribute: false }) result: MapResult | null = null;
  @property({ attribute: false }) problem: PanelError | null = null;
  @property({ type: Boolean }) pending = false;
  @property({ type: Boolean, reflect: true }) large = false;
  @property() heading = '';
  @property() remark = '';
  /** What it costs, where it is not made before somebody asks for it. */
  @property() asks = '';
  readonly #own = new Loading<MapResult>(this);
  #seen = false;
  #asked = false;
  readonly #sight = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    this.#seen = true;
    this.#sight.disconnect();
    this.requestUpdate();
  });

  constructor() {
    super();
    new StoreController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.large) this.#sight.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sight.disconnect();
  }

  override render() {
    const { store, call } = this;
    const waits = this.asks !== '' && !this.#asked;
    if (!this.large && this.#seen && !waits)
      this.#own.load(JSON.stringify([call, store.generation]), async () => {
        const made = await store.host.call('map', call);
        this.dispatchEvent(new CustomEvent('made', { detail: made }));
        return made;
      });
    const map = this.large ? this.result : this.#own.value;
    const error = this.large ? this.problem : this.#own.error;
    const pending = this.large ? this.pending : !map && !error && !waits;
    if (this.large && map) this.style.setProperty('--aspect', String(map.width / map.height));
    return html`<figure>
      <div class=${`ground${map && !error ? ' done' : ''}`}>
        ${error ? problem(error) : nothing}
        ${
          map && !error
            ? html`<ox-map-canvas
                class=${pending ? 'pending' : ''}
                .map=${map}
                .paint=${this.#paint()}
                .label=${this.#words(map)}
                .region=${typeof call.region === 'object' ? call.region : null}
                ?draws=${this.large && typeof call.region === 'object'}
                @region=${({ detail }: CustomEvent<Rectangle>) => store.setMaps({ region: detail })}
              ></ox-map-canvas>`
            : nothing
        }
        ${waits && !this.large ? this.#offer() : nothing}
        ${pending ? html`<span class="spinner">${spinner('Making the map')}</span>` : nothing}
      </div>
      ${this.#buttons(pending, error)} ${this.#caption(map)}
    </figure>`;
  }

  #offer(): TemplateResult {
    return html`<div class="offer">
      ${button('Draw the map', () => {
        this.#asked = true;
        this.requestUpdate();
      })}
      <p class="muted">${this.asks}</p>
    </div>`;
  }

  /** Stops a map that takes long; makes one that was stopped after all. */
  #buttons(pending: boolean, error: PanelError | null): TemplateResult | typeof nothing {
    const method = this.store.panel?.methods.find(({ name }) => name === this.call.method);
    if (pending && (method?.slow || this.call.augSmooth)) {
      return button('Stop', () => void this.store.host.call('stopMaps', {}));
    }
    if (error?.code !== 'engine/cancelled') return nothing;
    const again = () => {
      if (this.large) this.dispatchEvent(new CustomEvent('again'));
      this.#own.clear();
      this.requestUpdate();
    };
    return button('Draw the map', again);
  }

  /** The same object as long as nothing changed, so that the canvas is not painted for nothing. */
  #paint(): MapPaint {
    const { opacity, colours, even } = this.store.view.maps;
    const painted = this.#painted;
    if (painted?.opacity !== opacity || painted.colours !== colours || painted.even !== even)
      return (this.#painted = { opacity, colours, even });
    return painted;
  }
  #painted: MapPaint | null = null;

  #words(map: MapResult): string {
    const method = this.store.panel?.methods.find(({ name }) => name === map.method)?.title ?? map.method;
    return `${method} over ${visible(this.#name(map))}, ${map.layers.map((layer) => this.store.title(layer)).join(', ')}`;
  }

  #caption(map: MapResult | null): TemplateResult {
    const layers = map?.layers.map((layer) => this.store.title(layer)).join(', ') ?? '';
    const about = map ? [visible(this.#name(map)), layers, map.class === null ? null : this.#class(map)] : [];
    return html`<figcaption>
        <div>
          ${this.heading ? html`<strong><bdi>${this.heading}</bdi></strong>` : nothing}
          ${this.large && map ? html`<bdi>${about.filter(Boolean).join(' · ')}</bdi>` : nothing}
          ${this.remark ? html`<p class="muted">${this.remark}</p>` : nothing}
          ${
            map
              ? html`<p class="muted number">
                  ${duration(map.milliseconds)}${this.large ? html` · ${map.width} × ${map.height} pixels` : nothing}
                </p>`
              : nothing
          }
        </div>
        ${
          map
            ? html`<span class="actions"
                >${iconButton(icons.copy, 'Copy picture', () => void this.#copy(map))}
                ${iconButton(icons.save, 'Save as PNG', () => void this.#save(map))}</span
              >`
            : nothing
        }
      </figcaption>
      ${
        map && map.notes.length > 0
          ? html`<details ?open=${this.large}>
              <summary>${counted(map.notes.length, 'note')}</summary>
              <ul>
                ${map.notes.map((note) => html`<li><bdi>${visible(note)}</bdi></li>`)}
              </ul>
            </details>`
          : nothing
      }`;
  }

  #class(map: MapResult): string {
    const known = map.top.find((entry) => entry.class === map.class);
    return known?.name ? visible(known.name) : `class ${map.class}`;
  }

  /** A dropped picture is kept under another name than its own. */
  #name(map: MapResult): string {
    const { input, inputName } = this.store.view.maps;
    const isShown = input?.kind === 'file' && input.path === map.picture.path;
    return (isShown ? inputName : null) ?? map.picture.name;
  }

  async #copy(map: MapResult): Promise<void> {
    try {
      const png = await mapPng(map, this.#paint());
      await navigator.clipboard.write([
        new ClipboardItem({ 'image/png': new Blob([png as Uint8Array<ArrayBuffer>], { type: 'image/png' }) }),
      ]);
      this.store.say({ error: false, text: 'Picture copied', hint: null });
    } catch (error) {
      const text = `The picture could not be copied (${error instanceof Error ? error.message : String(error)})`;
      this.store.say({ error: true, text, hint: 'save it as PNG' });
    }
  }

  async #save(map: MapResult): Promise<void> {
    try {
      const png = await mapPng(map, this.#paint());
      const name = `${this.#name(map).replace(/\.[a-z]+$/i, '') || 'picture'} ${map.method}.png`;
      await this.store.act('savePicture', { name, png }, (saved) =>
        saved ? `Saved as ${visible(fileName(saved.path))}` : null,
      );
    } catch (error) {
      this.store.say({ error: true, text: error instanceof Error ? error.message : String(error), hint: null });
    }
  }
}
