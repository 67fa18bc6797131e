import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ProbeChoice, ProbeProposal } from '../../shared/engineApi.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { Menu, type MenuItem } from '../ui/index.js';
void Menu;

const sections: Record<ProbeProposal['origin'], string> = {
  'near the model': 'Near the model',
  workspace: 'In the workspace',
  bundled: 'Bundled with Onnxplain',
  drawn: 'Drawn by Onnxplain',
};

/** The probe set in use, always named; a click offers the others that fit. */
@customElement('ox-probe-menu')
export class ProbeMenu extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-width: 0;
        max-width: 100%;
      }
      ox-menu {
        max-width: 100%;
      }
      .title {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .origin {
        flex: none;
        font-size: 11px;
        color: var(--muted);
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  readonly #proposals = new Loading<ProbeProposal[]>(this);

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const probe = this.store.panel?.probe ?? null;
    const title = probe ? visible(probe.title) : 'Choose a probe set';
    // The title of drawn samples says that they are drawn.
    const origin = probe?.bundled ? 'bundled' : null;
    return html`<ox-menu
      plain
      .label=${probe ? `Probe set: ${title}${origin ? ` ${origin}` : ''}` : title}
      .items=${this.#items()}
      .note=${this.#note()}
      @opening=${this.#load}
    >
      <bdi class="title" title=${visible(probe?.path ?? title)}>${title}</bdi>
      ${origin ? html`<span class="origin">${origin}</span>` : nothing}
    </ox-menu>`;
  }

  #load = (): void => {
    this.#proposals.clear();
    this.#proposals.load('proposals', () => this.store.host.call('proposals', {}));
    this.requestUpdate();
  };

  #note(): string {
    if (this.#proposals.pending) return 'Looking for inputs that fit…';
    return this.#proposals.error?.message ?? '';
  }

  #items(): MenuItem[] {
    const current = JSON.stringify(this.store.panel?.probe?.choice ?? null);
    let origin = '';
    const offered = (this.#proposals.value ?? []).map((proposal): MenuItem => {
      const opens = proposal.origin !== origin;
      origin = proposal.origin;
      return {
        title: visible(proposal.title),
        detail: visible(proposal.detail),
        section: opens ? sections[proposal.origin] : undefined,
        checked: JSON.stringify(proposal.choice) === current,
        run: () => this.#choose(proposal.choice),
      };
    });
    return [
      ...offered,
      {
        title: 'Browse…',
        detail: 'A folder of pictures, a table, arrays or a probe file',
        section: 'Other',
        run: this.#browse,
      },
      {
        title: 'Edit probe file',
        detail: 'Opens a file that says all that is assumed',
        disabled: !this.store.panel?.probe,
        run: () => void this.store.act('editProbe', {}),
      },
    ];
  }

  #choose(choice: ProbeChoice): void {
    void this.store.explain(choice);
  }

  #browse = (): void => {
    void this.store.act('browseProbe', {}, (choice) => {
      if (choice) this.#choose(choice);
      return null;
    });
  };
}
