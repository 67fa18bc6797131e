import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ProbeSummary } from '../shared/engineApi.js';

/** What tells one version of the files behind a result from the next, without reading them. */
export interface Fingerprint {
  /** Of the model and the weight files beside it (`model.onnx.data`, `model.onnx_data`); null where it is not there. */
  model: string | null;
  /** Of the probe file, and of the file or folder that holds the samples; null where there are none. */
  probe: string | null;
}

export async function fingerprint(model: string, probe: ProbeSummary | null): Promise<Fingerprint> {
  const files = await Promise.all(probeFiles(probe).map(facts));
  return { model: await ofModel(model), probe: files.filter((part) => part !== null).join('\n') || null };
}

/** Whether no file is another one since. */
export const sameFiles = (a: Fingerprint, b: Fingerprint): boolean => a.model === b.model && a.probe === b.probe;

/** What a probe set was read from, as far as it is files that someone may edit. */
export const probeFiles = (probe: ProbeSummary | null): string[] =>
  probe === null
    ? []
    : [probe.choice.kind === 'file' ? probe.choice.path : null, probe.path].filter((file) => file !== null);

async function ofModel(model: string): Promise<string | null> {
  const own = await facts(model);
  if (!own) return null;
  const folder = path.dirname(model);
  const name = path.basename(model);
  const beside = (await readdir(folder).catch(() => [])).filter((file) => file !== name && file.startsWith(name));
  const weights = await Promise.all(beside.sort().map((file) => facts(path.join(folder, file))));
  return [own, ...weights].filter((part) => part !== null).join('\n');
}

async function facts(file: string): Promise<string | null> {
  const found = await stat(file).catch(() => null);
  return found && `${path.basename(file)} ${found.size} ${found.mtimeMs}`;
}
