import { UserError } from '../shared/userError.js';

/** For the log: a user's error as its sentence, a bug with its stack. */
export function describe(error: unknown): string {
  if (error instanceof UserError && error.code !== 'engine/bug') return `${error.code}: ${error.sentence}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
