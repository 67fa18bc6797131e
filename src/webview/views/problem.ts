import { css, html, nothing, type TemplateResult } from 'lit';
import type { PanelError } from '../../shared/panelProtocol.js';
import { visible } from '../text/names.js';
import { sentence } from '../text/sentence.js';
import { icons } from '../ui/index.js';

export const adviceStyles = css`
  .excerpt {
    margin: 4px 0 0;
    overflow: auto;
    font-family: var(--vscode-editor-font-family, monospace);
    line-height: 1.25;
    text-align: start;
  }
`;

export const problemStyles = css`
  ${adviceStyles}
  .problem {
    display: flex;
    align-items: flex-start;
    gap: 8px;
    padding: 8px 16px;
    line-height: 1.4;
  }
  .problem > svg {
    flex: none;
    margin-top: 1px;
    color: var(--vscode-errorForeground);
  }
  .problem p {
    overflow-wrap: anywhere;
  }
`;

/** What to do, in words; lines after the first show where, a caret under it, and keep their places. */
export function advice(hint: string): TemplateResult {
  const [words, ...excerpt] = hint.split('\n');
  return html`<bdi class="muted">${visible(sentence(words))}</bdi>${
      excerpt.length > 0 ? html`<pre class="excerpt">${excerpt.map(visible).join('\n')}</pre>` : nothing
    }`;
}

/** An error in the place where its result would have stood: what is wrong, and what to do. */
export function problem({ message, hint }: Pick<PanelError, 'message' | 'hint'>): TemplateResult {
  return html`<div class="problem" role="alert">
    ${icons.failure}
    <div>
      <p><bdi>${visible(message)}</bdi></p>
      ${hint ? html`<div>${advice(hint)}</div>` : nothing}
    </div>
  </div>`;
}
