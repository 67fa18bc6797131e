import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ConceptCheck } from '../../shared/concepts.js';
import { base } from '../styles/base.js';
import { completed, completions, wordBefore, type Completion } from '../text/completion.js';
import { count, percent } from '../text/numbers.js';
import { sentence } from '../text/sentence.js';

/** An expression as one writes it: completion, what is wrong under a caret, and how much it holds of. */
@customElement('ox-expression-field')
export class ExpressionField extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        position: relative;
      }
      input {
        width: 100%;
        height: 26px;
        padding: 2px 6px;
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: 13px;
        color: var(--vscode-input-foreground);
        background: var(--vscode-input-background);
        border: 1px solid var(--vscode-input-border, var(--edge));
        border-radius: 2px;
      }
      input[aria-invalid='true'] {
        border-color: var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground));
      }
      ul {
        position: absolute;
        z-index: 6;
        top: 28px;
        left: 0;
        max-width: 100%;
        max-height: 220px;
        margin: 0;
        padding: 2px;
        overflow: auto;
        list-style: none;
        color: var(--vscode-editorSuggestWidget-foreground, var(--vscode-foreground));
        background: var(--vscode-editorSuggestWidget-background, var(--vscode-menu-background));
        border: 1px solid var(--vscode-editorSuggestWidget-border, var(--line));
        box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
      }
      li {
        display: flex;
        justify-content: space-between;
        gap: 16px;
        padding: 2px 8px;
        font-family: var(--vscode-editor-font-family, monospace);
        cursor: pointer;
        overflow-wrap: anywhere;
      }
      li[aria-selected='true'] {
        color: var(--vscode-editorSuggestWidget-selectedForeground, var(--vscode-list-activeSelectionForeground));
        background: var(--vscode-editorSuggestWidget-selectedBackground, var(--vscode-list-activeSelectionBackground));
        outline: 1px solid var(--vscode-contrastActiveBorder, transparent);
      }
      li span {
        font-family: var(--vscode-font-family);
        font-size: 11px;
        opacity: 0.8;
      }
      pre {
        margin: 4px 0 0;
        padding: 0 7px;
        overflow-x: auto;
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: 13px;
        line-height: 1.2;
      }
      .wrong {
        color: var(--vscode-errorForeground);
      }
      .said {
        min-height: 18px;
        margin-top: 4px;
        font-size: 12px;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() label = 'Expression';
  @property() value = '';
  /** What stands in the empty field. */
  @property() example = '';
  @property({ attribute: false }) choices: readonly Completion[] = [];
  @property({ attribute: false }) check: ConceptCheck | null = null;
  @state() private offered: Completion[] = [];
  @state() private at = 0;

  get #input(): HTMLInputElement {
    return this.renderRoot.querySelector('input')!;
  }

  override focus(): void {
    this.#input.focus();
  }

  override render() {
    const { check, offered } = this;
    // While names are offered the expression is not finished.
    const wrong = check !== null && !check.ok && offered.length === 0;
    return html`<input
        role="combobox"
        aria-label=${this.label}
        aria-autocomplete="list"
        aria-expanded=${offered.length > 0}
        aria-controls="offered"
        aria-activedescendant=${offered.length > 0 ? `offer-${this.at}` : nothing}
        aria-invalid=${wrong}
        aria-describedby="said"
        autocomplete="off"
        placeholder=${this.example}
        spellcheck="false"
        .value=${this.value}
        @input=${this.#typed}
        @keydown=${this.#keys}
        @blur=${() => (this.offered = [])}
      />
      ${
        offered.length > 0
          ? html`<ul id="offered" role="listbox" aria-label="Completions">
              ${offered.map(
                (one, i) =>
                  html`<li
                    id=${`offer-${i}`}
                    role="option"
                    aria-selected=${i === this.at}
                    @mousedown=${(event: Event) => {
                      event.preventDefault();
                      this.#take(one);
                    }}
                  >
                    <bdi>${one.text}</bdi><span>${one.kind}</span>
                  </li>`,
              )}
            </ul>`
          : nothing
      }
      ${
        wrong && !check.ok && check.message !== ''
          ? html`<pre aria-hidden="true">${this.value}
<b class="wrong">${' '.repeat(check.position)}${'^'.repeat(Math.max(1, check.length))}</b></pre>`
          : nothing
      }
      <p class=${`said ${wrong ? 'wrong' : 'muted'}`} id="said" role="status">
        ${
          check === null || offered.length > 0
            ? ''
            : check.ok
              ? `Holds at ${count(check.holds)} of ${count(check.of)}: ${percent(check.of > 0 ? check.holds / check.of : 0)}`
              : [check.message, ...(check.advice ? [check.advice] : [])].map((text) => `${sentence(text)}.`).join(' ')
        }
      </p>`;
  }

  protected override updated(_changed: PropertyValues): void {
    this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  #typed(): void {
    const { value, selectionStart } = this.#input;
    this.offered = completions(wordBefore(value, selectionStart ?? value.length), this.choices);
    this.at = 0;
    this.#tell(value);
  }

  #tell(value: string): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent('typed', { detail: value }));
  }

  #take(chosen: Completion): void {
    const { value, selectionStart } = this.#input;
    const { text, at } = completed(value, selectionStart ?? value.length, chosen);
    this.offered = [];
    this.#tell(text);
    void this.updateComplete.then(() => this.#input.setSelectionRange(at, at));
  }

  #keys(event: KeyboardEvent): void {
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      const { value, selectionStart } = this.#input;
      const word = wordBefore(value, selectionStart ?? value.length);
      this.offered = word === '' ? [...this.choices].slice(0, 12) : completions(word, this.choices);
      this.at = 0;
      return;
    }
    if (this.offered.length === 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) this.at = (this.at + step + this.offered.length) % this.offered.length;
    else if (event.key === 'Enter' || event.key === 'Tab') this.#take(this.offered[this.at]);
    else if (event.key === 'Escape') this.offered = [];
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
