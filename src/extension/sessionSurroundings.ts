import type { ProbeChoice } from '../shared/engineApi.js';
import type { Settings } from '../shared/results.js';

/** What the user's settings and the window say, asked for when it is needed. */
export interface SessionSurroundings {
  settings(): Settings;
  /** The probe set that the user chose for this model; null: the engine's best proposal. */
  probe(): ProbeChoice | null;
  run(): { threads: number | null; provider: string; memory: number };
  folders(): string[];
  trusted(): boolean;
  explainOnOpen(): boolean;
  /** Whether a model that is written again is explained again without being asked. */
  explainOnChange(): boolean;
  log(line: string): void;
}
