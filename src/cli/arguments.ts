import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UserError } from '../shared/userError.js';
import { parseThreshold } from '../engine/unit/index.js';
import { UsageError } from './usage.js';

export const commonOptions = {
  quiet: { type: 'boolean' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

/** As util.parseArgs, strictly, with its complaints as usage errors. */
export function parseCommand<T extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: string[],
  options: T,
) {
  try {
    return parseArgs({ args, options: { ...commonOptions, ...options }, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0], command);
  }
}

/** A whole number of at least `least`, or `fallback` where the option is absent. */
export function wholeNumber<F>(
  command: string,
  option: string,
  text: string | undefined,
  least: number,
  fallback: F,
): number | F {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`--${option} wants a whole number of at least ${least}, got "${text}"`, command);
  }
  return value;
}

/** `0,5,7-12` as numbers in increasing order, each once. */
export function unitList(command: string, text: string | undefined): number[] | null {
  if (text === undefined) return null;
  const units = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(part);
    if (!match || Number(match[2] ?? match[1]) < Number(match[1]) || Number(match[2] ?? match[1]) > 1e7) {
      throw new UsageError(`--units wants numbers and ranges such as 0,5,7-12, got "${part}"`, command);
    }
    for (let unit = Number(match[1]); unit <= Number(match[2] ?? match[1]); unit++) units.add(unit);
  }
  return [...units].sort((a, b) => a - b);
}

export function oneOf<T extends string>(
  command: string,
  option: string,
  text: string | undefined,
  choices: readonly T[],
  fallback: T,
): T {
  if (text === undefined) return fallback;
  if (!(choices as readonly string[]).includes(text)) {
    throw new UsageError(`--${option} is one of ${choices.join(', ')}, got "${text}"`, command);
  }
  return text as T;
}

/** `auto`, `quantile:0.005` or `value:0`, as it was written. */
export function thresholdRule(command: string, text: string | undefined, fallback: string): string {
  if (text === undefined) return fallback;
  try {
    parseThreshold(text);
    return text;
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(`--${error.sentence}`, command);
    throw error;
  }
}

/** A finite number of at least `least`, or `fallback` where the option is absent. */
export function number(
  command: string,
  option: string,
  text: string | undefined,
  least: number,
  fallback: number,
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least)
    throw new UsageError(`--${option} wants a number of at least ${least}, got "${text}"`, command);
  return value;
}
