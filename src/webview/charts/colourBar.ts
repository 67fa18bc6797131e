import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { barStyles } from './barStyles.js';
import { colourise, type ColourMapName } from './colourMap.js';
import { bitmap } from './pictureView.js';

const steps = 256;

/** The colours of a map from 0 to 1, with numbers. */
@customElement('ox-colour-bar')
export class ColourBar extends LitElement {
  static override styles = barStyles;

  @property() colours: ColourMapName = 'inferno';

  override render() {
    return html`<canvas width=${steps} height="1" aria-hidden="true"></canvas>
      <div><span>0</span><span>0.25</span><span>0.5</span><span>0.75</span><span>1</span></div>`;
  }

  protected override updated(): void {
    const ramp = colourise(Float32Array.from({ length: steps }, (_, i) => i / (steps - 1)), this.colours); // prettier-ignore
    this.renderRoot
      .querySelector('canvas')!
      .getContext('2d')
      ?.drawImage(bitmap(ramp, steps, 1), 0, 0);
  }
}
