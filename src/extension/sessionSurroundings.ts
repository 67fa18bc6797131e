import type { ProbeChoice } from '../shared/engineApi.js';
import type { PanelEvent } from '../shared/panelProtocol.js';
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

/** What an explanation is to be made with; what is null or absent stays as it is. */
export interface ExplainChange {
  probe?: ProbeChoice | null;
  layers?: string[] | null;
  settings?: Settings | null;
}

/** Which of the page's events is due, and for `rows` of which layers; the listener asks the session for the rest. */
export type SessionListener = (event: PanelEvent['event'], layers: readonly string[]) => void;
