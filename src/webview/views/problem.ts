import { css, html, nothing, type TemplateResult } from 'lit';
import type { PanelError } from '../../shared/panelProtocol.js';
import { visible } from '../text/names.js';
import { sentence } from '../text/sentence.js';
import { icons } from '../ui/index.js';

export const problemStyles = css`
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

/** An error in the place where its result would have stood: what is wrong, and what to do. */
export function problem({ message, hint }: Pick<PanelError, 'message' | 'hint'>): TemplateResult {
  return html`<div class="problem" role="alert">
    ${icons.failure}
    <div>
      <p><bdi>${visible(message)}</bdi></p>
      ${hint ? html`<p class="muted"><bdi>${visible(sentence(hint))}</bdi></p>` : nothing}
    </div>
  </div>`;
}
