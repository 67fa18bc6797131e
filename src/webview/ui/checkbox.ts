import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

/** @param hint what it does, for a tooltip and for screen readers */
export function checkbox(
  label: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
  hint = '',
  disabled = false,
): TemplateResult {
  // The toolkit tells of changes that the page makes, too: the listener comes first, so that it knows the value by then.
  return html`<vscode-checkbox
    aria-description=${hint}
    title=${hint}
    ?disabled=${disabled}
    @change=${(event: Event) => {
      const now = (event.target as HTMLInputElement).checked;
      if (now !== checked) onChange(now);
    }}
    .checked=${live(checked)}
    >${label}</vscode-checkbox
  >`;
}
