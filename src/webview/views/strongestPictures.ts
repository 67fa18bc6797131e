import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { StrongestPicture } from '../../shared/panelProtocol.js';
import type { Overlay } from '../charts/pictureView.js';
import '../charts/pictureView.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { amount } from '../text/numbers.js';
import { segmented, segmentedStyles, spinner } from '../ui/index.js';
import { problem, problemStyles } from './problem.js';

const overlays: { value: Overlay; title: string }[] = [
  { value: 'outline', title: 'Outline' },
  { value: 'map', title: 'Map' },
  { value: 'none', title: 'Picture' },
];

/** The unit's strongest inputs, larger, with the region that fires or the unit's map over them. */
@customElement('ox-strongest-pictures')
export class StrongestPictures extends LitElement {
  static override styles = [
    base,
    problemStyles,
    segmentedStyles,
    css`
      h3 {
        white-space: nowrap;
      }
      .top {
        flex-wrap: wrap;
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(84px, 1fr));
        gap: 8px 6px;
        margin: 8px 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        min-width: 0;
      }
      li button {
        display: block;
        width: 100%;
        padding: 0;
        border: 0;
        border-radius: 3px;
        background: none;
        color: inherit;
        font: inherit;
        cursor: pointer;
      }
      li button:hover ox-picture {
        outline: 1px solid var(--vscode-focusBorder);
      }
      .caption {
        display: flex;
        justify-content: space-between;
        gap: 4px;
        margin-top: 2px;
        font-size: 11px;
        color: var(--muted);
      }
      .caption bdi {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property() layer = '';
  @property({ type: Number }) unit = 0;
  @state() private overlay: Overlay = 'outline';
  readonly #loading = new Loading<StrongestPicture[]>(this);

  override render() {
    const { layer, unit, store } = this;
    this.#loading.load(JSON.stringify([layer, unit, store.generation]), () =>
      store.pictures.strongest({ layer, unit, count: 9, size: 128 }, () => this.unit === unit && this.layer === layer),
    );
    const pictures = this.#loading.value;
    const mapped = pictures?.some(({ map }) => map !== null) ?? false;
    return html`<div class="top">
        <h3>Strongest inputs</h3>
        ${
          mapped
            ? segmented('Over the pictures', overlays, this.overlay, (overlay) => (this.overlay = overlay))
            : nothing
        }
      </div>
      ${this.#loading.error ? problem(this.#loading.error) : nothing}
      ${this.#loading.pending ? spinner('Loading pictures') : nothing}
      <ul>
        ${pictures?.map((picture) => this.#picture(picture))}
      </ul>`;
  }

  #picture({ picture, map, name, labels, sample, value }: StrongestPicture): TemplateResult {
    const said = labels.length > 0 ? labels.map(visible).join(', ') : visible(name);
    const words = `Show maps of ${visible(name)}`;
    return html`<li>
      <button title=${words} @click=${() => this.store.showMap(this.layer, this.unit, sample)}>
        <ox-picture .picture=${picture} .map=${map} .overlay=${this.overlay} .side=${120}></ox-picture>
        <span class="unseen">${words}: </span>
        <span class="caption"
          ><bdi>${said}</bdi><span class="number"><span class="unseen">, activation </span>${amount(value)}</span></span
        >
      </button>
    </li>`;
  }
}
