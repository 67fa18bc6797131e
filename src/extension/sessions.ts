import path from 'node:path';
import * as vscode from 'vscode';
import type { ChosenProbes } from './chosenProbes.js';
import { EngineClient } from './engineClient.js';
import { probeFiles } from './fingerprint.js';
import type { ResultStore } from './resultStore.js';
import { describe } from './describe.js';
import { ModelNews } from './modelNews.js';
import { ModelSession } from './session.js';
import { explainOnChange, explainOnOpen, runSettings, searchSettings } from './userSettings.js';

/** A closed panel may be opened again elsewhere; its session waits that long. */
const graceMilliseconds = 10_000;

interface Held {
  session: ModelSession;
  /** Of the model's files. */
  news: ModelNews;
  holders: number;
  end: NodeJS.Timeout | undefined;
  disposables: vscode.Disposable[];
}

/** One session per model file, shared by its panels and ended some seconds after the last of them. */
export class Sessions implements vscode.Disposable {
  readonly #held = new Map<string, Held>();
  readonly #changed = new vscode.EventEmitter<void>();
  /** A session came, went, or has another status. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly store: ResultStore,
    private readonly probes: ChosenProbes,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  all(): ModelSession[] {
    return [...this.#held.values()].map(({ session }) => session);
  }

  find(model: vscode.Uri): ModelSession | null {
    return this.#held.get(model.fsPath)?.session ?? null;
  }

  /** The model's session, until the returned disposable is disposed. */
  hold(model: vscode.Uri): { session: ModelSession; release: vscode.Disposable } {
    const held = this.#held.get(model.fsPath) ?? this.#start(model);
    held.holders += 1;
    clearTimeout(held.end);
    let released = false;
    const release = new vscode.Disposable(() => {
      if (released) return;
      released = true;
      held.holders -= 1;
      if (held.holders === 0) held.end = setTimeout(() => void this.#drop(held), graceMilliseconds);
    });
    return { session: held.session, release };
  }

  /** Looks at the files that the labels were made from, where nobody may have said that they changed. */
  look(session: ModelSession): void {
    const held = this.#held.get(session.model);
    if (held?.session !== session) return;
    const look = async () => (await held.news.look()) || session.otherwiseChanged();
    look().catch((error) => this.log.error(`${session.name}: ${describe(error)}`));
  }

  /** Ends all engines; called when the window closes, where each second counts. */
  async end(): Promise<void> {
    await Promise.all([...this.#held.values()].map((held) => this.#drop(held)));
  }

  dispose(): void {
    void this.end();
    this.#changed.dispose();
  }

  #start(model: vscode.Uri): Held {
    const file = model.fsPath;
    const name = path.basename(file);
    const log = (line: string) => this.log.info(`[${name}] ${line}`);
    const engine = new EngineClient({
      entry: this.context.asAbsolutePath(path.join('dist', 'engine.js')),
      log,
      memoryCeiling: () => runSettings().memory * 2 ** 20,
    });
    const session = new ModelSession(file, engine, this.store, {
      settings: searchSettings,
      probe: () => this.probes.get(file),
      run: runSettings,
      folders: () => (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
      trusted: () => vscode.workspace.isTrusted,
      explainOnOpen,
      explainOnChange,
      log,
    });
    session.onEvent((event) => {
      if (event === 'status') this.#changed.fire();
    });
    const news = new ModelNews(file, () => session.fileChanged().catch((error) => log(describe(error))));
    const held: Held = { session, news, holders: 0, end: undefined, disposables: [news, watch(model, news)] };
    held.disposables.push(vscode.workspace.onDidGrantWorkspaceTrust(() => void session.trustGranted()));
    const compare = () => session.otherwiseChanged().catch((error) => log(describe(error)));
    held.disposables.push(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('onnxplain')) void compare();
      }),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (probeFiles(session.results.probe).includes(uri.fsPath)) void compare();
      }),
      // Training ran in a terminal elsewhere, or this window slept.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.look(session);
      }),
    );
    this.#held.set(file, held);
    this.#changed.fire();
    return held;
  }

  async #drop(held: Held): Promise<void> {
    // A panel may let go of a session that has ended already, when its model has another one.
    const { model } = held.session;
    if (this.#held.get(model) !== held) return;
    this.#held.delete(model);
    clearTimeout(held.end);
    vscode.Disposable.from(...held.disposables).dispose();
    await held.session.dispose();
    this.#changed.fire();
  }
}

function watch(model: vscode.Uri, { watched }: ModelNews): vscode.Disposable {
  const folder = vscode.Uri.joinPath(model, '..');
  // The model itself and the weights beside it; brackets and braces in its name are no pattern.
  const pattern = `${path.basename(model.fsPath).replace(/[[\]{}*?]/g, '?')}*`;
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, pattern));
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(watched),
    watcher.onDidCreate(watched),
    watcher.onDidDelete(watched),
  );
}
