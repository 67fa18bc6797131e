import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MapResult, Rectangle } from '../../shared/engineApi.js';
import { upsample } from './contour.js';
import { mapOverlay, type MapPaint } from './mapOverlay.js';
import { bitmap } from './pictureView.js';
import { placeBelow, placeByKey, type Place } from './pointedPlace.js';
import { regionFrame, regionFrameStyles, spanned } from './regionFrame.js';
import { readOut, readOutStyles } from './readOut.js';

/** Pixels on the shorter side of what is painted on the page. */
const shownSide = 448;

/** A class activation map over the picture that the model saw, with the value under the pointer. */
@customElement('ox-map-canvas')
export class MapCanvas extends LitElement {
  static override styles = [
    readOutStyles,
    regionFrameStyles,
    css`
      :host {
        position: relative;
        display: block;
        line-height: 0;
      }
      canvas {
        width: 100%;
        height: 100%;
        border-radius: 3px;
      }
      :host([draws]) canvas {
        cursor: crosshair;
        touch-action: none;
      }
      canvas:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: 2px;
      }
    `,
  ];

  @property({ attribute: false }) map!: MapResult;
  @property({ attribute: false }) paint!: MapPaint;
  /** What the picture is, for screen readers. */
  @property() label = '';
  /** The part of the picture that the score is of; with `draws`, another one can be drawn: `region` tells it. */
  @property({ attribute: false }) region: Rectangle | null = null;
  @property({ type: Boolean, reflect: true }) draws = false;
  /** Where a drag began, and the rectangle that it spans. */
  @state() private drag: { from: Place; spanned: Rectangle } | null = null;
  @state() private at: Place | null = null;

  override render() {
    const { map, at } = this;
    return html`<canvas
        role="img"
        tabindex="0"
        aria-label=${`${this.label}. ${mapWords(map)}`}
        .style=${`aspect-ratio: ${map.width} / ${map.height}`}
        @pointerdown=${this.#press}
        @pointermove=${(event: PointerEvent) => {
          this.at = placeBelow(event, map);
          if (this.drag) this.drag = { ...this.drag, spanned: spanned(this.drag.from, this.at) };
        }}
        @pointerup=${this.#release}
        @pointercancel=${() => (this.drag = null)}
        @pointerleave=${() => (this.at = null)}
        @blur=${() => (this.at = null)}
        @keydown=${this.#keys}
      ></canvas>
      ${regionFrame(this.drag?.spanned ?? this.region, map)}
      ${at ? readOut(Math.max(0, map.values[at.y * map.width + at.x]).toFixed(2), at, map) : nothing}`;
  }

  #press = (event: PointerEvent): void => {
    if (!this.draws || event.button !== 0) return;
    (event.target as HTMLElement).setPointerCapture(event.pointerId);
    const from = placeBelow(event, this.map);
    this.drag = { from, spanned: spanned(from, from) };
  };

  #release = (): void => {
    const { drag } = this;
    this.drag = null;
    // A click alone spans one pixel, which nobody wants the score of.
    if (drag && (drag.spanned.width > 1 || drag.spanned.height > 1))
      this.dispatchEvent(new CustomEvent('region', { detail: drag.spanned }));
  };

  #keys = (event: KeyboardEvent): void => {
    const to = placeByKey(event, this.at, this.map);
    if (!to) return;
    event.preventDefault();
    this.at = to;
  };

  protected override updated(changed: Map<string, unknown>): void {
    if (!changed.has('map') && !changed.has('paint')) return;
    const scale = Math.max(1, Math.round(shownSide / Math.min(this.map.width, this.map.height)));
    paintMap(this.renderRoot.querySelector('canvas')!, this.map, this.paint, scale);
  }
}

/** Draws picture and map into a canvas, which takes the map's size times `scale`. */
export function paintMap(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  { picture, values, width, height }: MapResult,
  paint: MapPaint,
  scale: number,
): void {
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D | null;
  if (!context) return;
  // A picture of few pixels shows them, as the network sees it; the map over it is smooth.
  context.imageSmoothingEnabled = Math.min(picture.width, picture.height) >= 128;
  context.drawImage(bitmap(picture.rgba, picture.width, picture.height), 0, 0, canvas.width, canvas.height);
  const fine = scale === 1 ? values : upsample(values, height, width, canvas.height, canvas.width);
  context.drawImage(bitmap(mapOverlay(fine, paint), canvas.width, canvas.height), 0, 0);
}

/** The map as PNG, at least 512 pixels on its shorter side so that pictures of few pixels stay sharp in a document. */
export async function mapPng(map: MapResult, paint: MapPaint): Promise<Uint8Array> {
  const canvas = document.createElement('canvas');
  paintMap(canvas, map, paint, Math.max(1, Math.ceil(512 / Math.min(map.width, map.height))));
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The picture could not be written as PNG');
  return new Uint8Array(await blob.arrayBuffer());
}

/** Where a map is highest and how much of the picture it covers, in words. */
export function mapWords({ values, width, height }: MapResult): string {
  let highest = 0;
  let covered = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > values[highest]) highest = i;
    if (values[i] > 0.5) covered++;
  }
  const across = Math.round((100 * ((highest % width) + 0.5)) / width);
  const down = Math.round((100 * (Math.floor(highest / width) + 0.5)) / height);
  return `Highest ${across} % across and ${down} % down; above one half on ${Math.round((100 * covered) / values.length)} % of the picture`;
}
