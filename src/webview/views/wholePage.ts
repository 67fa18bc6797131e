import { css, html, nothing, type TemplateResult } from 'lit';
import type { PanelError } from '../../shared/panelProtocol.js';
import type { Store } from '../state/store.js';
import { visible } from '../text/names.js';
import { button, icons, spinner } from '../ui/index.js';
import { failureActions } from './notices.js';
import { advice, adviceStyles } from './problem.js';

export const wholePageStyles = css`
  ${adviceStyles}
  .whole {
    flex: 1;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 14px;
    min-height: 0;
    padding: 24px 24px 15vh;
    overflow: auto;
    text-align: center;
    line-height: 1.5;
  }
  .whole > svg {
    width: 32px;
    height: 32px;
    flex: none;
    color: var(--muted);
  }
  .whole > svg.drawn {
    stroke-width: 0.8;
  }
  .whole.failed > svg {
    color: var(--vscode-errorForeground);
  }
  .whole h2 {
    font-size: 15px;
    font-weight: 600;
    letter-spacing: 0;
    text-transform: none;
    opacity: 1;
    color: inherit;
  }
  .whole .hint {
    max-width: min(56ch, 100%);
    overflow-wrap: anywhere;
  }
  .whole p {
    max-width: 56ch;
    overflow-wrap: anywhere;
  }
  .whole .actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 8px;
    margin-top: 4px;
  }
`;

/** What stands in place of the neurons as long as there are none: nothing yet, at work, failed, restricted. */
export function wholePage(store: Store): TemplateResult {
  const { status } = store.panel!;
  switch (status.state) {
    case 'working':
      return html`<div class="whole">
        ${spinner('Starting')}
        <p class="muted">Reading the model and its inputs…</p>
      </div>`;
    case 'failed':
    case 'lost':
      return failure(
        status.state === 'lost' ? 'The engine stopped' : 'This model could not be explained',
        status.error,
        failureActions(store),
      );
    case 'restricted':
      return html`<div class="whole">
        ${icons.information}
        <h2>This workspace is in Restricted Mode</h2>
        <p class="muted">Onnxplain reads the structure of the model, and runs it only in a workspace that you trust.</p>
        <div class="actions">
          ${button('Manage workspace trust', () => void store.act('manageTrust', {}), { primary: true })}
          ${button('Show the model', () => store.setView({ tab: 'model' }))}
        </div>
      </div>`;
    default:
      return html`<div class="whole">
        ${icons.map}
        <h2>What have these neurons learned?</h2>
        <p class="muted">
          Onnxplain runs the model on a probe set and finds, for every neuron, the concepts that its firing agrees with.
          All of it on this machine.
        </p>
        <div class="actions">${button('Explain neurons', () => void store.explain(), { primary: true })}</div>
      </div>`;
  }
}

/** Before the first state has arrived, or where it can't be had. */
export function opening(error: PanelError | null, retry: () => void): TemplateResult {
  if (!error) return html`<div class="whole">${spinner('Opening')}</div>`;
  return failure('The panel could not be opened', error, [button('Try again', retry, { primary: true })]);
}

function failure(title: string, error: PanelError | null, actions: TemplateResult[]): TemplateResult {
  return html`<div class="whole failed" role="alert">
    ${icons.failure}
    <h2>${title}</h2>
    ${error ? html`<p><bdi>${visible(error.message)}</bdi></p>` : nothing}
    ${error?.hint ? html`<div class="hint">${advice(error.hint)}</div>` : nothing}
    <div class="actions">${actions}</div>
  </div>`;
}
