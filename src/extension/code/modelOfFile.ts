import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  loadPython,
  type ModelCandidate,
  type ModelEvidence,
  modelOfFile,
  type PythonProgram,
} from '../../source/index.js';
import { workspaceFiles } from '../workspaceFiles.js';
import type { ModelKnowledge } from './modelKnowledge.js';

/** Models looked into for one file of code, the nearest first. */
const mostCandidates = 16;

export interface ModelChoice {
  model: string;
  reason: ModelEvidence | 'chosen' | 'imported';
}

/** Which model belongs to a file of code: the user's choice, remembered with the workspace, or what the files say. */
export class ModelOfFile implements vscode.Disposable {
  #models: Promise<string[]> | null = null;
  readonly #changed = new vscode.EventEmitter<string | null>();
  readonly #subscriptions: vscode.Disposable[];
  /** The user chose for the file at this path; null: models came or went, for any file. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly memento: vscode.Memento,
    private readonly knowledge: ModelKnowledge,
  ) {
    const files = vscode.workspace.createFileSystemWatcher('**/*.[oO][nN][nN][xX]', false, true, false);
    const listAgain = () => {
      this.#models = null;
      this.#changed.fire(null);
    };
    const folders = vscode.workspace.onDidChangeWorkspaceFolders(listAgain);
    this.#subscriptions = [this.#changed, files, files.onDidCreate(listAgain), files.onDidDelete(listAgain), folders];
  }

  /** The workspace's models, nearest to the file first, the newest of a folder first. */
  async models(file: string): Promise<string[]> {
    const folder = path.dirname(file);
    const all = await this.#all();
    const steps = (model: string) => path.relative(folder, path.dirname(model)).split(path.sep).filter(Boolean).length;
    const near = all.map((model) => ({ model, steps: steps(model) })).sort((a, b) => a.steps - b.steps);
    const aged = await Promise.all(
      near
        .slice(0, 200)
        .map(async (entry) => ({ ...entry, written: (await stat(entry.model).catch(() => null))?.mtimeMs ?? 0 })),
    );
    aged.sort((a, b) => a.steps - b.steps || b.written - a.written);
    return aged.map(({ model }) => model);
  }

  #all(): Promise<string[]> {
    return (this.#models ??= workspaceFiles('onnx').then((found) => found.map(({ fsPath }) => fsPath)));
  }

  /** Whether there is any model that a file could belong to. */
  async any(file: string): Promise<boolean> {
    const chosen = this.memento.get<string>(this.#key(file));
    return chosen !== '' && (chosen !== undefined || (await this.#all()).length > 0);
  }

  /** Reads the structures of some models before anyone asks. */
  async readAhead(): Promise<ModelCandidate[]> {
    const [first] = await this.#all();
    return first === undefined ? [] : this.#read((await this.models(first)).slice(0, mostCandidates));
  }

  /** Those of the models that can be read. */
  async #read(models: readonly string[]): Promise<ModelCandidate[]> {
    const read = models.map(async (model) => ({ path: model, structure: await this.knowledge.structure(model) }));
    return (await Promise.all(read)).filter((candidate): candidate is ModelCandidate => candidate.structure !== null);
  }

  /** What the user chose for the file at this path, as long as it is there. */
  async chosen(file: string): Promise<ModelChoice | null> {
    const model = this.memento.get<string>(this.#key(file));
    return model && (await this.knowledge.structure(model)) ? { model, reason: 'chosen' } : null;
  }

  async of(program: PythonProgram): Promise<ModelChoice | null> {
    const { file } = program;
    const models = await this.models(file);
    // What the code names is looked into even if others lie nearer.
    const text = program.files.get(file)?.cells.join('\n') ?? '';
    const isNamed = (model: string) => Number(text.includes(path.basename(model)));
    const nearest = [...models].sort((a, b) => isNamed(b) - isNamed(a)).slice(0, mostCandidates);
    const candidates = await this.#read(nearest);
    await loadPython();
    const found = modelOfFile(program, candidates);
    return found && { model: found.model, reason: found.evidence };
  }

  /** @param model null: none, and none is looked for; undefined: what the files say */
  async choose(file: string, model: string | null | undefined): Promise<void> {
    await this.memento.update(this.#key(file), model === null ? '' : model);
    this.#changed.fire(file);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }

  readonly #key = (file: string): string => `code:${file}`;
}
