import { css, html, type TemplateResult } from 'lit';

export const segmentedStyles = css`
  .segmented {
    display: inline-flex;
    gap: 1px;
    padding: 1px;
    border: 1px solid var(--edge);
    border-radius: 4px;
    background: var(--chip);
  }
  .segmented button {
    padding: 1px 8px;
    border: 0;
    border-radius: 3px;
    font: inherit;
    font-size: 11px;
    line-height: 17px;
    color: var(--muted);
    background: none;
    cursor: pointer;
    white-space: nowrap;
  }
  .segmented button[aria-checked='true'] {
    color: var(--vscode-foreground);
    background: var(--vscode-editor-background);
    outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
  }
  .segmented button:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
  }
`;

/** A few choices side by side, one of them chosen; arrows move the choice. */
export function segmented<V extends string>(
  label: string,
  choices: readonly { value: V; title: string }[],
  value: V,
  onChange: (value: V) => void,
): TemplateResult {
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = choices.findIndex((choice) => choice.value === value);
    const to = (at + step + choices.length) % choices.length;
    onChange(choices[to].value);
    ((event.currentTarget as HTMLElement).children[to] as HTMLElement).focus();
  };
  return html`<div class="segmented" role="radiogroup" aria-label=${label} @keydown=${keys}>
    ${choices.map(
      (choice) =>
        html`<button
          role="radio"
          aria-checked=${choice.value === value}
          tabindex=${choice.value === value ? 0 : -1}
          @click=${() => onChange(choice.value)}
        >
          ${choice.title}
        </button>`,
    )}
  </div>`;
}
