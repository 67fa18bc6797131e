import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { named } from './named.js';

/** A field for a name or number, taken when it is left or Enter is pressed. */
export function wordField(options: {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
}): TemplateResult {
  const { label, placeholder = '', value, onChange } = options;
  return html`<vscode-text-field
    class="word"
    ${named(label)}
    placeholder=${placeholder}
    .value=${live(value)}
    @change=${(event: Event) => onChange((event.target as HTMLInputElement).value.trim())}
  ></vscode-text-field>`;
}
