import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { boundWords } from '../../shared/boundWords.js';
import type { UnitChange } from '../../shared/checkpointChange.js';
import type { UnitDetail } from '../../shared/panelProtocol.js';
import { isSaturated } from '../../shared/saturation.js';
import { histogram, histogramStyles, histogramTable } from '../charts/histogram.js';
import { iouBar, iouBarStyles } from '../charts/iouBar.js';
import { iouEnd } from '../charts/iouScale.js';
import { Loading } from '../state/loading.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { alwaysOn, unitKind, wordsFor } from '../state/unitKind.js';
import { base } from '../styles/base.js';
import { kindOfChange, standing } from '../text/changeWords.js';
import { longestFirst } from '../text/formulaTokens.js';
import { visible } from '../text/names.js';
import { amount, percent, score } from '../text/numbers.js';
import { button, icons, iconButton, Menu, spinner } from '../ui/index.js';
import { detailStyles } from './detailStyles.js';
import { formula, labelText } from './formula.js';
import { problem, problemStyles } from './problem.js';
import './causeCheck.js';
import './strongestPictures.js';
import './strongestRows.js';
import './feedsList.js';
void Menu;

/** All that is known of one unit. */
@customElement('ox-detail')
export class Detail extends LitElement {
  static override styles = [base, histogramStyles, iouBarStyles, problemStyles, detailStyles];

  @property({ attribute: false }) store!: Store;
  @state() private asTable = false;
  @state() private width = 300;
  readonly #detail = new Loading<UnitDetail>(this);
  readonly #resized = new ResizeObserver(([entry]) => {
    this.width = Math.round(entry.contentRect.width);
  });

  constructor() {
    super();
    new StoreController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override render() {
    const { layer, unit } = this.store.view;
    if (layer === null || unit === null) return nothing;
    // A new version of the layer's rows may have brought this unit's label.
    const version = this.store.tables.peek(layer)?.version ?? 0;
    const known = this.#detail.value;
    const same = known !== null && known.explanation.unit === unit && known.layer.name === layer;
    this.#detail.load(
      JSON.stringify([layer, unit, this.store.generation, version]),
      () => this.store.host.call('unit', { layer, unit }),
      same,
    );
    return html`${this.#head(layer, unit)}
      <div class="body scroll">
        ${this.#detail.error ? problem(this.#detail.error) : nothing}
        ${
          this.#detail.value
            ? this.#body(this.#detail.value)
            : this.#detail.pending
              ? html`<div class="wait">${spinner('Loading the neuron')}</div>`
              : nothing
        }
      </div>
      ${this.#detail.value ? this.#actions(this.#detail.value) : nothing}`;
  }

  #head(layer: string, unit: number): TemplateResult {
    const page = this.store.room === 'one';
    const close = () => this.#close();
    return html`<header>
      ${page ? iconButton(icons.back, 'Back to the list', close) : nothing}
      <h2 class="title" tabindex="-1">
        Neuron ${unit} <span class="muted">of <bdi>${this.store.title(layer)}</bdi></span>
      </h2>
      ${page ? nothing : iconButton(icons.close, 'Close (Escape)', close)}
    </header>`;
  }

  /** Where the detail takes the list's place, the focus comes with it. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.title')?.focus();
  }

  #close(): void {
    this.dispatchEvent(new Event('close'));
  }

  #body(detail: UnitDetail): TemplateResult {
    const { explanation, layer } = detail;
    const kind = unitKind(explanation);
    const hasLabel = kind === 'explained' || kind === 'chance';
    const { edges } = explanation.histogram;
    return html`
      <div class=${`label${kind === 'explained' ? '' : ' muted'}`}>
        ${
          hasLabel
            ? explanation.formula
              ? formula(explanation.formula)
              : labelText(explanation.label ?? '', this.#concepts)
            : kind === 'pending' && this.store.panel?.status.state === 'working'
              ? 'waiting for its label'
              : wordsFor(kind, isSaturated(layer.op, explanation))
        }
      </div>
      ${kind === 'chance' ? html`<p class="remark muted">No better than chance: a shuffled unit is explained as well.</p>` : nothing}
      ${explanation.fireRate >= alwaysOn ? html`<p class="remark muted">Always on: it hardly tells inputs apart.</p>` : nothing}
      ${detail.change ? this.#before(detail.change) : nothing}
      ${hasLabel ? this.#iou(explanation, layer.name) : nothing}
      ${edges.length > 1 ? this.#histogram(explanation) : nothing} ${this.#facts(explanation, hasLabel)}
      ${hasLabel ? this.#runnersUp(explanation) : nothing} ${this.#strongest(detail)}
      ${hasLabel ? html`<ox-cause .store=${this.store} .layer=${layer.name} .unit=${explanation.unit}></ox-cause>` : nothing}
      <ox-feeds .store=${this.store} .layer=${layer.name} .unit=${explanation.unit}></ox-feeds>
    `;
  }

  #before({ kind, before }: UnitChange): TemplateResult {
    const words = standing(before);
    return html`<p class="remark">
      <span class="muted">Before (${kindOfChange[kind]}):</span>
      ${
        words === before.label
          ? html`${before.formula ? formula(before.formula) : labelText(before.label, this.#concepts)}
              <span class="muted number">IoU ${score(before.iou)}</span>`
          : words
      }
    </p>`;
  }

  /** On the scale of the list beside it. */
  #iou({ iou, floor }: UnitDetail['explanation'], layer: string): TemplateResult {
    const end = iouEnd([iou, floor, this.store.tables.peek(layer)?.index?.iouEnd ?? 0]);
    return html`<div class="bar" title=${`IoU ${score(iou)}, chance ${score(floor)}; the bar ends at ${end}`}>
      ${iouBar(iou, floor, end)}
      <div class="ends muted number" aria-hidden="true"><span>IoU 0</span><span>${end}</span></div>
    </div>`;
  }

  #histogram({ histogram: { edges, counts }, threshold, fireRate }: UnitDetail['explanation']): TemplateResult {
    const data = { edges, counts, threshold, fireRate };
    return html`<section class="distribution">
      ${this.asTable ? html`<div class="table scroll" tabindex="0">${histogramTable(data)}</div>` : histogram(data, Math.max(this.width - 32, 160))}
      <p class="note">
        <span class="muted"
          >${this.asTable ? 'Bins with positions in them' : 'Positions by activation, square-root scale'}</span
        >
        <button class="link" aria-pressed=${this.asTable} @click=${() => (this.asTable = !this.asTable)}>
          ${this.asTable ? 'Show as chart' : 'Show as table'}
        </button>
      </p>
    </section>`;
  }

  #facts(unit: UnitDetail['explanation'], hasLabel: boolean): TemplateResult {
    const fact = (name: string, value: string | TemplateResult, hint: string) =>
      html`<div title=${hint}><dt>${name}</dt><dd class="number">${value}</dd></div>`; // prettier-ignore
    return html`<dl class="facts">
        ${
          hasLabel
            ? html`${fact('IoU', html`<strong>${score(unit.iou)}</strong>`, 'Positions where label and firing agree, of those where either holds')}
              ${fact('chance', score(unit.floor), 'What the same search reaches on this unit shuffled across samples')}
              ${unit.pValue === undefined ? nothing : fact('p-value', score(unit.pValue), 'How often shuffled units reach this IoU, this one counted among them')}
              ${fact('precision', score(unit.precision), 'Of the positions at which it fires, the share where the label holds')}
              ${fact('recall', score(unit.recall), 'Of the positions where the label holds, the share at which it fires')}`
            : nothing
        }
        ${fact('fires at', percent(unit.fireRate), 'Share of positions at which it fires')}
        ${fact('threshold', unit.threshold === null ? '–' : amount(unit.threshold), 'It fires where its activation is greater')}
      </dl>
      ${
        hasLabel
          ? html`<p class="proof muted">
              ${
                unit.optimal
                  ? `Best possible: no label of ${unit.length === 1 ? 'one concept' : `${unit.length} concepts`} scores higher.`
                  : boundWords(unit)
                    ? `Best found by the search: ${boundWords(unit)}.`
                    : 'Best found by the search; not proven to be the best possible.'
              }
            </p>`
          : nothing
      }`;
  }

  #runnersUp({ single, alternatives, label }: UnitDetail['explanation']): TemplateResult | typeof nothing {
    const others: { label: string; iou: number; domain?: string }[] = alternatives.filter(
      (other) => other.label !== label,
    );
    // Counted over other pictures, it stands for itself, also where it is the label.
    const isOther = (own: string): boolean => single?.label !== own || single.domain !== undefined;
    if (single && isOther(label ?? '') && others.every((other) => isOther(other.label))) others.push(single);
    if (others.length === 0) return nothing;
    return html`<section>
      <h3>Runners-up</h3>
      <ul class="runners">
        ${others.map(
          (other) =>
            html`<li>
              <span
                >${labelText(other.label, this.#concepts)}${other.domain === undefined ? nothing : html` <small class="muted">by itself, in pictures that carry ${visible(other.domain)}</small>`}</span
              ><span class="number muted">${score(other.iou)}</span>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #strongest({ explanation, layer, samples }: UnitDetail): TemplateResult | typeof nothing {
    const probe = this.store.panel?.probe;
    if (!probe || explanation.top.length === 0 || explanation.status === 'dead') return nothing;
    if (probe.kind === 'images')
      return html`<ox-strongest-pictures
        .store=${this.store}
        .layer=${layer.name}
        .unit=${explanation.unit}
      ></ox-strongest-pictures>`;
    return html`<ox-strongest-rows
      .store=${this.store}
      .layer=${layer.name}
      .explanation=${explanation}
      .samples=${samples}
    ></ox-strongest-rows>`;
  }

  #actions({ explanation, layer }: UnitDetail): TemplateResult {
    const spatial = (layer.shape?.length ?? 0) > 3 && this.store.panel?.probe?.kind === 'images';
    const copy = (text: string, said: string) => void this.store.act('copy', { text }, () => said);
    return html`<footer role="toolbar" aria-label="Neuron">
      ${button('Go to code', () => void this.store.act('goToCode', { layer: layer.name }), { primary: true, icon: icons.code })}
      ${
        spatial
          ? button(
              'Show map',
              () => this.store.showMap(layer.name, explanation.unit, explanation.top[0]?.sample ?? null),
              { icon: icons.map },
            )
          : nothing
      }
      <ox-menu
        label="Copy"
        .items=${[
          {
            title: 'Label',
            disabled: explanation.label === null,
            run: () => copy(explanation.label ?? '', 'Label copied'),
          },
          {
            title: 'JSON',
            detail: 'All that is known of this neuron',
            run: () => copy(JSON.stringify(explanation, null, 2), 'JSON copied'),
          },
        ]}
        >Copy</ox-menu
      >
    </footer>`;
  }

  get #concepts(): string[] {
    return longestFirst(this.store.panel?.probe?.concepts ?? []);
  }
}
