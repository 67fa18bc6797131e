import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { changedUnits, changeWords } from '../text/changeWords.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { button, icons, iconButton } from '../ui/index.js';
import { advice, adviceStyles } from './problem.js';

/** The lines below the tabs: what went wrong or changed, while what is there stays usable. */
@customElement('ox-notices')
export class Notices extends LitElement {
  static override styles = [
    base,
    adviceStyles,
    css`
      :host {
        display: block;
      }
      .notice {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 10px;
        padding: 6px 10px 6px 16px;
        line-height: 1.4;
        border-bottom: 1px solid var(--line);
        background: color-mix(in srgb, var(--tone) 9%, var(--vscode-editor-background));
        box-shadow: inset 2px 0 var(--tone);
      }
      .error {
        --tone: var(--vscode-errorForeground);
      }
      .warning {
        --tone: var(--vscode-editorWarning-foreground, var(--chance));
      }
      .info {
        --tone: var(--vscode-textLink-foreground);
      }
      .notice > svg {
        color: var(--tone);
        flex: none;
      }
      .text {
        flex: 1 1 200px;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const { store } = this;
    const { panel, message } = store;
    if (!panel) return nothing;
    const { status, layers } = panel;
    return html`
      ${
        layers.length > 0 && (status.state === 'failed' || status.state === 'lost') && status.error
          ? notice('error', icons.failure, status.error.message, status.error.hint, failureActions(store))
          : nothing
      }
      ${
        status.stale
          ? notice('warning', icons.warning, `${status.stale}.`, 'These labels are from before.', [
              button('Explain again', () => void store.explain(), { primary: true }),
            ])
          : nothing
      }
      ${
        panel.former &&
        !status.stale &&
        status.state !== 'working' &&
        store.view.tab !== 'changes' &&
        changedUnits(panel.former) > 0
          ? notice(
              'info',
              icons.information,
              `Since the former checkpoint: ${changeWords(panel.former.counts)}.`,
              null,
              [button('Show changes', () => store.setView({ tab: 'changes' }))],
            )
          : nothing
      }
      ${
        status.state === 'restricted' && store.view.tab === 'model'
          ? notice(
              'info',
              icons.information,
              'Restricted Mode: the model is shown, but not run.',
              'Trust this workspace to have its neurons explained.',
              [button('Manage workspace trust', () => void store.act('manageTrust', {}))],
            )
          : nothing
      }
      ${
        message
          ? notice(
              message.error ? 'error' : 'info',
              message.error ? icons.failure : icons.information,
              message.text,
              message.hint,
              [iconButton(icons.close, 'Close', () => store.say(null))],
            )
          : nothing
      }
    `;
  }
}

function notice(
  tone: 'error' | 'warning' | 'info',
  icon: TemplateResult,
  text: string,
  hint: string | null,
  actions: TemplateResult[],
): TemplateResult {
  return html`<div class=${`notice ${tone}`} role=${tone === 'error' ? 'alert' : 'status'}>
    ${icon}
    <div class="text">
      <bdi>${visible(hint ? text.replace(/\.?$/, '.') : text)}</bdi>${hint ? html` ${advice(hint)}` : nothing}
    </div>
    ${actions.length > 0 ? html`<div class="actions">${actions}</div>` : nothing}
  </div>`;
}

/** What is true of a model as it is, however often it is tried. */
const lasting = [
  'model/no-layers',
  'model/no-usual-layers',
  'model/no-inputs',
  'model/empty-input',
  'model/text-input',
];

/** What gets on from here: a new engine, other inputs, another try where it may end otherwise; and the log. */
export function failureActions(store: Store): TemplateResult[] {
  const { status, structure } = store.panel!;
  const log = button('Show log', () => void store.act('openLog', {}));
  if (status.state === 'lost') return [button('Restart', () => void store.act('restart', {}), { primary: true }), log];
  const code = status.error?.code ?? '';
  if (lasting.includes(code)) {
    const output = code === 'model/no-usual-layers' ? structure?.outputs[0]?.name : undefined;
    const other = output === undefined ? [] : [button('Explain its output', () => void store.explain(null, [output]), { primary: true, title: visible(output) })]; // prettier-ignore
    const show = button('Show the model', () => store.setView({ tab: 'model' }), { primary: other.length === 0 });
    return [...other, show, log];
  }
  const again = (primary: boolean) => button('Try again', () => void store.explain(), { primary });
  const mend = status.error?.place
    ? [button('Open probe file', () => void store.act('editProbe', {}), { primary: true })]
    : [];
  if (mend.length === 0 && !code.startsWith('probe')) return [again(true), log];
  const browse = () =>
    void store.act('browseProbe', {}, (choice) => {
      if (choice) void store.explain(choice);
      return null;
    });
  return [...mend, button('Choose a probe set…', browse, { primary: mend.length === 0 }), again(false), log];
}
