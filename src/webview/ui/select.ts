import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { named } from './named.js';

export interface Choice<V extends string = string> {
  value: V;
  title: string;
}

/**
 * A dropdown that shows the choice it is given, also when its choices arrive after the value did.
 * `prefix` is said before the chosen title: `Sort: IoU`.
 */
export function select<V extends string>(options: {
  label: string;
  prefix?: string;
  value: V | '';
  choices: readonly Choice<V>[];
  onChange: (value: V) => void;
  disabled?: boolean;
  /** Where there is no room, the end of the chosen title stays, not its start: the end of a path tells more. */
  keepEnd?: boolean;
}): TemplateResult {
  return html`<ox-select
    .label=${options.label}
    .prefixText=${options.prefix ?? ''}
    .value=${options.value}
    .choices=${options.choices}
    .disabled=${options.disabled ?? false}
    ?keep-end=${options.keepEnd ?? false}
    @choose=${(event: CustomEvent<V>) => options.onChange(event.detail)}
  ></ox-select>`;
}

type Dropdown = HTMLElement & { value: string };

@customElement('ox-select')
export class Select extends LitElement {
  static override styles = css`
    :host {
      display: inline-block;
      min-width: 0;
    }
    vscode-dropdown {
      width: 100%;
      min-width: 0;
    }
    vscode-dropdown::part(listbox) {
      width: max-content;
      min-width: 100%;
      max-width: min(360px, 90vw);
      max-height: min(320px, 60vh);
      z-index: 5;
    }
    [slot='selected-value'] {
      display: block;
      width: auto;
      height: auto;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    :host([keep-end]) [slot='selected-value'] {
      direction: rtl;
      text-align: left;
    }
    vscode-option {
      min-width: 0;
    }
    bdi {
      overflow: hidden;
      text-overflow: ellipsis;
    }
  `;

  @property() label = '';
  @property() prefixText = '';
  @property() value = '';
  @property({ attribute: false }) choices: readonly Choice[] = [];
  @property({ type: Boolean }) disabled = false;

  override render() {
    const chosen = this.choices.find(({ value }) => value === this.value);
    return html`<vscode-dropdown
      ${named(this.label)}
      title=${`${this.label}: ${chosen?.title ?? 'none'}`}
      ?disabled=${this.disabled}
      @change=${this.#changed}
    >
      <span slot="selected-value"
        >${this.prefixText ? `${this.prefixText} ` : ''}<bdi dir="ltr">${chosen?.title ?? ''}</bdi></span
      >
      ${repeat(
        this.choices,
        ({ value }) => value,
        ({ value, title }) => html`<vscode-option value=${value}><bdi>${title}</bdi></vscode-option>`,
      )}
    </vscode-dropdown>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('value') && !changed.has('choices')) return;
    const dropdown = this.renderRoot.querySelector<Dropdown>('vscode-dropdown')!;
    // The toolkit takes its options over in a task of its own; a value set before that is lost.
    requestAnimationFrame(() => {
      if (dropdown.value !== this.value) dropdown.value = this.value;
    });
  }

  #changed(event: Event): void {
    const { value } = event.target as Dropdown;
    if (value !== this.value) this.dispatchEvent(new CustomEvent('choose', { detail: value }));
  }
}
