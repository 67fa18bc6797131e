import * as vscode from 'vscode';
import type { Layer, ModelStructure } from '../../shared/model.js';
import { fingerprint } from '../fingerprint.js';
import { changeSince } from '../formerCheckpoint.js';
import type { ResultStore } from '../resultStore.js';
import type { Sessions } from '../sessions.js';
import type { KnownModel } from './knownModel.js';
import type { StructureReader } from './structureReader.js';

interface Entry {
  known: KnownModel | null;
  loading: Promise<KnownModel | null> | null;
  /** Whether a session knew more than what is kept. */
  hadSession: boolean;
  outdated: boolean;
}

/**
 * Structures and last results of models, in memory: from open panels, from what is kept on disk, and from the files' own
 * structure. Looking something up takes no time and never starts the engine; what is not there yet is read meanwhile.
 */
export class ModelKnowledge implements vscode.Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #structures = new Map<string, { made: string | null; structure: Promise<ModelStructure | null> }>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #subscriptions: vscode.Disposable[];
  /** Something else is known of the model at this path. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly sessions: Sessions,
    private readonly store: ResultStore,
    private readonly reader: StructureReader,
  ) {
    const files = vscode.workspace.createFileSystemWatcher('**/*.[oO][nN][nN][xX]*');
    // Weights beside it (`net.onnx.data`) are the model's.
    const written = ({ fsPath }: vscode.Uri) => this.#outdate(fsPath.replace(/(\.onnx)[^/\\]*$/i, '$1'));
    this.#subscriptions = [
      this.#changed,
      files,
      files.onDidChange(written),
      files.onDidCreate(written),
      files.onDidDelete(written),
      sessions.onDidChange(() => {
        for (const [model, { hadSession }] of this.#entries)
          if (hadSession || sessions.find(vscode.Uri.file(model))) this.#outdate(model);
      }),
    ];
  }

  /** What is known now. Where that may be out of date, it is read again and `onDidChange` tells. */
  get(model: string): KnownModel | null {
    const entry = this.#entries.get(model);
    if (!entry || entry.outdated) void this.load(model);
    return entry?.known ?? null;
  }

  /** What is known of the model as its file is now; null where it can't be read. */
  load(model: string): Promise<KnownModel | null> {
    let entry = this.#entries.get(model);
    if (!entry) this.#entries.set(model, (entry = { known: null, loading: null, hadSession: false, outdated: true }));
    if (!entry.outdated && !entry.loading) return Promise.resolve(entry.known);
    return (entry.loading ??= this.#load(model, entry).finally(() => (entry.loading = null)));
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
    this.reader.dispose();
  }

  #outdate(model: string): void {
    const entry = this.#entries.get(model);
    if (!entry || entry.outdated) return;
    entry.outdated = true;
    // Status changes come many times a second while work goes on.
    setTimeout(() => void this.load(model), 200);
  }

  /** The model's structure as its file is now; null where it can't be read. */
  async structure(model: string): Promise<ModelStructure | null> {
    const { model: made } = await fingerprint(model, null);
    const read = this.#structures.get(model);
    if (read?.made === made) return read.structure;
    const structure = made === null ? Promise.resolve(null) : this.reader.read(model);
    this.#structures.set(model, { made, structure });
    return structure;
  }

  async #load(model: string, entry: Entry): Promise<KnownModel | null> {
    entry.outdated = false;
    const structure = await this.structure(model);
    const made = this.#structures.get(model)?.made ?? null;
    entry.hadSession = this.sessions.find(vscode.Uri.file(model)) !== null;
    const found = structure && (await this.#results(model, made));
    const known = structure &&
      found && {
        model,
        structure,
        layers: entry.known?.structure === structure ? entry.known.layers : byName(structure),
        ...found,
        revision: [...found.results.values()].reduce((sum, { revision = 0 }) => sum + revision, 0),
      };
    const isNews = !sameKnowledge(known, entry.known);
    entry.known = known;
    if (isNews) this.#changed.fire(model);
    return known;
  }

  async #results(model: string, made: string | null): Promise<Pick<KnownModel, 'results' | 'stale' | 'change'>> {
    const session = this.sessions.find(vscode.Uri.file(model));
    // A session that has not looked yet knows less than what is kept.
    if (session && (session.results.layers.size > 0 || session.status.state === 'working')) {
      const { layers, change, made: madeFrom } = session.results;
      return { results: new Map(layers), stale: madeFrom.model !== made, change };
    }
    const stored = await this.store.load(model);
    if (!stored) return { results: new Map(), stale: false, change: null };
    const results = new Map(stored.layers.map((layer) => [layer.layer.name, layer]));
    const change = changeSince({ former: stored.former ?? null, made: stored.made, layers: results });
    return { results, stale: stored.made.model !== made, change };
  }
}

const byName = ({ layers }: ModelStructure): Map<string, Layer> => new Map(layers.map((layer) => [layer.name, layer]));

function sameKnowledge(a: KnownModel | null, b: KnownModel | null): boolean {
  if (!a || !b) return a === b;
  if (a.structure !== b.structure || a.stale !== b.stale || a.change !== b.change) return false;
  if (a.revision !== b.revision || a.results.size !== b.results.size) return false;
  return [...a.results].every(([name, results]) => b.results.get(name) === results);
}
