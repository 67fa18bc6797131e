import os from 'node:os';
import path from 'node:path';
import picomatch from 'picomatch';
import * as vscode from 'vscode';
import type { ProbeChoice } from '../shared/engineApi.js';
import { defaultSettings, type Settings } from '../shared/results.js';
import { isThreshold } from './callFields.js';

const section = () => vscode.workspace.getConfiguration('onnxplain');

/** The search settings; a value that the settings editor would refuse counts as the default. */
export function searchSettings(): Settings {
  const settings = section();
  const whole = (name: string, low: number, high: number, otherwise: number) => {
    const value = settings.get<number>(name, otherwise);
    return Number.isInteger(value) && value >= low && value <= high ? value : otherwise;
  };
  const search = settings.get<string>('search.method');
  const shuffles = whole('search.shuffles', 1, 1000, 1);
  const threshold = settings.get<string>('threshold', defaultSettings.threshold);
  return {
    threshold: isThreshold(threshold) ? threshold : defaultSettings.threshold,
    search: search === 'beam' || search === 'single' ? search : 'optimal',
    maxLength: whole('search.maxLength', 1, 10, defaultSettings.maxLength),
    beam: whole('search.beam', 1, 1000, defaultSettings.beam),
    minActive: whole('minActive', 1, Number.MAX_SAFE_INTEGER, defaultSettings.minActive),
    seed: defaultSettings.seed,
    ...(shuffles > 1 && { shuffles }),
  };
}

/** How the engine works: threads (null: as many as it thinks right), execution provider, memory ceiling in MB. */
export function runSettings(): { threads: number | null; provider: string; memory: number } {
  const settings = section();
  const threads = settings.get<number>('threads', 0);
  const memory = settings.get<number>('memoryLimit', 0);
  return {
    threads: threads > 0 ? Math.min(threads, 256) : null,
    provider: settings.get<string>('executionProvider', 'cpu'),
    memory: memory > 0 ? memory : Math.round(os.totalmem() / 2 / 2 ** 20),
  };
}

export const explainOnOpen = (): boolean => section().get('explainOnOpen', true);
export const explainOnChange = (): boolean => section().get('explainOnChange', false);

/**
 * The probe set that `onnxplain.probeSets` names for a model: the first key that is the model's path or a pattern that
 * matches it, either absolute or relative to its workspace folder.
 */
export function probeSetting(model: string): ProbeChoice | null {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(model))?.uri.fsPath ?? path.dirname(model);
  const probe = probeFor(model, folder, section().get<Record<string, unknown>>('probeSets', {}));
  return probe === null ? null : probeAt(probe);
}

/** The path in `sets` for this model, made absolute from the folder; null where no key fits. */
export function probeFor(model: string, folder: string, sets: Record<string, unknown>): string | null {
  const slashes = (file: string) => file.replaceAll('\\', '/');
  const names = [slashes(model), slashes(path.relative(folder, model))];
  for (const [pattern, probe] of Object.entries(sets)) {
    if (typeof probe !== 'string' || probe === '') continue;
    const wanted = slashes(pattern.replace(/^\.[\\/]/, ''));
    if (names.includes(wanted) || names.some((name) => picomatch.isMatch(name, wanted, { dot: true })))
      return path.resolve(folder, probe.replaceAll('${workspaceFolder}', folder));
  }
  return null;
}

/** A probe file, or data without one. */
export const probeAt = (file: string): ProbeChoice => ({ kind: /\.jsonc?$/i.test(file) ? 'file' : 'data', path: file });
