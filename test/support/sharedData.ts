import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Context } from 'mocha';

export const projectRoot = path.resolve(import.meta.dirname, '../..');

/** A larger collection of models and pictures may lie beside the project; tests that use it skip without it. */
const beside = path.resolve(projectRoot, '../shared/data');

/** Path inside that collection; skips the running test, saying so, where the collection is absent. */
export function sharedData(test: Context, ...parts: string[]): string {
  const file = path.join(beside, ...parts);
  if (!existsSync(beside)) {
    test.skip();
  }
  return file;
}

export const hasSharedData = existsSync(beside);
