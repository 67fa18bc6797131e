import { html, nothing, type TemplateResult } from 'lit';
import type { LayerTime } from '../state/layerTime.js';
import { visible } from '../text/names.js';
import { percent, precise } from '../text/numbers.js';

/** One layer's time in the table: milliseconds over a bar of its share of the run, or where else it is computed. */
export function layerTimeCell(time: LayerTime, title: (layer: string) => string): TemplateResult {
  if (time.kind === 'measured')
    return html`<span class="time number" role="cell" title=${`${percent(time.share)} of the run`}
      >${precise(time.milliseconds)}<svg class="share" aria-hidden="true">
        <rect x=${`${100 - 100 * time.share}%`} width=${`${100 * time.share}%`} height="2"></rect></svg
    ></span>`;
  const words =
    time.kind === 'unknown'
      ? 'ONNX Runtime tells no time for this layer'
      : `Computed together with ${time.into === null ? 'another layer' : visible(title(time.into))}`;
  return html`<span class="time muted" role="cell" title=${words}
    >${time.kind === 'unknown' ? '–' : html`<bdi>in ${time.into === null ? 'another' : visible(title(time.into))}</bdi>`}${
      time.kind === 'unknown' ? html`<span class="unseen">${words}</span>` : nothing
    }</span
  >`;
}
