import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../styles/base.js';
import { icons } from './icons.js';

export interface MenuItem {
  title: string;
  detail?: string;
  /** Heading over this and the following items. */
  section?: string;
  checked?: boolean;
  disabled?: boolean;
  run: () => void;
}

/**
 * A button that opens a menu: arrows, Home, End and type-ahead move in it, Escape closes it and gives the focus back.
 * The button's content is what stands inside the element.
 */
@customElement('ox-menu')
export class Menu extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-flex;
        min-width: 0;
      }
      .opener {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        min-width: 0;
        max-width: 100%;
        height: 24px;
        padding: 0 8px;
        font: inherit;
        color: inherit;
        background: var(--vscode-button-secondaryBackground);
        color: var(--vscode-button-secondaryForeground);
        border: 1px solid var(--vscode-button-border, var(--edge));
        border-radius: var(--menu-radius, 2px);
        cursor: pointer;
      }
      :host([plain]) .opener {
        background: var(--chip);
        color: var(--vscode-foreground);
        border-radius: 12px;
        border-color: var(--edge);
      }
      :host([plain]) .opener:hover,
      .opener:hover {
        background: var(--vscode-button-secondaryHoverBackground);
      }
      :host([plain]) .opener:hover {
        background: var(--vscode-toolbar-hoverBackground, var(--chip));
      }
      .opener svg {
        width: 14px;
        height: 14px;
        flex: none;
      }
      [popover] {
        position: fixed;
        inset: auto;
        margin: 0;
        padding: 4px;
        width: max-content;
        max-width: min(380px, calc(100vw - 16px));
        max-height: min(70vh, 480px);
        overflow: auto;
        font-size: var(--vscode-font-size);
        color: var(--vscode-menu-foreground);
        background: var(--vscode-menu-background);
        border: 1px solid var(--vscode-menu-border, var(--line));
        border-radius: 5px;
        box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
      }
      .section {
        padding: 6px 8px 2px;
        font-size: 11px;
        color: var(--muted);
      }
      .section:not(:first-child) {
        margin-top: 4px;
        border-top: 1px solid var(--vscode-menu-separatorBackground, var(--line));
      }
      [role='menuitem'] {
        display: grid;
        grid-template-columns: 18px 1fr;
        align-items: baseline;
        width: 100%;
        padding: 3px 10px 3px 4px;
        border: 0;
        border-radius: 3px;
        font: inherit;
        color: inherit;
        text-align: start;
        background: none;
        cursor: pointer;
      }
      [role='menuitem'] svg {
        width: 14px;
        height: 14px;
        align-self: center;
      }
      [role='menuitem']:focus-visible,
      [role='menuitem']:hover:not(:disabled) {
        color: var(--vscode-menu-selectionForeground);
        background: var(--vscode-menu-selectionBackground);
        outline: 1px solid var(--vscode-menu-selectionBorder, transparent);
        outline-offset: -1px;
      }
      [role='menuitem']:disabled {
        color: var(--vscode-disabledForeground);
        cursor: default;
      }
      .detail {
        display: block;
        font-size: 11px;
        color: var(--muted);
        overflow-wrap: anywhere;
      }
      [role='menuitem']:focus-visible .detail,
      [role='menuitem']:hover:not(:disabled) .detail {
        color: inherit;
        opacity: 0.85;
      }
    `,
  ];

  /** What the button does, for screen readers; what it shows is its content. */
  @property() label = '';
  @property({ attribute: false }) items: MenuItem[] = [];
  /** Said in the menu instead of items, while they load or where there are none. */
  @property() note = '';
  @state() private open = false;
  #typed = '';
  #typedAt = 0;

  override render() {
    return html`<button
        class="opener"
        aria-haspopup="menu"
        aria-expanded=${this.open}
        aria-label=${this.label || nothing}
        @click=${() => this.#popover.togglePopover()}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          this.#popover.showPopover();
        }}
      >
        <slot></slot>${icons.down}
      </button>
      <div
        popover
        role="menu"
        aria-label=${this.label}
        @beforetoggle=${this.#place}
        @toggle=${this.#toggled}
        @keydown=${this.#keys}
      >
        ${this.items.map((item) => this.#item(item))}
        ${this.note ? html`<div class="section" role="presentation">${this.note}</div>` : nothing}
      </div>`;
  }

  #item(item: MenuItem): TemplateResult {
    return html`${item.section ? html`<div class="section" role="presentation">${item.section}</div>` : nothing}
      <button
        role="menuitem"
        tabindex="-1"
        ?disabled=${item.disabled ?? false}
        aria-current=${item.checked ? 'true' : nothing}
        @click=${() => {
          this.#popover.hidePopover();
          item.run();
        }}
      >
        <span>${item.checked ? icons.check : nothing}</span>
        <span>
          <bdi>${item.title}</bdi>${item.detail ? html` <bdi class="detail">${item.detail}</bdi>` : nothing}
        </span>
      </button>`;
  }

  get #popover(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('[popover]')!;
  }

  #place = (event: Event): void => {
    if ((event as ToggleEvent).newState !== 'open') return;
    this.dispatchEvent(new Event('opening'));
    const opener = this.renderRoot.querySelector('.opener')!.getBoundingClientRect();
    const popover = this.#popover;
    const below = innerHeight - opener.bottom;
    popover.style.top = below > 200 ? `${opener.bottom + 2}px` : 'auto';
    popover.style.bottom = below > 200 ? 'auto' : `${innerHeight - opener.top + 2}px`;
    const rightHalf = opener.left + opener.width / 2 > innerWidth / 2;
    popover.style.left = rightHalf ? 'auto' : `${Math.max(opener.left, 8)}px`;
    popover.style.right = rightHalf ? `${Math.max(innerWidth - opener.right, 8)}px` : 'auto';
  };

  #toggled = (event: Event): void => {
    this.open = (event as ToggleEvent).newState === 'open';
    if (this.open) (this.#entries().find((entry) => entry.ariaCurrent) ?? this.#entries()[0])?.focus();
  };

  #entries(): HTMLButtonElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLButtonElement>('[role=menuitem]:not(:disabled)')];
  }

  #keys = (event: KeyboardEvent): void => {
    const entries = this.#entries();
    const at = entries.indexOf((this.renderRoot as ShadowRoot).activeElement as HTMLButtonElement);
    let to = -1;
    if (event.key === 'ArrowDown') to = (at + 1) % entries.length;
    else if (event.key === 'ArrowUp') to = (at - 1 + entries.length) % entries.length;
    else if (event.key === 'Home') to = 0;
    else if (event.key === 'End') to = entries.length - 1;
    else if (event.key === 'Escape' || event.key === 'Tab') {
      this.#popover.hidePopover();
      this.renderRoot.querySelector<HTMLElement>('.opener')!.focus();
      event.stopPropagation();
      if (event.key === 'Escape') event.preventDefault();
      return;
    } else if (event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey) {
      this.#typed = event.timeStamp - this.#typedAt < 700 ? this.#typed + event.key : event.key;
      this.#typedAt = event.timeStamp;
      const typed = this.#typed.toLowerCase();
      to = entries.findIndex((entry) => entry.textContent!.trim().toLowerCase().startsWith(typed));
    }
    if (to < 0 || !entries[to]) return;
    event.preventDefault();
    entries[to].focus();
  };
}
