import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { amount } from '../text/numbers.js';
import { barStyles } from './barStyles.js';
import { divergingColours } from './divergingMap.js';
import { bitmap } from './pictureView.js';

const steps = 255;

/** The colours of a map of both signs, with numbers. */
@customElement('ox-diverging-bar')
export class DivergingBar extends LitElement {
  static override styles = barStyles;

  /** Magnitude at both ends. */
  @property({ type: Number }) largest = 1;

  override render() {
    return html`<canvas width=${steps} height="1" aria-hidden="true"></canvas>
      <div><span>${amount(-this.largest)}</span><span>0</span><span>${amount(this.largest)}</span></div>`;
  }

  protected override firstUpdated(): void {
    const ramp = divergingColours(
      Float32Array.from({ length: steps }, (_, i) => (2 * i) / (steps - 1) - 1),
      1,
    );
    this.renderRoot
      .querySelector('canvas')!
      .getContext('2d')
      ?.drawImage(bitmap(ramp, steps, 1), 0, 0);
  }
}
