import { LitElement, css, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { amount, signed } from '../text/numbers.js';
import { divergingColours, largestOf } from './divergingMap.js';
import { bitmap } from './pictureView.js';
import { placeBelow, placeByKey, type Place } from './pointedPlace.js';
import { readOut, readOutStyles } from './readOut.js';

/** Values of both signs by place, row-major. */
export interface SignedMap {
  values: ArrayLike<number>;
  height: number;
  width: number;
}

/** Sums over a grid of fields over the map. */
export interface Regions {
  side: number;
  sums: ArrayLike<number>;
}

/** A map of values of both signs in red and blue, with the value under the pointer, and sums of regions over it. */
@customElement('ox-signed-map')
export class SignedMapView extends LitElement {
  static override styles = [
    readOutStyles,
    css`
      :host {
        position: relative;
        display: block;
        line-height: 0;
      }
      canvas {
        width: 100%;
        border-radius: 3px;
        border: 1px solid var(--vscode-contrastBorder, color-mix(in srgb, var(--vscode-foreground) 20%, transparent));
        image-rendering: pixelated;
      }
      canvas:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: 2px;
      }
      svg {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        pointer-events: none;
      }
      line {
        stroke: rgb(0 0 0 / 0.55);
        vector-effect: non-scaling-stroke;
      }
      /* Over a map that is always light: dark figures with a light rim, in every theme. */
      text {
        fill: black;
        stroke: white;
        stroke-width: 3px;
        paint-order: stroke;
        font-size: 13px;
        font-variant-numeric: tabular-nums;
        text-anchor: middle;
        dominant-baseline: central;
      }
    `,
  ];

  @property({ attribute: false }) map!: SignedMap;
  @property({ attribute: false }) regions: Regions | null = null;
  /** What it shows, for screen readers. */
  @property() label = '';
  @state() private at: Place | null = null;

  override render() {
    const { map, at } = this;
    return html`<canvas
        role="img"
        tabindex="0"
        aria-label=${`${this.label}. ${signedMapWords(map)}`}
        .style=${`aspect-ratio: ${map.width} / ${map.height}`}
        @pointermove=${(event: PointerEvent) => (this.at = placeBelow(event, map))}
        @pointerleave=${() => (this.at = null)}
        @blur=${() => (this.at = null)}
        @keydown=${(event: KeyboardEvent) => {
          const to = placeByKey(event, at, map);
          if (!to) return;
          event.preventDefault();
          this.at = to;
        }}
      ></canvas>
      ${this.regions ? this.#fields(this.regions) : nothing}
      ${at ? readOut(signed(map.values[at.y * map.width + at.x]), at, map) : nothing}`;
  }

  #fields({ side, sums }: Regions): TemplateResult {
    const middle = (i: number): string => `${(100 * (i + 0.5)) / side}%`;
    const edges = Array.from({ length: side - 1 }, (_, i) => `${(100 * (i + 1)) / side}%`);
    return html`<svg aria-hidden="true">
      ${edges.map((at) => svg`<line x1=${at} x2=${at} y1="0" y2="100%" /><line y1=${at} y2=${at} x1="0" x2="100%" />`)}
      ${Array.from(sums, (sum, i) => svg`<text x=${middle(i % side)} y=${middle(Math.floor(i / side))}>${signed(sum)}</text>`)}
    </svg>`;
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has('map')) paintSigned(this.renderRoot.querySelector('canvas')!, this.map, 1);
  }
}

/** Draws the map into a canvas, which takes its size times `scale`; every place stays a square. */
function paintSigned(canvas: HTMLCanvasElement, { values, width, height }: SignedMap, scale: number): void {
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.imageSmoothingEnabled = false;
  context.drawImage(
    bitmap(divergingColours(values, largestOf(values)), width, height),
    0,
    0,
    canvas.width,
    canvas.height,
  );
}

/** The map as PNG, at least 512 pixels on its shorter side, with the regions' sums where there are any. */
export async function signedMapPng(map: SignedMap, regions: Regions | null): Promise<Uint8Array> {
  const canvas = document.createElement('canvas');
  paintSigned(canvas, map, Math.max(1, Math.ceil(512 / Math.min(map.width, map.height))));
  const context = canvas.getContext('2d');
  if (context && regions) drawRegions(context, regions);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('The picture could not be written as PNG');
  return new Uint8Array(await blob.arrayBuffer());
}

function drawRegions(context: CanvasRenderingContext2D, { side, sums }: Regions): void {
  const { width, height } = context.canvas;
  context.strokeStyle = 'rgb(0 0 0 / 0.55)';
  context.beginPath();
  for (let i = 1; i < side; i++) {
    const [x, y] = [Math.round((width * i) / side) + 0.5, Math.round((height * i) / side) + 0.5];
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
  Object.assign(context, { textAlign: 'center', textBaseline: 'middle', font: '20px sans-serif', lineJoin: 'round' });
  context.strokeStyle = 'white';
  context.fillStyle = 'black';
  context.lineWidth = 4;
  Array.from(sums).forEach((sum, i) => {
    const [x, y] = [(width * ((i % side) + 0.5)) / side, (height * (Math.floor(i / side) + 0.5)) / side];
    context.strokeText(signed(sum), x, y);
    context.fillText(signed(sum), x, y);
  });
}

/** Where a map is highest and lowest, in words. */
export function signedMapWords({ values, width, height }: SignedMap): string {
  let [highest, lowest] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] > values[highest]) highest = i;
    if (values[i] < values[lowest]) lowest = i;
  }
  const where = (i: number): string =>
    `${Math.round((100 * ((i % width) + 0.5)) / width)} % across and ${Math.round((100 * (Math.floor(i / width) + 0.5)) / height)} % down`;
  return `Highest, ${amount(values[highest])}, ${where(highest)}; lowest, ${amount(values[lowest])}, ${where(lowest)}`;
}
