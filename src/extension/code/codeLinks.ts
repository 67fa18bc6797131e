import { readFile, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import {
  type CodeLink,
  type CodePlace,
  indexNotebook,
  indexPython,
  largestCode,
  linkCode,
  loadPython,
  placeAt,
  type PythonIndex,
  readProgram,
  warmUp,
} from '../../source/index.js';
import type { Layer, ModelStructure } from '../../shared/model.js';
import { describe } from '../describe.js';
import { wakeHovers } from './hoverText.js';
import { cellOf, type CodeFile, codeFileOf, ofNotebook } from './codeFile.js';
import { definitionsOfLayer } from './definitionOfLayer.js';
import type { KnownModel } from './knownModel.js';
import type { ModelKnowledge } from './modelKnowledge.js';
import type { ModelChoice, ModelOfFile } from './modelOfFile.js';
import { moveWith, stillThere } from './movedPlaces.js';

/** A pause in typing after which the code is looked at again. */
const pause = 150;
/** What is done ahead waits until the window has started. */
const quiet = 300;
/** Files that are kept parsed because others import them. */
const mostImported = 200;

/** Other files whose layers a link knows. */
const importedBy = (linked: LinkedCode | null, { path }: CodeFile): vscode.Uri[] =>
  [...(linked?.link.definitions.keys() ?? [])].filter((file) => file !== path).map((file) => vscode.Uri.file(file));

export interface LinkedCode {
  link: CodeLink;
  choice: ModelChoice;
  /** Of the file or notebook. */
  uri: vscode.Uri;
  structure: ModelStructure;
}

interface Entry {
  linked: LinkedCode | null;
  index: PythonIndex | undefined;
  /** Looked for when the file is opened and saved, and when models come and go: not with every key. */
  choice: ModelChoice | null;
  /** What was linked or is being linked. */
  version: string | null;
  running: Promise<LinkedCode | null> | null;
  timer: NodeJS.Timeout | undefined;
}

/** Ties open training code to its model, once per version of the document; later questions are look-ups. */
export class CodeLinks implements vscode.Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #imported = new Map<string, { written: number; index: PythonIndex }>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #subscriptions: vscode.Disposable[];
  readonly #ahead: NodeJS.Timeout;
  #warm: Promise<void> | null = null;
  /** The code at this file is tied to other layers than before, or more is known of them. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly knowledge: ModelKnowledge,
    private readonly models: ModelOfFile,
    private readonly log: (line: string) => void,
  ) {
    this.#subscriptions = [
      this.#changed,
      vscode.workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const places = this.places(document)?.places ?? [];
        moveWith(places, contentChanges, cellOf(document));
        this.#soon(document, pause);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        const file = codeFileOf(document);
        const entry = file && this.#entries.get(file.path);
        if (entry && entry.choice?.reason !== 'chosen') this.#again(file.path, entry);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      vscode.window.onDidChangeVisibleTextEditors((editors) =>
        editors.forEach(({ document }) => this.#soon(document, 0)),
      ),
      models.onDidChange((file) => {
        for (const [path, entry] of this.#entries) if (file === null || file === path) this.#again(path, entry);
      }),
      knowledge.onDidChange((model) => {
        for (const [path, { linked }] of this.#entries) {
          if (linked?.choice.model !== model) continue;
          if (knowledge.get(model)?.structure === linked.structure) this.#changed.fire(linked.uri);
          else this.#again(path, this.#entries.get(path)!);
        }
      }),
    ];
    for (const { document } of vscode.window.visibleTextEditors) this.#soon(document, 0);
    this.#ahead = setTimeout(() => void this.getReady(), quiet);
  }

  /** Where there are models, reads them and wakes the parser before someone opens code and waits for them. */
  async getReady(): Promise<void> {
    try {
      const models = await this.models.readAhead();
      if (models.length === 0) return;
      await (this.#warm ??= warmUp());
      for (const { path, structure } of models) wakeHovers(path, structure);
    } catch (error) {
      this.log(describe(error));
    }
  }

  /** What is tied now; null where nothing is, or not yet. */
  linked(document: vscode.TextDocument): LinkedCode | null {
    const file = codeFileOf(document);
    return (file && this.#entries.get(file.path)?.linked) ?? null;
  }

  /**
   * The places of a document, a notebook's cell among them, in the order of the text, and the model they are of. A file that
   * an open one imports has those too that are made by being imported.
   */
  places(document: vscode.TextDocument): { places: readonly CodePlace[]; model: string } | null {
    const own = this.linked(document);
    const cell = cellOf(document);
    const importer = this.#importer(document.uri.fsPath);
    const model = own?.choice.model ?? importer?.choice.model;
    if (model === undefined) return null;
    const places = own?.link.places.filter((place) => place.cell === cell) ?? [];
    const more = importer?.choice.model === model ? importer.link.definitions.get(document.uri.fsPath) : undefined;
    if (!more || importer === own) return { places, model };
    const known = new Set(places.map(({ line, column }) => `${line}:${column}`));
    const others = more.filter(({ line, column }) => !known.has(`${line}:${column}`));
    return { places: [...places, ...others].sort((a, b) => a.line - b.line || a.column - b.column), model };
  }

  /**
   * Where a document, a notebook's cell among them, makes a layer. None where it is made in another file or cell, though
   * something around it be made here.
   */
  made(document: vscode.TextDocument, layer: Layer): CodePlace[] {
    const file = codeFileOf(document);
    const own = this.linked(document);
    const importer = file && this.#importer(file.path);
    const linked = importer && (!own || own.choice.model === importer.choice.model) ? importer : own;
    if (!file || !linked) return [];
    const cell = cellOf(document);
    const all = [...linked.link.definitions].flatMap(([path, list]) => list.map((place) => ({ ...place, path })));
    return definitionsOfLayer(all, layer).filter((place) => place.path === file.path && place.cell === cell);
  }

  /** An open file that imports the one at this path and knows layers that are made in it. */
  #importer(path: string): LinkedCode | null {
    for (const [importing, { linked }] of this.#entries)
      if (importing !== path && linked?.link.definitions.get(path)?.length) return linked;
    return null;
  }

  /** The open files that are tied to a model, and those that they import layers from. */
  matched(): vscode.Uri[] {
    return [...this.#entries.values()].flatMap(({ linked }) =>
      linked && linked.link.places.length > 0
        ? [linked.uri, ...[...linked.link.definitions.keys()].map((file) => vscode.Uri.file(file))]
        : [],
    );
  }

  /** The layers at a position, looked up. */
  at(document: vscode.TextDocument, position: vscode.Position): { place: CodePlace; known: KnownModel } | null {
    const found = this.places(document);
    const known = found && this.knowledge.get(found.model);
    const place = found && placeAt(found.places, position.line + 1, position.character + 1, cellOf(document));
    if (!known || !place) return null;
    // The text may have been edited since.
    const { line, column, endColumn } = place;
    const range = new vscode.Range(line - 1, column - 1, line - 1, endColumn - 1);
    return document.getText(range) === place.text ? { place, known } : null;
  }

  /** The layers of the first place of a line (from 0) that makes one, else of the first that uses one. */
  onLine(document: vscode.TextDocument, line: number): { place: CodePlace; known: KnownModel } | null {
    const here = this.places(document)?.places.filter((place) => place.line === line + 1) ?? [];
    const first = here.find(({ kind }) => kind === 'definition') ?? here[0];
    return first ? this.at(document, new vscode.Position(line, first.column - 1)) : null;
  }

  /** Ties the document as it is now. */
  async refresh(document: vscode.TextDocument): Promise<LinkedCode | null> {
    const file = codeFileOf(document);
    if (!file) return null;
    const entry = this.#entry(file);
    clearTimeout(entry.timer);
    if (entry.version === file.version) return entry.running ?? entry.linked;
    entry.version = file.version;
    const running = this.#link(file, entry).catch((error: unknown) => {
      this.log(`${file.path}: ${describe(error)}`);
      return null;
    });
    entry.running = running;
    const linked = await running;
    // A later version's link is not replaced by an earlier one's.
    if (entry.running !== running) return entry.running ?? entry.linked;
    entry.running = null;
    const had = entry.linked !== null;
    entry.linked = linked;
    if (linked || had) this.#changed.fire(file.uri);
    for (const uri of importedBy(linked, file)) {
      const imported = this.#entries.get(uri.fsPath);
      const isOther = imported?.choice?.reason !== 'chosen' && imported?.choice?.model !== linked!.choice.model;
      if (imported && isOther) this.#again(uri.fsPath, imported);
      this.#changed.fire(uri);
    }
    return linked;
  }

  /** What is tied in open files to a model. */
  async linkedTo(model: string): Promise<LinkedCode[]> {
    const open = vscode.workspace.textDocuments.filter((document) => codeFileOf(document));
    await Promise.all(open.map((document) => this.refresh(document)));
    return [...this.#entries.values()].flatMap(({ linked }) => (linked?.choice.model === model ? [linked] : []));
  }

  /** Where the file at this path, open or not, and those that it imports make layers of a model; by path. */
  async definitions(path: string, structure: ModelStructure): Promise<CodeLink['definitions']> {
    await loadPython();
    const notebook = vscode.workspace.notebookDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
    const index = notebook ? ofNotebook(notebook).index() : await this.#import(path);
    if (!index) return new Map();
    return linkCode(await readProgram(path, index, (imported) => this.#import(imported)), structure).definitions;
  }

  dispose(): void {
    clearTimeout(this.#ahead);
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  #entry({ path }: CodeFile): Entry {
    const known = this.#entries.get(path);
    if (known) return known;
    const made: Entry = {
      linked: null,
      index: undefined,
      choice: null,
      version: null,
      running: null,
      timer: undefined,
    };
    this.#entries.set(path, made);
    return made;
  }

  #soon(document: vscode.TextDocument, wait: number): void {
    const file = codeFileOf(document);
    if (!file) return;
    const entry = this.#entry(file);
    if (entry.version === file.version) return;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => void this.refresh(document), wait);
  }

  #again(path: string, entry: Entry): void {
    entry.version = null;
    entry.choice = null;
    const document = vscode.workspace.textDocuments.find((open) => codeFileOf(open)?.path === path);
    if (document) this.#soon(document, 0);
  }

  #forget(document: vscode.TextDocument): void {
    const file = codeFileOf(document) ?? { path: document.uri.fsPath };
    const stillOpen = vscode.workspace.textDocuments.some(
      (open) => open !== document && codeFileOf(open)?.path === file.path,
    );
    if (stillOpen) return;
    clearTimeout(this.#entries.get(file.path)?.timer);
    this.#entries.delete(file.path);
  }

  async #link(file: CodeFile, entry: Entry): Promise<LinkedCode | null> {
    if (!(await this.models.any(file.path))) return null;
    // Reading it does what warming up would.
    this.#warm ??= Promise.resolve();
    // Meanwhile; where that fails, it does so again below.
    void loadPython().catch(() => null);
    entry.index = file.index(entry.index);
    const program = await readProgram(file.path, entry.index, (path) => this.#import(path));
    const choice =
      entry.choice ??
      (await this.models.chosen(file.path)) ??
      this.#choiceOfImporter(file.path) ??
      (await this.models.of(program));
    // Models may have come or gone meanwhile: then what was found is linked, and looked for again.
    if (entry.version === file.version) entry.choice = choice;
    const known = choice && (await this.knowledge.load(choice.model));
    await loadPython();
    if (!choice || !known) return null;
    const link = linkCode(program, known.structure);
    const former = entry.linked;
    // A bracket that is open while one types may hide all that follows: what was known is right until it is closed.
    const keeps =
      link.places.length === 0 && former?.structure === known.structure && stillThere(former.link.places, file.text());
    return { link: keeps ? former.link : link, choice, uri: file.uri, structure: known.structure };
  }

  #choiceOfImporter(path: string): ModelChoice | null {
    const importer = this.#importer(path);
    return importer && { model: importer.choice.model, reason: 'imported' };
  }

  /** A file that the code imports: as it is in the editor where it is open, else as it is on disk. */
  async #import(path: string): Promise<PythonIndex | null> {
    const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
    const found = open ? null : await stat(path).catch(() => null);
    if (!open && (!found?.isFile() || found.size > largestCode)) return null;
    const written = open ? -open.version : found!.mtimeMs;
    const known = this.#imported.get(path);
    if (known?.written === written) return known.index;
    const text = open?.getText() ?? (await readFile(path, 'utf8').catch(() => null));
    if (text === null) return null;
    try {
      const index = /\.ipynb$/i.test(path) ? indexNotebook(text, path, known?.index) : indexPython(text, known?.index);
      this.#imported.delete(path);
      this.#imported.set(path, { written, index });
      if (this.#imported.size > mostImported) this.#imported.delete(this.#imported.keys().next().value!);
      return index;
    } catch {
      // Not a notebook, whatever its name says.
      return null;
    }
  }
}
