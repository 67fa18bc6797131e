import '@lit-labs/virtualizer';
import type { LitVirtualizer } from '@lit-labs/virtualizer';
import { flow } from '@lit-labs/virtualizer/layouts/flow.js';
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Picture } from '../../shared/engineApi.js';
import type { MapCall } from '../../shared/panelProtocol.js';
import '../charts/pictureView.js';
import { Loading } from '../state/loading.js';
import { fileName, type Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { count } from '../text/numbers.js';
import { button, icons } from '../ui/index.js';
import { laidOut } from './laidOut.js';
import { moved } from './listKeys.js';

const side = 50;
const gap = 6;

/** The pictures of the probe set, one of them chosen, or one from disk. */
@customElement('ox-picture-chooser')
export class PictureChooser extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
        background: var(--vscode-sideBar-background);
        color: var(--vscode-sideBar-foreground, inherit);
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 6px;
        padding: 10px 16px 8px;
      }
      .file {
        padding: 0 16px 8px;
        overflow-wrap: anywhere;
      }
      .file strong {
        font-weight: 600;
      }
      lit-virtualizer {
        flex: 1;
        min-height: ${side + gap}px !important;
        margin: 0 10px 8px;
      }
      lit-virtualizer:focus-visible {
        outline: none;
      }
      :host([strip]) lit-virtualizer {
        flex: none;
        height: ${side + gap + 12}px;
      }
      .row {
        display: flex;
        width: 100%;
        height: ${side + gap}px;
      }
      :host([strip]) .row {
        width: ${side + gap}px;
      }
      ox-sample {
        flex: none;
        width: ${side}px;
        height: ${side}px;
        margin: ${gap / 2}px;
        border-radius: 3px;
        cursor: pointer;
      }
      ox-sample[aria-selected='true'] {
        outline: 2px solid var(--vscode-focusBorder);
        outline-offset: 1px;
      }
      lit-virtualizer:focus-visible ox-sample[aria-selected='true'] {
        outline-color: var(--vscode-foreground);
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property({ attribute: false }) input: MapCall['input'] | null = null;
  @state() private columns = 3;
  readonly #resized = new ResizeObserver(([entry]) => {
    this.columns = Math.max(1, Math.floor((entry.contentRect.width - 20 - 10) / (side + gap)));
  });
  #rows: { samples: number; columns: number; items: number[] } = { samples: -1, columns: 0, items: [] };
  readonly #horizontal = flow({ direction: 'horizontal' });
  readonly #vertical = flow({ direction: 'vertical' });

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

  override render() {
    const { store, input } = this;
    const probe = store.panel?.probe;
    const samples = probe?.kind === 'images' ? probe.samples : 0;
    const strip = store.room === 'one';
    this.toggleAttribute('strip', strip);
    const columns = strip ? 1 : this.columns;
    if (this.#rows.samples !== samples || this.#rows.columns !== columns)
      this.#rows = { samples, columns, items: Array.from({ length: Math.ceil(samples / columns) }, (_, i) => i) };
    const name =
      input?.kind === 'file'
        ? (store.view.maps.inputName ?? fileName(input.path))
        : input
          ? `picture ${input.sample}`
          : '';
    return html`<div class="top">
        <h2>Picture</h2>
        ${button('Browse…', this.#browse, { icon: icons.folder })}
      </div>
      <p class="file muted">
        ${
          input?.kind === 'file'
            ? html`<strong><bdi>${visible(name)}</bdi></strong>`
            : samples > 0
              ? html`${count(samples)} in the probe set, or paste one, or drop one with Shift held`
              : html`Drop or paste a picture, or browse`
        }
      </p>
      ${samples === 0 ? nothing : this.#thumbnails(columns, strip)}`;
  }

  #thumbnails(columns: number, strip: boolean): TemplateResult {
    const chosen = this.input?.kind === 'sample' ? this.input.sample : -1;
    const { samples, items } = this.#rows;
    return html`<lit-virtualizer
      scroller
      role="listbox"
      tabindex="0"
      aria-label="Pictures of the probe set"
      aria-activedescendant=${chosen < 0 ? nothing : `sample-${chosen}`}
      .layout=${strip ? this.#horizontal : this.#vertical}
      .items=${items}
      .renderItem=${(row: number) =>
        html`<div class="row" role="presentation">
          ${Array.from({ length: Math.min(columns, samples - row * columns) }, (_, i) => row * columns + i).map(
            (sample) =>
              html`<ox-sample
                role="option"
                id=${`sample-${sample}`}
                aria-selected=${sample === chosen}
                aria-label=${`Picture ${sample}`}
                aria-setsize=${samples}
                aria-posinset=${sample + 1}
                .store=${this.store}
                .sample=${sample}
                .generation=${this.store.generation}
                @click=${() => this.#choose(sample)}
              ></ox-sample>`,
          )}
        </div>`}
      @keydown=${this.#keys}
    ></lit-virtualizer>`;
  }

  #choose(sample: number): void {
    this.store.setMaps({ input: { kind: 'sample', sample }, inputName: null, class: null });
  }

  #keys = (event: KeyboardEvent): void => {
    const { samples, columns } = this.#rows;
    const at = this.input?.kind === 'sample' ? this.input.sample : -1;
    const strip = this.store.room === 'one';
    const key = strip ? { ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' }[event.key] ?? event.key : event.key; // prettier-ignore
    const to = moved(key, { at, count: samples, page: 5, columns });
    if (to === null) return;
    event.preventDefault();
    this.#choose(to);
  };

  protected override updated(_changed: PropertyValues): void {
    const key = JSON.stringify([this.input, this.#rows.columns]);
    if (key === this.#shown || this.input?.kind !== 'sample') return;
    this.#shown = key;
    const list = this.renderRoot.querySelector<LitVirtualizer>('lit-virtualizer');
    const row = Math.floor(this.input.sample / this.#rows.columns);
    if (!list) return;
    void laidOut(list).then((there) => {
      if (!there) return;
      const horizontal = this.hasAttribute('strip');
      const start = horizontal ? list.scrollLeft : list.scrollTop;
      const room = horizontal ? list.clientWidth : list.clientHeight;
      const place = row * (side + gap);
      if (place >= start && place + side + gap <= start + room) return;
      list.scrollTo(horizontal ? { left: place } : { top: place });
    });
  }
  #shown = '';

  #browse = (): void => {
    void this.store.act('browsePicture', {}, (picture) => {
      if (picture)
        this.store.setMaps({ input: { kind: 'file', path: picture.path }, inputName: picture.name, class: null });
      return null;
    });
  };
}

/** One thumbnail of the probe set. */
@customElement('ox-sample')
export class SampleThumbnail extends LitElement {
  static override styles = css`
    :host {
      display: block;
      background: var(--track);
    }
  `;

  @property({ attribute: false }) store!: Store;
  @property({ type: Number }) sample = 0;
  @property({ type: Number }) generation = 0;
  readonly #loading = new Loading<Picture>(this);

  override render() {
    const { sample, store, generation } = this;
    this.#loading.load(`${sample} ${generation}`, () =>
      store.pictures.sample({ sample, size: 96 }, () => this.isConnected && this.sample === sample),
    );
    const picture = this.#loading.value;
    if (!picture) return nothing;
    this.title = visible(picture.name);
    return html`<ox-picture overlay="none" .picture=${picture} .side=${side}></ox-picture>`;
  }
}
