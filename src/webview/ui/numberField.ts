import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { named } from './named.js';

/** A field for a whole number; what is not one, or lies outside, is taken back when the field is left. */
export function numberField(options: {
  label: string;
  placeholder?: string;
  value: number | null;
  max?: number;
  onChange: (value: number | null) => void;
}): TemplateResult {
  const { label, placeholder = '', value, max = Number.MAX_SAFE_INTEGER, onChange } = options;
  const take = (event: Event) => {
    const field = event.target as HTMLInputElement;
    const text = field.value.trim();
    if (text === '') return onChange(null);
    if (/^\d+$/.test(text) && Number(text) <= max) return onChange(Number(text));
    field.value = value === null ? '' : String(value);
  };
  return html`<vscode-text-field
    class="whole"
    ${named(label)}
    placeholder=${placeholder}
    .value=${live(value === null ? '' : String(value))}
    @change=${take}
  ></vscode-text-field>`;
}
