import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MapResult } from '../../shared/engineApi.js';
import { upsample } from './contour.js';
import { mapOverlay, type MapPaint } from './mapOverlay.js';
import { bitmap } from './pictureView.js';

/** Pixels on the shorter side of what is painted on the page. */
const shownSide = 448;

/** A class activation map over the picture that the model saw, with the value under the pointer. */
@customElement('ox-map-canvas')
export class MapCanvas extends LitElement {
  static override styles = css`
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
    canvas:focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
      outline-offset: 2px;
    }
    .value {
      position: absolute;
      transform: translate(10px, -130%);
      padding: 1px 6px;
      border-radius: 3px;
      border: 1px solid var(--vscode-editorHoverWidget-border, var(--edge));
      color: var(--vscode-editorHoverWidget-foreground);
      background: var(--vscode-editorHoverWidget-background);
      font-size: 11px;
      line-height: 16px;
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
      pointer-events: none;
      z-index: 1;
    }
    .value.left {
      transform: translate(calc(-100% - 10px), -130%);
    }
    .value.low {
      margin-top: 44px;
    }
  `;

  @property({ attribute: false }) map!: MapResult;
  @property({ attribute: false }) paint!: MapPaint;
  /** What the picture is, for screen readers. */
  @property() label = '';
  @state() private at: { x: number; y: number } | null = null;

  override render() {
    const { map, at } = this;
    return html`<canvas
        role="img"
        tabindex="0"
        aria-label=${`${this.label}. ${mapWords(map)}`}
        .style=${`aspect-ratio: ${map.width} / ${map.height}`}
        @pointermove=${(event: PointerEvent) => {
          this.at = {
            x: Math.min(
              Math.floor((event.offsetX / (event.target as HTMLElement).clientWidth) * map.width),
              map.width - 1,
            ),
            y: Math.min(
              Math.floor((event.offsetY / (event.target as HTMLElement).clientHeight) * map.height),
              map.height - 1,
            ),
          };
        }}
        @pointerleave=${() => (this.at = null)}
        @blur=${() => (this.at = null)}
        @keydown=${this.#keys}
      ></canvas>
      ${at ? this.#readOut(at) : nothing}`;
  }

  #readOut({ x, y }: { x: number; y: number }) {
    const { width, height, values } = this.map;
    const place = `left: ${(100 * (x + 0.5)) / width}%; top: ${(100 * (y + 0.5)) / height}%`;
    const side = `${x > width * 0.6 ? ' left' : ''}${y < height * 0.15 ? ' low' : ''}`;
    return html`<span class=${`value${side}`} .style=${place} role="status">
      ${Math.max(0, values[y * width + x]).toFixed(2)} at ${x}, ${y}
    </span>`;
  }

  #keys = (event: KeyboardEvent): void => {
    const { width, height } = this.map;
    const by = event.shiftKey ? Math.max(1, Math.round(width / 10)) : 1;
    const step = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key];
    if (!step) return;
    event.preventDefault();
    const from = this.at ?? { x: width >> 1, y: height >> 1 };
    this.at = {
      x: Math.min(Math.max(from.x + step[0], 0), width - 1),
      y: Math.min(Math.max(from.y + step[1], 0), height - 1),
    };
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
