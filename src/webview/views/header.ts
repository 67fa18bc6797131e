import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../styles/base.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { visible } from '../text/names.js';
import { counted, duration } from '../text/numbers.js';
import { button, iconButton, icons } from '../ui/index.js';
import './disclosure.js';
import './probeMenu.js';
import { progressWords } from './statusWords.js';

/** Which model, on which inputs, how far: the line at the top. */
@customElement('ox-header')
export class Header extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        position: relative;
        border-bottom: 1px solid var(--line);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        min-height: 38px;
        padding: 6px 16px;
      }
      .model {
        display: flex;
        flex: 1 1 240px;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 10px;
        min-width: 0;
      }
      h1 {
        margin: 0;
        min-width: 0;
        font-size: 14px;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .work {
        margin-inline-start: auto;
      }
      .inputs,
      .work {
        display: flex;
        align-items: center;
        gap: 4px 8px;
        min-width: 0;
      }
      .inputs {
        flex-wrap: wrap;
      }
      .work {
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .words {
        overflow: hidden;
        text-overflow: ellipsis;
        /* The end tells layers apart, so that is what stays. */
        direction: rtl;
      }
      .work vscode-button {
        flex: none;
      }
      :host([room='one']) .line {
        display: grid;
        grid-template: 'model work' auto 'inputs inputs' auto / minmax(50%, 1fr) minmax(0, auto);
        align-items: baseline;
      }
      :host([room='one'][working]) .line {
        grid-template: 'model' auto 'inputs' auto 'work' auto / minmax(0, 1fr);
      }
      :host([room='one'][working]) .work {
        justify-content: space-between;
        margin: 0;
      }
      :host([room='one']) .model {
        grid-area: model;
      }
      :host([room='one']) .work {
        grid-area: work;
      }
      :host([room='one']) .inputs {
        grid-area: inputs;
        flex-wrap: nowrap;
        justify-content: space-between;
        flex-direction: row-reverse;
      }
      .inputs ox-disclosure {
        flex: none;
      }
      :host([room='one']) ox-probe-menu {
        margin-inline-end: auto;
      }
      .progress {
        position: absolute;
        inset: auto 0 -1px;
        height: 2px;
        overflow: hidden;
      }
      .progress div {
        height: 100%;
        width: 0;
        background: var(--vscode-progressBar-background);
      }
      .progress .open {
        width: 30%;
      }
      @media (prefers-reduced-motion: no-preference) {
        :host-context(body:not(.vscode-reduce-motion)) .progress .open {
          animation: pass 1.6s linear infinite;
        }
      }
      @keyframes pass {
        from {
          transform: translateX(-100%);
        }
        to {
          transform: translateX(340%);
        }
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const panel = this.store.panel;
    if (!panel) return nothing;
    const { model, structure, probe, layers, status } = panel;
    this.setAttribute('room', this.store.room);
    this.toggleAttribute('working', status.state === 'working');
    const facts = [
      structure || layers.length ? counted(structure?.layers.length ?? layers.length, 'layer') : null,
      structure ? counted(structure.parameters, 'parameter') : null,
    ].filter(Boolean);
    return html`<header class="line">
        <div class="model">
          <h1 title=${visible(model.folder)}><bdi>${visible(model.name)}</bdi></h1>
          <span class="muted number">${facts.join(' · ')}</span>
        </div>
        <div class="inputs">
          ${this.#notes('assumption', probe?.assumptions ?? [], false)} ${this.#notes('warning', status.warnings, true)}
          ${status.state === 'restricted' || (!structure && !probe) ? nothing : html`<ox-probe-menu .store=${this.store}></ox-probe-menu>`}
        </div>
        ${this.#work()}
      </header>
      ${this.#bar()}`;
  }

  #notes(noun: string, sentences: string[], warning: boolean): TemplateResult | typeof nothing {
    if (sentences.length === 0) return nothing;
    return html`<ox-disclosure
      .summary=${counted(sentences.length, noun)}
      .heading=${warning ? 'Warnings' : 'Assumed, because nothing said it'}
      .sentences=${sentences}
      .warning=${warning}
      .action=${warning ? null : { text: 'Edit probe file', run: () => void this.store.act('editProbe', {}) }}
    ></ox-disclosure>`;
  }

  #work(): TemplateResult | typeof nothing {
    const { status } = this.store.panel!;
    if (status.state === 'working') {
      const words = status.progress
        ? progressWords(status.progress, (layer) => this.store.title(layer))
        : 'Starting the engine';
      return html`<div class="work">
        <span class="words muted" title=${words}><bdi dir="ltr">${words}</bdi></span
        >${button('Stop', () => void this.store.act('stop', {}))}
      </div>`;
    }
    if (status.state === 'stopped')
      return html`<div class="work">
        <span class="muted">Stopped</span>${button('Go on', () => void this.store.explain())}
      </div>`;
    if (status.state === 'done' && status.milliseconds !== null)
      return html`<div class="work muted" title="Time the explanation took">
        done in ${duration(status.milliseconds)}
        ${status.stale ? nothing : iconButton(icons.again, 'Explain again', () => void this.store.explain())}
      </div>`;
    return nothing;
  }

  #bar(): TemplateResult | typeof nothing {
    const { status } = this.store.panel!;
    if (status.state !== 'working') return nothing;
    const overall = status.progress?.overall;
    const known = overall !== undefined;
    const now = Math.round(100 * (overall ?? 0));
    return html`<div
      class="progress"
      role="progressbar"
      aria-label="Explaining"
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${known ? now : nothing}
    >
      <div class=${known ? 'eased' : 'open'} .style=${known ? `width: ${now}%` : ''}></div>
    </div>`;
  }
}
