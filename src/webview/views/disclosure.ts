import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { button, icons } from '../ui/index.js';

/** A few sentences behind a word: `3 assumptions`. */
@customElement('ox-disclosure')
export class Disclosure extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-flex;
      }
      .opener {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        height: 22px;
        padding: 0 4px;
        border: 0;
        border-radius: 3px;
        font: inherit;
        color: var(--muted);
        background: none;
        cursor: pointer;
        text-decoration: underline dotted;
        text-underline-offset: 3px;
      }
      .opener:hover {
        color: var(--vscode-foreground);
      }
      .warning .opener svg {
        color: var(--vscode-editorWarning-foreground, var(--chance));
      }
      [popover] {
        position: fixed;
        inset: auto;
        margin: 0;
        padding: 10px 14px 12px;
        width: min(380px, calc(100vw - 16px));
        max-height: 60vh;
        overflow: auto;
        color: var(--vscode-editorHoverWidget-foreground);
        background: var(--vscode-editorHoverWidget-background);
        border: 1px solid var(--vscode-editorHoverWidget-border, var(--line));
        border-radius: 5px;
        box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
        font-size: var(--vscode-font-size);
      }
      ul {
        margin: 6px 0 0;
        padding-inline-start: 16px;
        line-height: 1.45;
      }
      li + li {
        margin-top: 4px;
      }
      li {
        overflow-wrap: anywhere;
      }
      .action {
        margin-top: 10px;
      }
    `,
  ];

  @property() summary = '';
  @property() heading = '';
  @property({ attribute: false }) sentences: string[] = [];
  @property({ type: Boolean }) warning = false;
  @property({ attribute: false }) action: { text: string; run: () => void } | null = null;
  @state() private open = false;

  override render() {
    return html`<span class=${this.warning ? 'warning' : ''}>
      <button class="opener" aria-expanded=${this.open} @click=${() => this.#popover.togglePopover()}>
        ${this.warning ? icons.warning : nothing}${this.summary}
      </button>
      <div
        popover
        role="dialog"
        aria-label=${this.heading}
        tabindex="-1"
        @beforetoggle=${this.#place}
        @toggle=${(event: Event) => {
          this.open = (event as ToggleEvent).newState === 'open';
          if (this.open) this.#popover.focus();
        }}
      >
        <h3>${this.heading}</h3>
        <ul>
          ${this.sentences.map((sentence) => html`<li><bdi>${visible(sentence)}</bdi></li>`)}
        </ul>
        ${this.action ? html`<div class="action">${button(this.action.text, this.action.run)}</div>` : nothing}
      </div>
    </span>`;
  }

  get #popover(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('[popover]')!;
  }

  #place = (event: Event): void => {
    if ((event as ToggleEvent).newState !== 'open') return;
    const opener = this.renderRoot.querySelector('.opener')!.getBoundingClientRect();
    this.#popover.style.top = `${opener.bottom + 4}px`;
    this.#popover.style.left = `${Math.max(8, Math.min(opener.left, innerWidth - 396))}px`;
  };
}
