import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TemplateResult } from 'lit';
import { named } from './named.js';

/** A field that filters a list as one types; Escape empties it. */
export function filterField(options: {
  label: string;
  placeholder: string;
  value: string;
  onInput: (value: string) => void;
}): TemplateResult {
  return html`<ox-text-field
    class="filter"
    .label=${options.label}
    .placeholder=${options.placeholder}
    .value=${options.value}
    @typed=${(event: CustomEvent<string>) => options.onInput(event.detail)}
  ></ox-text-field>`;
}

@customElement('ox-text-field')
export class TextField extends LitElement {
  static override styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    vscode-text-field {
      width: 100%;
    }
    vscode-text-field::part(root) {
      min-width: 0;
    }
    svg {
      fill: none;
      stroke: currentColor;
      stroke-width: 1.3;
      opacity: 0.7;
    }
  `;

  @property() label = '';
  @property() placeholder = '';
  @property() value = '';

  override render() {
    return html`<vscode-text-field
      ${named(this.label)}
      placeholder=${this.placeholder}
      .value=${this.value}
      @input=${(event: Event) => this.#typed((event.target as HTMLInputElement).value)}
      @keydown=${this.#keys}
    >
      <svg slot="start" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="7" cy="7" r="4.2" />
        <path d="M10.2 10.2 14 14" />
      </svg>
    </vscode-text-field>`;
  }

  #typed(value: string): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent('typed', { detail: value }));
  }

  #keys(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.value === '') return;
    event.stopPropagation();
    this.#typed('');
  }
}
