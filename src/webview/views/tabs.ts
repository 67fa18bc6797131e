import { css, html, type TemplateResult } from 'lit';
import type { ViewState } from '../state/viewState.js';

type Tab = ViewState['tab'];

const titles: Record<Tab, string> = {
  neurons: 'Neurons',
  maps: 'Maps',
  outputs: 'Outputs',
  concepts: 'Concepts',
  model: 'Model',
  changes: 'Changes',
};
const all = Object.keys(titles) as Tab[];

export const tabStyles = css`
  .tabs {
    display: flex;
    gap: 4px;
  }
  .tabs button {
    position: relative;
    height: 34px;
    flex: none;
    padding: 0 8px;
    border: 0;
    font: inherit;
    color: var(--vscode-panelTitle-inactiveForeground, var(--muted));
    background: none;
    cursor: pointer;
  }
  .tabs button:hover {
    color: var(--vscode-panelTitle-activeForeground, var(--vscode-foreground));
  }
  .tabs button[aria-selected='true'] {
    color: var(--vscode-panelTitle-activeForeground, var(--vscode-foreground));
  }
  .tabs button[aria-selected='true']::after {
    content: '';
    position: absolute;
    inset: auto 8px 0;
    height: 2px;
    background: var(--vscode-panelTitle-activeBorder, currentColor);
  }
  @media (max-width: 440px) {
    .tabs {
      gap: 0;
    }
    .tabs button {
      padding: 0 6px;
    }
  }
  :host-context(.vscode-high-contrast) .tabs button[aria-selected='true']::after {
    height: 3px;
  }
`;

/** Arrows change the tab, as anywhere. Changes are there once there is a former checkpoint. */
export function tabs(chosen: Tab, choose: (tab: Tab) => void, { changes = false } = {}): TemplateResult {
  const order = all.filter((tab) => tab !== 'changes' || changes || chosen === tab);
  const keys = (event: KeyboardEvent) => {
    const at = order.indexOf(chosen);
    const to = {
      ArrowRight: (at + 1) % order.length,
      ArrowLeft: (at + order.length - 1) % order.length,
      Home: 0,
      End: order.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(order[to]);
    ((event.currentTarget as HTMLElement).children[to] as HTMLElement).focus();
  };
  return html`<div class="tabs" role="tablist" aria-label="Views" @keydown=${keys}>
    ${order.map(
      (tab) =>
        html`<button
          role="tab"
          id=${`tab-${tab}`}
          aria-selected=${tab === chosen}
          aria-controls="view"
          tabindex=${tab === chosen ? 0 : -1}
          @click=${() => choose(tab)}
        >
          ${titles[tab]}
        </button>`,
    )}
  </div>`;
}
