import type { ProbeChoice } from '../shared/engineApi.js';
import type { MapCall } from '../shared/panelProtocol.js';
import type { ConceptDraft } from '../shared/concepts.js';
import { defaultSettings, type Settings } from '../shared/results.js';
import { UserError } from '../shared/userError.js';

/** The longest name or path that a page may send. */
const longest = 10_000;
const mostConcepts = 20_000;

/** The parameters of a page's call, read one by one: each is what the protocol says, or the call is refused. */
export class CallFields {
  readonly #fields: Record<string, unknown>;

  constructor(
    params: unknown,
    private readonly method: string,
  ) {
    if (!isRecord(params)) throw this.#refusal('parameters', 'an object');
    this.#fields = params;
  }

  text(name: string, limit = longest): string {
    const value = this.#fields[name];
    if (typeof value !== 'string' || value.length > limit) throw this.#refusal(name, 'a text');
    return value;
  }

  textOrNull(name: string): string | null {
    return this.#fields[name] == null ? null : this.text(name);
  }

  /** A whole number from 0 (or `from`) to `to`. */
  index(name: string, { from = 0, to = Number.MAX_SAFE_INTEGER } = {}): number {
    const value = this.#fields[name];
    if (!Number.isInteger(value) || (value as number) < from || (value as number) > to)
      throw this.#refusal(name, `a whole number from ${from} to ${to}`);
    return value as number;
  }

  indexOrNull(name: string, limits?: { from?: number; to?: number }): number | null {
    return this.#fields[name] == null ? null : this.index(name, limits);
  }

  texts(name: string): string[] {
    const value = this.#fields[name];
    if (!Array.isArray(value) || !value.every((text) => typeof text === 'string' && text.length <= longest))
      throw this.#refusal(name, 'a list of texts');
    return value as string[];
  }

  oneOf<T extends string>(name: string, words: readonly T[]): T {
    const value = this.#fields[name];
    if (!words.includes(value as T)) throw this.#refusal(name, words.join(' or '));
    return value as T;
  }

  severalOf<T extends string>(name: string, words: readonly T[]): T[] {
    const value = this.#fields[name];
    if (!Array.isArray(value) || !value.every((word) => words.includes(word as T)))
      throw this.#refusal(name, `a list of ${words.join(', ')}`);
    return [...new Set(value as T[])];
  }

  /** Concepts as they are to be, each with its fields. */
  conceptDraft(name: string): ConceptDraft[] {
    const value = this.#fields[name];
    if (!Array.isArray(value) || value.length > mostConcepts) throw this.#refusal(name, 'a list of concepts');
    return value.map((entry) => {
      const fields = new CallFields(entry, this.method);
      return {
        key: fields.#fields.key == null ? null : fields.text('key'),
        name: fields.text('name'),
        form: fields.oneOf('form', ['expression', 'derived', 'measured']),
        text: fields.#fields.text == null ? null : fields.text('text'),
        removed: fields.#fields.removed === true,
      };
    });
  }

  textsOrNull(name: string): string[] | null {
    return this.#fields[name] == null ? null : this.texts(name);
  }

  bytes(name: string, limit: number): Uint8Array {
    const value = this.#fields[name];
    if (!(value instanceof Uint8Array) || value.byteLength > limit)
      throw this.#refusal(name, `at most ${limit / 2 ** 20} MB of bytes`);
    return value;
  }

  probeOrNull(name: string): ProbeChoice | null {
    const value = this.#fields[name];
    if (value == null) return null;
    if (isRecord(value)) {
      const { kind, path, name: bundled } = value;
      if ((kind === 'file' || kind === 'data') && typeof path === 'string') return { kind, path };
      if (kind === 'bundled' && typeof bundled === 'string') return { kind, name: bundled };
      if (kind === 'drawn') return { kind };
    }
    throw this.#refusal(name, 'a choice of a probe set');
  }

  settingsOrNull(name: string): Settings | null {
    const value = this.#fields[name];
    if (value == null) return null;
    const fields = new CallFields(value, this.method);
    const search = fields.text('search');
    if (search !== 'beam' && search !== 'optimal' && search !== 'single')
      throw this.#refusal('search', 'beam, optimal or single');
    const shuffles = fields.indexOrNull('shuffles', { from: 1, to: 1000 });
    const threshold = fields.text('threshold', 100);
    if (!isThreshold(threshold)) throw this.#refusal('threshold', thresholdForms);
    return {
      threshold,
      search,
      maxLength: fields.index('maxLength', { from: 1, to: 10 }),
      beam: fields.index('beam', { from: 1, to: 1000 }),
      minActive: fields.index('minActive', { from: 1 }),
      seed: fields.indexOrNull('seed') ?? defaultSettings.seed,
      ...(shuffles !== null && { shuffles }),
    };
  }

  /** Absent is false. */
  flag(name: string): boolean {
    const value = this.#fields[name] ?? false;
    if (typeof value !== 'boolean') throw this.#refusal(name, 'true or false');
    return value;
  }

  region(name: string): MapCall['region'] {
    const value = this.#fields[name] ?? 'predicted';
    if (isRecord(value)) {
      const rectangle = new CallFields(value, this.method);
      return {
        x: rectangle.index('x'),
        y: rectangle.index('y'),
        width: rectangle.index('width', { from: 1 }),
        height: rectangle.index('height', { from: 1 }),
      };
    }
    if (value !== 'predicted' && value !== 'all') throw this.#refusal(name, 'predicted, all or a rectangle');
    return value;
  }

  mapInput(name: string): MapCall['input'] {
    const fields = new CallFields(this.#fields[name], this.method);
    const kind = fields.text('kind');
    if (kind === 'sample') return { kind, sample: fields.index('sample') };
    if (kind === 'file') return { kind, path: fields.text('path') };
    throw this.#refusal(name, 'a sample or a file');
  }

  #refusal(name: string, wanted: string): UserError {
    return new UserError(`${this.method}: ${name} is not ${wanted}`, { code: 'panel/bad-call' });
  }
}

export const thresholdForms = '"auto", "quantile:" and a number between 0 and 1, or "value:" and a number';

/** As the command line's `--threshold`. */
export function isThreshold(text: string): boolean {
  if (text === 'auto') return true;
  const [, kind, digits] = /^(quantile|value):(.+)$/.exec(text) ?? [];
  if (!kind || digits.trim() === '') return false;
  const number = Number(digits);
  return Number.isFinite(number) && (kind === 'value' || (number > 0 && number < 1));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
