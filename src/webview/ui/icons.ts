import { svg, html, type TemplateResult } from 'lit';

/** Drawn for this page, 16 × 16, one line wide, in the colour of the text around them. */
const drawn = (paths: TemplateResult): TemplateResult =>
  html`<svg class="drawn" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${paths}</svg>`;

export const icons = {
  back: drawn(svg`<path d="M9.5 3 4.5 8l5 5M5 8h8" />`),
  close: drawn(svg`<path d="m4 4 8 8M12 4l-8 8" />`),
  down: drawn(svg`<path d="m4 6 4 4 4-4" />`),
  gear: drawn(svg`<circle cx="8" cy="8" r="2.1" /><path
    d="M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4"
  /><circle cx="8" cy="8" r="4.2" />`),
  report: drawn(svg`<path d="M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3M5.5 8h5M5.5 10.5h5" />`),
  code: drawn(svg`<path d="M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4" />`),
  map: drawn(svg`<circle cx="8" cy="8" r="5.7" /><circle cx="8" cy="8" r="3" /><circle cx="8" cy="8" r="0.6" />`),
  copy: drawn(svg`<path d="M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3" />`),
  warning: drawn(svg`<path d="M8 2 14.5 13.5h-13zM8 6.5v3.3M8 11.7v.1" />`),
  failure: drawn(svg`<circle cx="8" cy="8" r="6" /><path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4" />`),
  information: drawn(svg`<circle cx="8" cy="8" r="6" /><path d="M8 7.2v4M8 4.8v.1" />`),
  check: drawn(svg`<path d="m3 8.5 3.2 3.2L13 5" />`),
  folder: drawn(svg`<path d="M1.8 12.8V3.5h4.4l1.5 1.7h6.5v7.6z" />`),
  save: drawn(svg`<path d="M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11" />`),
};
