import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ConceptCheck, ConceptDraft, ConceptForm, ConceptList } from '../../shared/concepts.js';
import { changesIn, draftOf, DraftHistory, formWords, freeName, nameProblem, written } from '../state/conceptDraft.js';
import { Loading } from '../state/loading.js';
import { fileName, type Store } from '../state/store.js';
import { StoreController } from '../state/storeController.js';
import { base } from '../styles/base.js';
import type { Completion } from '../text/completion.js';
import { visible } from '../text/names.js';
import { count, counted, percent } from '../text/numbers.js';
import { button, filterField, icons, iconButton, select, spinner } from '../ui/index.js';
import { conceptEditorStyles } from './conceptEditorStyles.js';
import './expressionField.js';
import type { ExpressionField } from './expressionField.js';
import { problem, problemStyles } from './problem.js';

/** Rows that are drawn; a filter finds the others. */
const mostRows = 400;
const typingPause = 150;
const joins = [
  { value: 'and', title: 'AND' },
  { value: 'or', title: 'OR' },
  { value: 'and not', title: 'AND NOT' },
] as const;

/** The concepts of the probe set, to be added, renamed, combined and removed; saved into its probe file. */
@customElement('ox-concept-editor')
export class ConceptEditor extends LitElement {
  static override styles = [base, problemStyles, conceptEditorStyles];

  @property({ attribute: false }) store!: Store;
  /** Place of the concept that is being edited. */
  @state() private at: number | null = null;
  @state() private filter = '';
  @state() private check: ConceptCheck | null = null;
  @state() private saving = false;
  @state() private parts: { left: string; join: (typeof joins)[number]['value']; right: string } = {
    ...{ left: '', join: 'and', right: '' },
  };
  readonly #list = new Loading<ConceptList>(this);
  readonly #history = new DraftHistory();
  #reloads = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor() {
    super();
    new StoreController(this);
    this.addEventListener('keydown', this.#keys);
  }

  get #of(): string {
    return JSON.stringify(this.store.panel?.probe?.choice ?? null);
  }

  get #draft(): ConceptDraft[] {
    const { draft, of } = this.store.view.concepts;
    return draft && of === this.#of ? draft : draftOf(this.#list.value!);
  }

  override render() {
    const { store } = this;
    this.setAttribute('room', store.room);
    if (!store.panel?.probe)
      return html`<p class="empty muted">No probe set is in use yet. Explain the neurons, or choose one above.</p>`;
    this.#list.load(
      JSON.stringify([this.#of, store.generation, this.#reloads]),
      () => store.host.call('concepts', {}),
      true,
    );
    const { value: list, error } = this.#list;
    if (error) return html`<div class="empty">${problem(error)}</div>`;
    if (!list) return html`<div class="empty">${spinner('Reading the concepts')}</div>`;
    const draft = this.#draft;
    const at = this.at !== null && this.at < draft.length ? this.at : null;
    return html`${this.#tools(list, draft)} ${at === null ? nothing : this.#form(list, draft, at)}
    ${this.#rows(list, draft, at)}`;
  }

  #tools(list: ConceptList, draft: ConceptDraft[]): TemplateResult {
    const changes = changesIn(list, draft);
    const wrong = draft.some((one, i) => !one.removed && nameProblem(draft, i) !== null);
    const target = list.file === null ? 'a new probe file' : visible(fileName(list.file));
    const disabled = changes === '' || wrong || this.saving;
    return html`<div class="tools">
        ${filterField({
          label: 'Filter concepts',
          placeholder: 'Filter concepts',
          value: this.filter,
          onInput: (filter) => (this.filter = filter),
        })}
        ${list.kind === 'states' ? button('Add from columns', () => this.#add('expression')) : nothing}
        ${button(list.kind === 'states' ? 'Combine' : 'Combine concepts', () => this.#add('derived'))}
        ${iconButton(icons.undo, 'Undo', () => this.#undo(), { disabled: !this.#history.canUndo })}
        ${iconButton(icons.redo, 'Redo', () => this.#redo(), { disabled: !this.#history.canRedo })}
      </div>
      <div class="tools save">
        <span class="muted" role="status"
          >${changes === '' ? `${counted(draft.filter(({ removed }) => !removed).length, 'concept')}, ${list.file === null ? 'in no probe file yet' : `saved in ${target}`}` : `${changes}, not saved`}</span
        >
        ${list.file !== null ? button('Save', () => void this.#save(false), { disabled }) : nothing}
        ${button('Save and explain again', () => void this.#save(true), { primary: true, disabled, title: `Into ${target}` })}
      </div>`;
  }

  #rows(list: ConceptList, draft: ConceptDraft[], at: number | null): TemplateResult {
    const known = new Map(list.concepts.map((one) => [one.key, one]));
    const words = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = draft
      .map((one, i) => ({ one, i }))
      .filter(({ one }) => words.every((word) => `${one.name} ${one.text ?? ''}`.toLowerCase().includes(word)));
    return html`<div class="list scroll" tabindex="-1">
      <table aria-label="Concepts">
        <thead>
          <tr>
            <th scope="col">Concept</th>
            <th scope="col" class="text">Expression</th>
            <th scope="col" class="count">Holds at</th>
            <th scope="col" class="go"><span class="unseen">Remove</span></th>
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, mostRows).map(({ one, i }) => {
            const before = one.key === null ? undefined : known.get(one.key);
            const same = before !== undefined && before.text === one.text;
            const counts = same ? before : i === at && this.check?.ok ? this.check : null;
            return html`<tr class=${`${one.removed ? 'removed' : ''} ${i === at ? 'current' : ''}`}>
              <th scope="row">
                <button class="link" aria-expanded=${i === at} @click=${() => this.#edit(i)}>
                  <bdi>${visible(one.name) || '(no name)'}</bdi>
                </button>
                ${one.removed ? html`<span class="muted small"> removed</span>` : nothing}
              </th>
              <td class="text">
                ${one.form === 'measured' ? html`<span class="muted">${visible(before?.category ?? formWords.measured)}</span>` : html`<code>${visible(one.text ?? '')}</code>`}
              </td>
              <td class="count">${counts ? percent(counts.holds / Math.max(counts.of, 1)) : ''}</td>
              <td class="go">
                ${
                  one.removed
                    ? iconButton(icons.undo, `Restore ${one.name}`, () => this.#change(i, { removed: false }, ''))
                    : iconButton(icons.close, `Remove ${one.name}`, () => this.#remove(i))
                }
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
      ${rows.length > mostRows ? html`<p class="empty muted">${count(rows.length - mostRows)} more: filter to see them.</p>` : nothing}
      ${rows.length === 0 ? html`<p class="empty muted">No concept fits the filter.</p>` : nothing}
    </div>`;
  }

  #form(list: ConceptList, draft: ConceptDraft[], at: number): TemplateResult {
    const one = draft[at];
    const wrongName = nameProblem(draft, at);
    return html`<section class="form" aria-label=${`Concept ${one.name}`}>
      <label
        >Name
        <input
          class="name"
          .value=${one.name}
          aria-invalid=${wrongName !== null}
          spellcheck="false"
          @input=${(event: Event) => this.#change(at, { name: (event.target as HTMLInputElement).value }, `name ${at}`)}
      /></label>
      ${wrongName ? html`<p class="wrong" role="status">${wrongName}</p>` : nothing}
      ${one.form === 'derived' ? this.#combine(draft, at) : nothing}
      ${
        one.form === 'measured'
          ? html`<p class="muted">
              Found in the data${one.text === null ? '' : html`: <code>${visible(one.text)}</code>`}.
            </p>`
          : html`<ox-expression-field
              .label=${`Expression ${formWords[one.form]}`}
              .value=${one.text ?? ''}
              .check=${this.check}
              .choices=${choicesFor(list, draft, at)}
              .example=${exampleFor(list, draft, at)}
              @typed=${(event: CustomEvent<string>) => this.#change(at, { text: event.detail }, `text ${at}`)}
            ></ox-expression-field>`
      }
      <div class="actions">
        ${button('Done', () => this.#edit(null))}
        ${one.removed ? button('Restore', () => this.#change(at, { removed: false }, '')) : button('Remove', () => this.#remove(at))}
      </div>
    </section>`;
  }

  /** Two concepts and how they are joined: what most combinations are, without writing. */
  #combine(draft: ConceptDraft[], at: number): TemplateResult {
    const others = draft.flatMap(({ name, removed }, i) =>
      i === at || removed ? [] : [{ value: name, title: visible(name) }],
    );
    const { left, join, right } = this.parts;
    const put = (change: Partial<typeof this.parts>) => {
      this.parts = { ...this.parts, ...change };
      const { left: a, join: how, right: b } = this.parts;
      if (a !== '' && b !== '') {
        const name = draft[at].name.startsWith('new concept') ? { name: freeName(draft, `${a} ${how} ${b}`) } : {};
        this.#change(at, { text: `${written(a)} ${how} ${written(b)}`, ...name }, '');
      }
    };
    return html`<div class="combine">
      ${select({ label: 'First concept', value: left, choices: others, onChange: (value) => put({ left: value }) })}
      ${select({ label: 'Joined by', value: join, choices: joins, onChange: (value) => put({ join: value }) })}
      ${select({ label: 'Second concept', value: right, choices: others, onChange: (value) => put({ right: value }) })}
    </div>`;
  }

  #set(draft: ConceptDraft[]): void {
    this.store.setConcepts({ draft, of: this.#of });
  }

  #change(at: number, change: Partial<ConceptDraft>, field: string): void {
    const draft = this.#draft;
    this.#history.push(draft, field);
    const now = draft.map((one, i) => (i === at ? { ...one, ...change } : one));
    this.#set(now);
    if (at === this.at) this.#ask(now, at);
  }

  #add(form: ConceptForm): void {
    const draft = this.#draft;
    this.#history.push(draft, '');
    this.parts = { left: '', join: 'and', right: '' };
    this.#set([...draft, { key: null, name: freeName(draft), form, text: '', removed: false }]);
    this.filter = '';
    this.#edit(draft.length);
  }

  #remove(at: number): void {
    const draft = this.#draft;
    // What is nowhere yet is gone at once; the others can be restored until they are saved.
    if (draft[at].key !== null) return this.#change(at, { removed: true }, '');
    this.#history.push(draft, '');
    this.#set(draft.filter((_, i) => i !== at));
    this.#edit(null);
  }

  #edit(at: number | null): void {
    this.at = at === this.at ? null : at;
    this.check = null;
    if (this.at === null) return;
    const draft = this.#draft;
    if (draft[this.at].form !== 'measured' && draft[this.at].text) this.#ask(draft, this.at);
    void this.updateComplete.then(() => {
      const field = this.renderRoot.querySelector<ExpressionField>('ox-expression-field');
      if (field && draft[this.at ?? 0]?.key === null) field.focus();
      else this.renderRoot.querySelector<HTMLElement>('.name')?.focus();
    });
  }

  /** Counts while one writes: the answer to the last question is the one that is shown. */
  #ask(draft: ConceptDraft[], at: number): void {
    clearTimeout(this.#timer);
    if (draft[at].form === 'measured') return;
    const asked = ++this.#asked;
    this.#timer = setTimeout(() => {
      this.store.host.call('checkConcept', { draft, at }).then(
        (check) => {
          if (asked === this.#asked) this.check = check;
        },
        (error: unknown) => {
          if (asked !== this.#asked) return;
          const message = error instanceof Error ? error.message : String(error);
          this.check = { ok: false, message, advice: null, position: 0, length: 0 };
        },
      );
    }, typingPause);
  }

  #undo(): void {
    this.#set(this.#history.undo(this.#draft));
  }

  #redo(): void {
    this.#set(this.#history.redo(this.#draft));
  }

  async #save(explain: boolean): Promise<void> {
    this.saving = true;
    await this.store.act('saveConcepts', { draft: this.#draft }, ({ path, notes }) => {
      this.store.setConcepts({ draft: null, of: null });
      this.#history.clear();
      this.at = null;
      this.#reloads++;
      if (explain) void this.store.explain({ kind: 'file', path });
      return [`Saved in ${visible(fileName(path))}`, ...notes].join('. ');
    });
    this.saving = false;
  }

  #keys = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.at !== null && !event.defaultPrevented) {
      event.preventDefault();
      this.#edit(null);
      return;
    }
    // Inside a field, undoing is the field's own.
    if (!(event.ctrlKey || event.metaKey) || event.composedPath()[0] instanceof HTMLInputElement) return;
    const key = event.key.toLowerCase();
    if (key === 'z' && !event.shiftKey && this.#history.canUndo) this.#undo();
    else if ((key === 'y' || (key === 'z' && event.shiftKey)) && this.#history.canRedo) this.#redo();
    else return;
    event.preventDefault();
  };
}

/** For an empty field, over what there is. */
function exampleFor(list: ConceptList, draft: readonly ConceptDraft[], at: number): string {
  if (draft[at].form === 'expression') return list.columns.length > 0 ? `For example ${list.columns[0]} > 0` : '';
  const [a, b] = draft.filter(({ removed }, i) => i !== at && !removed).map(({ name }) => written(name));
  return b === undefined ? '' : `For example ${a} and not ${b}`;
}

function choicesFor(list: ConceptList, draft: readonly ConceptDraft[], at: number): Completion[] {
  const words = ['and', 'or', 'not'].map((text): Completion => ({ text, kind: 'word' }));
  if (draft[at].form === 'expression') {
    return [
      ...list.columns.map((text): Completion => ({ text, kind: 'name' })),
      ...list.functions.map((text): Completion => ({ text, kind: 'function' })),
      ...words,
    ];
  }
  const names = draft.flatMap(({ name, removed }, i) => (i === at || removed ? [] : [written(name)]));
  return [...names.map((text): Completion => ({ text, kind: 'name' })), ...words];
}
