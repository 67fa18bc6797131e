import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ClassScore, MapResult, UnavailableMethod } from '../../shared/engineApi.js';
import type { MapCall } from '../../shared/panelProtocol.js';
import { Loading } from '../state/loading.js';
import { mapCall, mapLayers, mapMethod, takesPictures } from '../state/mapChoice.js';
import type { Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import { visible } from '../text/names.js';
import { mapsStyles } from './mapsStyles.js';
import './mapControls.js';
import './mapFigure.js';
import './mapWorth.js';
import './pictureChooser.js';
import { acceptPictures } from './pictureDrop.js';

/** One picture: where in it the model looks, and what to compare. */
@customElement('ox-maps')
export class Maps extends LitElement {
  static override styles = [base, mapsStyles];

  @property({ attribute: false }) store!: Store;
  @state() private dropping = false;
  /** The outputs for the picture, kept while another map of it is made. */
  #top: {
    input: string;
    scores: ClassScore[];
    kind: MapResult['scores'];
    box: number | null;
    size: { width: number; height: number };
  } = {
    input: '',
    scores: [],
    kind: 'classes',
    box: null,
    size: { width: 0, height: 0 },
  };
  readonly #main = new Loading<MapResult>(this);
  readonly #unavailable = new Loading<UnavailableMethod[]>(this);

  constructor() {
    super();
    new StoreController(this);
    acceptPictures(this, {
      over: (over) => (this.dropping = over),
      take: (picture) => void ('file' in picture ? this.#take(picture.file) : this.#open(picture.uri)),
    });
  }

  readonly #paste = (event: ClipboardEvent): void => {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (file) void this.#take(file);
  };

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('paste', this.#paste);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('paste', this.#paste);
  }

  async #take(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    await this.store.act('dropPicture', { name: file.name || 'pasted picture.png', bytes }, this.#show);
  }

  #open(uri: string): Promise<void> {
    return this.store.act('pictureAt', { uri }, this.#show);
  }

  #show = ({ path, name }: { path: string; name: string }): null => {
    this.store.setMaps({ input: { kind: 'file', path }, inputName: name, class: null });
    return null;
  };

  override render() {
    const { store } = this;
    const panel = store.panel;
    if (!panel) return nothing;
    this.setAttribute('room', store.room);
    if (panel.structure && !takesPictures(panel.structure)) {
      return html`<div class="whole">
        <div class="empty">
          <p class="muted">Maps show where in a picture a model looks; this model takes no pictures.</p>
        </div>
      </div>`;
    }
    const call = mapCall(panel, store.view.maps);
    const single = call !== null && store.view.maps.comparison === 'one';
    if (call) {
      const { layers } = call;
      this.#unavailable.load(
        JSON.stringify([layers, store.generation]),
        () => store.host.call('unavailableMethods', { layers }),
        true,
      );
    }
    const { pending } = this.#main;
    if (single)
      this.#main.load(
        JSON.stringify([call, store.generation]),
        async () => {
          // The former one is not wanted any more; some take minutes.
          if (pending) await store.host.call('stopMaps', {});
          return store.host.call('map', call);
        },
        this.#sameInput(call),
      );
    return html`<ox-picture-chooser .store=${store} .input=${call?.input ?? null}></ox-picture-chooser>
      <div class="stage scroll">${call ? this.#stage(call) : this.#nothing()}</div>
      <ox-map-controls
        .store=${store}
        .call=${call}
        .top=${call ? this.#scores(call) : []}
        .scores=${this.#top.kind}
        .box=${this.#top.box}
        .size=${this.#top.size}
        .unavailable=${this.#unavailable.value ?? []}
      ></ox-map-controls>
      ${this.dropping ? html`<div class="drop">Drop a picture to see where the model looks</div>` : nothing}`;
  }

  #sameInput(call: MapCall): boolean {
    return JSON.stringify(call.input) === this.#top.input;
  }

  #scores(call: MapCall): ClassScore[] {
    const result = this.#main.value;
    if (result && !this.#main.pending) this.#keepTop(call, result);
    return this.#sameInput(call) ? this.#top.scores : [];
  }

  #keepTop(call: MapCall, result: MapResult): void {
    const { top, scores, box = null, width, height } = result;
    const input = JSON.stringify(call.input);
    this.#top = { input, scores: top, kind: scores ?? 'classes', box, size: { width, height } };
  }

  #nothing(): TemplateResult {
    const { panel } = this.store;
    return html`<div class="empty">
      <p class="muted">
        ${
          panel!.methods.length === 0
            ? 'This model has no layer of which a map can be drawn.'
            : panel!.probe && panel!.probe.kind !== 'images'
              ? 'Maps show where in a picture a model looks; this probe set holds no pictures. Drop a picture here (VS Code wants Shift held), paste or browse for one.'
              : 'Drop a picture here (VS Code wants Shift held), paste or browse for one.'
        }
      </p>
    </div>`;
  }

  #stage(call: MapCall): TemplateResult {
    const { store } = this;
    const { comparison } = store.view.maps;
    if (comparison === 'one') {
      const { value, error, pending } = this.#main;
      return html`<ox-map-figure
          large
          .store=${store}
          .call=${call}
          .result=${value}
          .problem=${error}
          .pending=${pending}
          @again=${() => {
            this.#main.clear();
            this.requestUpdate();
          }}
        ></ox-map-figure>
        ${value && !pending && !error ? html`<ox-map-worth .store=${store} .call=${call} .map=${value}></ox-map-worth>` : nothing}`;
    }
    const panel = store.panel!;
    const unavailable = comparison === 'methods' ? (this.#unavailable.value ?? []) : [];
    if (comparison === 'layers' && mapMethod(panel, call.method)?.ofInput) {
      return html`<div class="empty">
        <p class="muted">This method is of the picture’s pixels: it has no layers to compare.</p>
      </div>`;
    }
    const calls: { call: MapCall; title: string }[] =
      comparison === 'methods'
        ? panel.methods
            .filter(({ name }) => name !== 'activation' || store.view.maps.unit !== null)
            .filter(({ name }) => !unavailable.some((of) => of.name === name))
            .map((method) => ({
              title: method.title,
              call: {
                ...call,
                method: method.name,
                class: method.needsClass ? store.view.maps.class : null,
                unit: method.name === 'activation' ? store.view.maps.unit : null,
                eigenSmooth: store.view.maps.eigenSmooth && method.smooths === true,
              },
            }))
        : mapLayers(panel).map((layer) => ({
            title: store.title(layer.name),
            call: { ...call, layers: [layer.name] },
          }));
    return html`<div class="several">
        ${calls.map(
          (entry) =>
            html`<ox-map-figure
              .store=${store}
              .call=${entry.call}
              .heading=${entry.title}
              .remark=${comparison === 'methods' ? (mapMethod(panel, entry.call.method)?.shows ?? '') : ''}
              .asks=${mapMethod(panel, entry.call.method)?.slow ? mapMethod(panel, entry.call.method)!.cost : ''}
              @made=${(event: CustomEvent<MapResult>) => {
                if (this.#sameInput(entry.call)) return;
                this.#keepTop(entry.call, event.detail);
                this.requestUpdate();
              }}
            ></ox-map-figure>`,
        )}
      </div>
      ${unavailable.length > 0 ? this.#without(unavailable) : nothing}`;
  }

  /** Methods with the same reason stand together. */
  #without(unavailable: readonly UnavailableMethod[]): TemplateResult {
    const reasons = [...new Set(unavailable.map(({ reason }) => reason))];
    const title = (name: string): string => this.store.panel!.methods.find((of) => of.name === name)?.title ?? name;
    return html`<div class="without">
      <h3>Not for this model</h3>
      <ul>
        ${reasons.map((reason) => {
          const names = unavailable.filter((of) => of.reason === reason).map(({ name }) => title(name));
          return html`<li>${names.join(', ')}: <bdi class="muted">${visible(reason)}</bdi></li>`;
        })}
      </ul>
    </div>`;
  }
}
