import { svg, html, type TemplateResult } from 'lit';

/** Drawn for this page, 16 × 16, one line wide, in the colour of the text around them. */
const drawn = (paths: TemplateResult): TemplateResult =>
  html`<svg class="drawn" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${paths}</svg>`;

export const icons = {
  back: drawn(svg`<path d="M9.5 3 4.5 8l5 5M5 8h8" />`),
  before: drawn(svg`<path d="m9.5 4-4 4 4 4" />`),
  next: drawn(svg`<path d="m6.5 4 4 4-4 4" />`),
  close: drawn(svg`<path d="m4 4 8 8M12 4l-8 8" />`),
  down: drawn(svg`<path d="m4 6 4 4 4-4" />`),
  gear: drawn(
    svg`<circle cx="8" cy="8" r="2" /><path d="M6.7 3.8L7.0 1.9L9.0 1.9L9.3 3.8L10.1 4.1L11.6 2.9L13.1 4.4L11.9 5.9L12.2 6.7L14.1 7.0L14.1 9.0L12.2 9.3L11.9 10.1L13.1 11.6L11.6 13.1L10.1 11.9L9.3 12.2L9.0 14.1L7.0 14.1L6.7 12.2L5.9 11.9L4.4 13.1L2.9 11.6L4.1 10.1L3.8 9.3L1.9 9.0L1.9 7.0L3.8 6.7L4.1 5.9L2.9 4.4L4.4 2.9L5.9 4.1z" />`,
  ),
  undo: drawn(svg`<path d="m5.5 2.5-3 3 3 3M2.5 5.5h7a4 4 0 0 1 0 8H6" />`),
  redo: drawn(svg`<path d="m10.5 2.5 3 3-3 3M13.5 5.5h-7a4 4 0 0 0 0 8H10" />`),
  picture: drawn(svg`<path d="M2 3h12v10H2zM2 11l3.5-3.5L9 11l2-2 3 3" /><circle cx="10.8" cy="5.8" r="0.9" />`),
  report: drawn(svg`<path d="M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3M5.5 8h5M5.5 10.5h5" />`),
  code: drawn(svg`<path d="M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4" />`),
  map: drawn(svg`<circle cx="8" cy="8" r="5.7" /><circle cx="8" cy="8" r="3" /><circle cx="8" cy="8" r="0.6" />`),
  copy: drawn(svg`<path d="M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3" />`),
  warning: drawn(svg`<path d="M8 2 14.5 13.5h-13zM8 6.5v3.3M8 11.7v.1" />`),
  failure: drawn(svg`<circle cx="8" cy="8" r="6" /><path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4" />`),
  information: drawn(svg`<circle cx="8" cy="8" r="6" /><path d="M8 7.2v4M8 4.8v.1" />`),
  check: drawn(svg`<path d="m3 8.5 3.2 3.2L13 5" />`),
  folder: drawn(svg`<path d="M1.8 12.8V3.5h4.4l1.5 1.7h6.5v7.6z" />`),
  again: drawn(svg`<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2v3.2H9.8" />`),
  save: drawn(svg`<path d="M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11" />`),
};
