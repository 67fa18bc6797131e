import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Picture } from '../../shared/engineApi.js';
import type { StrongestPicture } from '../../shared/panelProtocol.js';
import { colourise } from './colourMap.js';
import { outlines, upsample } from './contour.js';

/** What lies over a picture: the outline of the region that fires, the unit's map in colour, or nothing. */
export type Overlay = 'outline' | 'map' | 'none';

/** One picture with the unit's map over it. Its name and values are said by whatever it stands in. */
@customElement('ox-picture')
export class PictureView extends LitElement {
  static override styles = css`
    :host {
      display: block;
      aspect-ratio: 1;
      overflow: hidden;
      border-radius: 3px;
      background: var(--track);
    }
    canvas {
      display: block;
      width: 100%;
      height: 100%;
    }
  `;

  @property({ attribute: false }) picture: Picture | null = null;
  @property({ attribute: false }) map: StrongestPicture['map'] = null;
  @property() overlay: Overlay = 'outline';
  /** Side in CSS pixels at which it is shown. */
  @property({ type: Number }) side = 32;

  override render() {
    return html`<canvas aria-hidden="true"></canvas>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const canvas = this.renderRoot.querySelector('canvas')!;
    const side = Math.round(this.side * devicePixelRatio);
    canvas.width = side;
    canvas.height = side;
    const context = canvas.getContext('2d');
    if (!context || !this.picture) return;
    const colour = getComputedStyle(this).getPropertyValue('--vscode-charts-yellow') || 'yellow';
    drawPicture(context, this.picture, this.map, this.overlay, { side, outline: colour.trim() });
  }
}

/** Draws a picture, fitted into a square and centred, and what lies over it. */
export function drawPicture(
  context: CanvasRenderingContext2D,
  picture: Picture,
  map: StrongestPicture['map'],
  overlay: Overlay,
  { side, outline }: { side: number; outline: string },
): void {
  const scale = side / Math.max(picture.width, picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  const left = (side - width) / 2;
  const top = (side - height) / 2;
  // A picture of few pixels shows them, as the network sees it; a photograph is smoothed.
  context.imageSmoothingEnabled = scale < 3;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap(picture.rgba, picture.width, picture.height), left, top, width, height);
  if (!map || overlay === 'none') return;
  if (overlay === 'map') {
    const fine = upsample(map.values, map.height, map.width, 64, 64).map((value) => value / 255);
    context.imageSmoothingEnabled = true;
    context.globalAlpha = 0.6;
    context.drawImage(bitmap(colourise(fine, 'inferno'), 64, 64), left, top, width, height);
    context.globalAlpha = 1;
    return;
  }
  context.beginPath();
  for (const line of outlines(map.values, map.height, map.width, map.threshold)) {
    for (let i = 0; i < line.length; i += 2) {
      const x = left + clampInside(line[i] * width, width, side);
      const y = top + clampInside(line[i + 1] * height, height, side);
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.closePath();
  }
  context.lineJoin = 'round';
  // A wider line below in the opposite shade: seen on white shoes and on black ground alike.
  context.strokeStyle = outline;
  context.strokeStyle = isDark(String(context.strokeStyle)) ? 'rgb(255 255 255 / 0.8)' : 'rgb(0 0 0 / 0.65)';
  context.lineWidth = Math.max(side / 20, 3);
  context.stroke();
  context.strokeStyle = outline;
  context.lineWidth = Math.max(side / 42, 1.5);
  context.stroke();
}

/** @param colour `#rrggbb`, as a canvas gives back what was set */
function isDark(colour: string): boolean {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 110;
}

/** Lines along the picture's edge move inside, where their whole width is seen. */
function clampInside(at: number, size: number, side: number): number {
  const margin = Math.max(side / 84, 0.75);
  return Math.min(Math.max(at, margin), size - margin);
}

/** @param rgba row-major, 8 bits */
export function bitmap(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const pixels = new ImageData(new Uint8ClampedArray(rgba), width, height);
  canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  return canvas;
}
