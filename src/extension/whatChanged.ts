import type { Settings } from '../shared/results.js';
import type { Fingerprint } from './fingerprint.js';

/** What labels depend on. */
export interface Origin {
  files: Fingerprint;
  settings: Settings;
}

/** Why labels are not those that an explanation would give now, as the beginning of a sentence; null where they are. */
export function whatChanged(model: string, then: Origin, now: Origin): string | null {
  if (then.files.model !== now.files.model) return `${model} changed on disk`;
  if (then.files.probe !== null && then.files.probe !== now.files.probe) return 'The probe set changed on disk';
  const keys = Object.keys(now.settings) as (keyof Settings)[];
  return keys.some((key) => then.settings[key] !== now.settings[key]) ? 'The settings of the search changed' : null;
}
