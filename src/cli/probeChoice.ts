import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ProbeChoice } from '../shared/engineApi.js';

/** A probe file by its name, data by what it is; `bundled:NAME` what comes with Onnxplain, `drawn` inputs drawn by chance. */
export function probeChoice(text: string): ProbeChoice {
  if (!existsSync(text)) {
    const [, bundled] = /^bundled:(.+)$/.exec(text) ?? [];
    if (bundled) return { kind: 'bundled', name: bundled.includes('/') ? bundled : `${bundled}/${bundled}` };
    if (text === 'drawn') return { kind: 'drawn' };
  }
  return { kind: /\.jsonc?$/i.test(text) ? 'file' : 'data', path: path.normalize(text) };
}
