import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { segmented, segmentedStyles } from '../ui/index.js';
import './conceptEditor.js';
import './dissection.js';

const parts = [
  { value: 'detectors', title: 'Detectors' },
  { value: 'edit', title: 'Edit' },
] as const;

/** The Concepts tab: which of them neurons detect, and what they are. */
@customElement('ox-concepts')
export class Concepts extends LitElement {
  static override styles = [
    base,
    segmentedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-height: 0;
      }
      .part {
        padding: 10px 16px 4px;
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;

  constructor() {
    super();
    new StoreController(this);
  }

  override render() {
    const { part } = this.store.view.concepts;
    return html`<div class="part">
        ${segmented('Concepts', parts, part, (chosen) => this.store.setConcepts({ part: chosen }))}
      </div>
      ${
        part === 'detectors'
          ? html`<ox-dissection .store=${this.store}></ox-dissection>`
          : html`<ox-concept-editor .store=${this.store}></ox-concept-editor>`
      }`;
  }
}
