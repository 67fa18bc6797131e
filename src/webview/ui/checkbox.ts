import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { named } from './named.js';

/** Without words beside it; `label` is what screen readers say. */
export const bareCheckbox = (label: string, checked: boolean, onChange: () => void): TemplateResult =>
  html`<vscode-checkbox
    ${named(label)}
    @change=${(event: Event) => {
      if ((event.target as HTMLInputElement).checked !== checked) onChange();
    }}
    .checked=${live(checked)}
  ></vscode-checkbox>`;

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
