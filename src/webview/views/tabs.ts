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
    scroll-padding-inline: var(--fade);
    --fade: 28px;
    --before: 0px;
    --behind: 0px;
  }
  /* Where more tabs are, the strip fades out. */
  .tabs.more-before {
    --before: var(--fade);
  }
  .tabs.more-behind {
    --behind: var(--fade);
  }
  .tabs:is(.more-before, .more-behind) {
    mask-image: linear-gradient(
      to right,
      transparent,
      black var(--before),
      black calc(100% - var(--behind)),
      transparent
    );
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

/** Marks the ends of the strip at which more tabs are than fit. */
export function markEnds(strip: Element | null): void {
  if (!strip) return;
  const { scrollLeft, clientWidth, scrollWidth } = strip;
  // Either may be a fraction of a pixel off.
  strip.classList.toggle('more-before', scrollLeft > 1);
  strip.classList.toggle('more-behind', scrollLeft + clientWidth < scrollWidth - 1);
}

/** A wheel that only turns one way moves the strip sideways, as it does the editor's own tabs. */
function turn(event: WheelEvent): void {
  if (event.deltaX === 0 && !event.shiftKey && !event.ctrlKey)
    (event.currentTarget as Element).scrollLeft += event.deltaY;
}

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
  return html`<div
    class="tabs"
    role="tablist"
    aria-label="Views"
    @keydown=${keys}
    @scroll=${({ currentTarget }: Event) => markEnds(currentTarget as Element)}
    @wheel=${{ handleEvent: turn, passive: true }}
  >
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
