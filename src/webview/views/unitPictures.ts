import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { StrongestPicture } from '../../shared/panelProtocol.js';
import '../charts/pictureView.js';
import type { PictureCache } from '../state/pictureCache.js';
import { visible } from '../text/names.js';

/** A row that only flies past does not ask for its pictures. */
const lingers = 60;
const shown = 4;

/** The four strongest inputs of one unit, side by side, the region that fires outlined. */
@customElement('ox-unit-pictures')
export class UnitPictures extends LitElement {
  static override styles = css`
    :host {
      display: flex;
      gap: 4px;
    }
    ox-picture,
    span {
      flex: none;
      width: var(--thumb, 32px);
      height: var(--thumb, 32px);
    }
    span {
      border-radius: 3px;
      background: var(--track);
      opacity: 0.6;
    }
  `;

  @property({ attribute: false }) pictures!: PictureCache;
  @property() layer = '';
  @property({ type: Number }) unit = 0;
  /** Another generation shows other inputs. */
  @property({ type: Number }) generation = 0;
  #loaded: StrongestPicture[] | null = null;
  #failed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.#loaded) this.#askSoon();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('layer') && !changed.has('unit') && !changed.has('generation')) return;
    this.#loaded = null;
    this.#failed = false;
    this.#askSoon();
  }

  override render() {
    if (this.#failed) return nothing;
    if (!this.#loaded) return Array.from({ length: shown }, () => html`<span></span>`);
    return repeat(
      this.#loaded,
      ({ sample }) => sample,
      ({ picture, map, name }) =>
        html`<ox-picture .picture=${picture} .map=${map} .side=${32} title=${visible(name)}></ox-picture>`,
    );
  }

  #askSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), lingers);
  }

  async #ask(): Promise<void> {
    const { layer, unit, generation } = this;
    const current = () =>
      this.isConnected && this.layer === layer && this.unit === unit && this.generation === generation;
    try {
      const loaded = await this.pictures.strongest({ layer, unit, count: shown, size: 64 }, current);
      if (current()) this.#loaded = loaded.slice(0, shown);
    } catch {
      // A row without pictures is still a row; the detail says why there are none.
      if (current()) this.#failed = true;
    }
    this.requestUpdate();
  }
}
