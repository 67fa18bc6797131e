import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

/** @param hint what it does, for a tooltip and for screen readers */
export function checkbox(
  label: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
  hint = '',
): TemplateResult {
  return html`<vscode-checkbox
    aria-description=${hint}
    title=${hint}
    .checked=${live(checked)}
    @change=${(event: Event) => {
      const now = (event.target as HTMLInputElement).checked;
      if (now !== checked) onChange(now);
    }}
    >${label}</vscode-checkbox
  >`;
}
