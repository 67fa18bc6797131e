import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { named } from './named.js';

interface ButtonOptions {
  /** One button of a view is its main one. */
  primary?: boolean;
  /** Without a ground of its own, as in a toolbar. */
  plain?: boolean;
  disabled?: boolean;
  title?: string;
  icon?: TemplateResult;
  pressed?: boolean;
}

export function button(text: string, onClick: () => void, options: ButtonOptions = {}): TemplateResult {
  const { primary = false, plain = false, disabled = false, title, icon, pressed } = options;
  return html`<vscode-button
    appearance=${primary ? 'primary' : plain ? 'icon' : 'secondary'}
    ?disabled=${disabled}
    title=${ifDefined(title)}
    ${plain ? named(text) : nothing}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)}
    @click=${() => {
      if (!disabled) onClick();
    }}
    >${icon ? html`<span slot="start" class="icon">${icon}</span>` : nothing}${text}</vscode-button
  >`;
}

/** @param label what the button does, for the tooltip and for screen readers */
export function iconButton(
  icon: TemplateResult,
  label: string,
  onClick: (event: Event) => void,
  options: { disabled?: boolean } = {},
): TemplateResult {
  return html`<vscode-button
    appearance="icon"
    ${named(label)}
    title=${label}
    ?disabled=${options.disabled ?? false}
    @click=${onClick}
    >${icon}</vscode-button
  >`;
}
