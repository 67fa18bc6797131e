import { LitElement, css, html, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Feed } from '../../shared/engineApi.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { signed } from '../text/numbers.js';
import { problem, problemStyles } from './problem.js';

const most = 6;

/** What the unit feeds: the strongest weights from it to the next layers' units. */
@customElement('ox-feeds')
export class FeedsList extends LitElement {
  static override styles = [
    base,
    problemStyles,
    css`
      ul {
        margin: 6px 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1.3fr) minmax(50px, 1fr) 44px;
        align-items: center;
        gap: 10px;
        line-height: 21px;
      }
      li button,
      .fed {
        display: flex;
        min-width: 0;
        white-space: nowrap;
      }
      li bdi {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .number {
        text-align: end;
      }
      svg {
        display: block;
        width: 100%;
        height: 8px;
      }
      .track {
        fill: var(--track);
      }
      .positive {
        fill: var(--worth);
      }
      .negative {
        fill: var(--silent);
      }
    `,
  ];

  @property({ attribute: false }) store!: Store;
  @property() layer = '';
  @property({ type: Number }) unit = 0;
  readonly #feeds = new Loading<Feed[]>(this);

  override render() {
    const { layer, unit, store } = this;
    this.#feeds.load(JSON.stringify([layer, unit]), () => store.host.call('feeds', { layer, unit }));
    const { value, error } = this.#feeds;
    if (error)
      return html`<h3>What it feeds</h3>
        ${problem(error)}`;
    if (!value?.length) return nothing;
    const strongest = Math.max(...value.map(({ weight }) => Math.abs(weight))) || 1;
    return html`<h3>What it feeds</h3>
      <ul>
        ${value.slice(0, most).map((feed) => {
          const name = `${visible(feed.target)} · ${feed.unit}`;
          const shown = html`<bdi>${visible(feed.target)}</bdi><span>&nbsp;· ${feed.unit}</span>`;
          const known = store.panel?.layers.some((summary) => summary.layer.name === feed.layer);
          const share = `${((50 * Math.abs(feed.weight)) / strongest).toFixed(2)}%`;
          const from = feed.weight < 0 ? `${(50 - (50 * Math.abs(feed.weight)) / strongest).toFixed(2)}%` : '50%';
          return html`<li>
            ${
              known
                ? html`<button class="link" title=${name} @click=${() => this.#follow(feed)}>
                    <bdi>${name}</bdi>
                  </button>`
                : html`<span class="fed" title=${name}>${shown}</span>`
            }
            <svg aria-hidden="true">
              ${svg`<rect class=${feed.weight < 0 ? 'negative' : 'positive'} x=${from} width=${share} y="1" height="6" rx="1" />
                <rect class="track" x="50%" width="1" height="8" />`}
            </svg>
            <span class="number muted">${signed(feed.weight)}</span>
          </li>`;
        })}
      </ul>`;
  }

  #follow(feed: Feed): void {
    this.store.setView({ layer: feed.layer, unit: feed.unit, detailOpen: true, firstRow: 0 });
  }
}
