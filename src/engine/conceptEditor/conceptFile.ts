import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { applyEdits, findNodeAtLocation, modify, parseTree, type JSONPath } from 'jsonc-parser';
import type { ConceptDraft, ConceptFile } from '../../shared/concepts.js';
import { UserError } from '../../shared/userError.js';
import { encodeNpy, parseProbeFile, probeFileText, type ProbeSet } from '../probe/index.js';
import { draftConcepts } from './checkConcept.js';
import { conceptList, ownConcepts } from './conceptList.js';
import { withNewNames } from './withNewNames.js';

const formattingOptions = { insertSpaces: true, tabSize: 2 };

/**
 * The probe file with a draft's concepts: the file in use, with its comments and its order, or a new one that says what is
 * assumed. Only what the draft changes is written: concepts that only the file's text knows stay as they are.
 *
 * @param target where a new file will be saved
 * @param text   of the file in use, where an editor has it otherwise than it is on disk
 * @throws UserError where two concepts have one name, a name is empty, an expression is wrong, or the text can't be read
 */
export async function conceptFile(
  probe: ProbeSet,
  asked: readonly ConceptDraft[],
  target: string,
  signal: AbortSignal,
  text?: string,
): Promise<ConceptFile> {
  let draft = withNewNames(asked);
  checkNames(draft);
  draftConcepts(probe, await ownConcepts(probe, signal), draft);
  const { file, concepts: before, kind } = await conceptList(probe, signal);
  const folder = path.dirname(file ?? target);
  const editor = new Editor(
    file === null ? probeFileText(probe, { folder }) : (text ?? (await readFile(file, 'utf8'))),
  );
  // What can't be read can't be changed with care.
  if (text !== undefined && file !== null) parseProbeFile(text, file);
  const notes: string[] = [];
  let data: ConceptFile['data'] = null;
  if (probe.bundled) notes.push('Its samples are those that come with Onnxplain.');
  if (probe.drawn) {
    const beside = `${path.basename(target).replace(/\.probe\.json$/, '')}.${kind}.npy`;
    editor.set(['data'], beside);
    if (kind === 'states') editor.set(['columns'], probe.columns);
    data = { path: path.join(folder, beside), bytes: await drawnData(probe) };
  }

  const isByDefault = kind === 'states' && editor.get(['discretize']) === undefined && !editor.has(['concepts']);
  if (isByDefault && draft.some(({ form }) => form === 'expression')) {
    draft = written(draft, notes);
    editor.set(['rename'], undefined);
  }
  const kept = new Map(draft.flatMap((one) => (one.key === null ? [] : [[one.key, one]])));
  for (const { key, form } of before) {
    const one = kept.get(key);
    // One that the draft does not know came into the file since.
    if (!one) continue;
    if (form === 'measured') {
      if (one.form === 'measured') editor.rename(key, one.name, editor.has(['concepts', key]));
      continue;
    }
    const at = placeOf(form);
    if (one.removed) editor.remove([at, key]);
    else if (one.name !== key) editor.renameKey([at, key], one.name);
  }
  const was = new Map(before.map((one) => [one.key, one]));
  for (const { key, name, form, text, removed } of draft) {
    if (removed || form === 'measured' || text === null) continue;
    const own = key === null ? undefined : was.get(key);
    if (own && own.form === form && own.text === text) continue;
    const there = editor.get([placeOf(form), name]);
    if (there === text) continue;
    if (!own) refuseTaken(editor, name, path.basename(file ?? target));
    editor.set([placeOf(form), name], text);
  }
  const left = (list: readonly ConceptDraft[]): string[] =>
    list.filter(({ form, removed }) => removed && form === 'measured').map(({ name }) => name);
  editor.removed(left(before), left(draft));
  parseProbeFile(editor.text, file ?? target);
  return { text: editor.text, file, data, notes };
}

const placeOf = (form: 'expression' | 'derived'): 'concepts' | 'derived' =>
  form === 'expression' ? 'concepts' : 'derived';

/** A concept may stand in the file that the list does not have: it was written there since, or holds where another one does. */
function refuseTaken(editor: Editor, name: string, file: string): void {
  if (editor.get(['concepts', name]) === undefined && editor.get(['derived', name]) === undefined) return;
  throw new UserError(`${file} has a concept called "${name}" already`, {
    hint: 'give the new one another name, or change the one in the file',
    code: 'concept/name',
  });
}

function checkNames(draft: readonly ConceptDraft[]): void {
  const seen = new Set<string>();
  for (const { name, form, removed } of draft) {
    if (removed && form !== 'measured') continue;
    if (name.trim() === '') throw new UserError('a concept has no name', { hint: 'give it one', code: 'concept/name' });
    if (name.includes('`')) {
      throw new UserError(`the name "${name}" holds a backtick`, {
        hint: 'backticks stand around names in expressions',
        code: 'concept/name',
      });
    }
    if (seen.has(name)) {
      throw new UserError(`two concepts are called "${name}"`, {
        hint: 'give one of them another name',
        code: 'concept/name',
      });
    }
    seen.add(name);
  }
}

/**
 * Concepts that are made from columns by default are made no longer where the file names others: so they are written out.
 * Those of columns of words have no expression.
 */
function written(draft: readonly ConceptDraft[], notes: string[]): ConceptDraft[] {
  const lost: string[] = [];
  const out = draft.flatMap((one): ConceptDraft[] => {
    if (one.form !== 'measured') return [one];
    if (one.text !== null) return one.removed ? [] : [{ ...one, key: null, form: 'expression' }];
    if (!one.removed) lost.push(one.name);
    return [];
  });
  if (lost.length > 0) {
    const more = lost.length > 5 ? ` and ${lost.length - 5} more` : '';
    notes.push(
      `No expression says what these mean, so they are not in the file: ${lost.slice(0, 5).join(', ')}${more}.`,
    );
  }
  return out;
}

/** The drawn samples as an array. */
async function drawnData(probe: ProbeSet): Promise<Uint8Array> {
  const { data, dims } = (await probe.batch(0, probe.samples))[probe.input];
  const shape = probe.kind === 'states' ? [probe.samples, probe.columns.length] : [...dims];
  return encodeNpy(Float32Array.from(data as Float32Array, Number), shape);
}

/** Changes JSON in its text, so that comments and order stay. */
class Editor {
  text: string;

  constructor(text: string) {
    this.text = text.replace(/^\uFEFF/, '');
  }

  get(at: JSONPath): unknown {
    const tree = parseTree(this.text, [], { allowTrailingComma: true });
    return tree && findNodeAtLocation(tree, at)?.value;
  }

  /** Whether there is an object at this place that holds something. */
  has(at: JSONPath): boolean {
    const tree = parseTree(this.text, [], { allowTrailingComma: true });
    const node = tree && findNodeAtLocation(tree, at);
    return node !== undefined && (node.type !== 'object' || (node.children?.length ?? 0) > 0);
  }

  set(at: JSONPath, value: unknown): void {
    this.text = applyEdits(this.text, modify(this.text, at, value, { formattingOptions }));
  }

  remove(at: JSONPath): void {
    if (!this.has(at.slice(0, -1))) return;
    this.set(at, undefined);
    if (!this.has(at.slice(0, -1)) && at.length > 1) this.set(at.slice(0, -1), undefined);
  }

  renameKey(at: JSONPath, name: string): void {
    const tree = parseTree(this.text, [], { allowTrailingComma: true });
    const key = tree && findNodeAtLocation(tree, at)?.parent?.children?.[0];
    if (key)
      this.text = applyEdits(this.text, [{ offset: key.offset, length: key.length, content: JSON.stringify(name) }]);
  }

  /** Of a measured concept that is called `now` so far. */
  rename(now: string, name: string, isExpression: boolean): void {
    if (now === name || isExpression) return;
    const renames = Object.entries(this.#object('rename')).find(([, to]) => to === now);
    const own = renames?.[0] ?? now;
    if (own === name) this.remove(['rename', own]);
    else this.set(['rename', own], name);
  }

  /** Concepts that labels were made without, and those that they are to be made without now. */
  removed(before: readonly string[], now: readonly string[]): void {
    const listed = this.#list('remove');
    const names = [
      ...listed.filter((name) => now.includes(name) || !before.includes(name)),
      ...now.filter((name) => !before.includes(name) && !listed.includes(name)),
    ];
    if (JSON.stringify(names) === JSON.stringify(listed)) return;
    this.set(['remove'], names.length === 0 ? undefined : names);
  }

  #object(key: string): Record<string, string> {
    const tree = parseTree(this.text, [], { allowTrailingComma: true });
    const node = tree && findNodeAtLocation(tree, [key]);
    return Object.fromEntries((node?.children ?? []).map(({ children }) => [children![0].value, children![1].value]));
  }

  #list(key: string): string[] {
    const tree = parseTree(this.text, [], { allowTrailingComma: true });
    return (tree && findNodeAtLocation(tree, [key])?.children?.map(({ value }) => value as string)) ?? [];
  }
}
