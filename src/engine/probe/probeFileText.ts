import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import type { ProbeSet } from './probeSet.js';

/**
 * The probe file that says explicitly what is used, what was assumed as comments: JSON with comments, ready to be saved.
 *
 * @param folder where it will be saved (the model's folder): paths inside it are written relative to it
 */
export function probeFileText(probe: ProbeSet, { folder }: { folder?: string } = {}): string {
  if (!probe.explicit) throw new UserError(`${probe.title}: there is no probe file that says the same`);
  const comments = [probe.title, ...probe.assumptions].map((sentence) => `  // ${sentence.replace(/\s+/g, ' ')}`);
  if (probe.drawn) {
    comments.push('  // Drawn samples lie in no file: put the name of a file with real inputs under "data".');
  }
  const { kind, data, ...rest } = probe.explicit;
  const readable = {
    kind,
    data: probe.drawn ? `${kind}.npy` : relative(data, folder),
    ...rest,
    ...('concepts' in rest ? { concepts: relativeConcepts(rest.concepts, folder) } : {}),
  };
  const body = pretty(readable).split('\n').slice(1).join('\n');
  return `{\n${comments.join('\n')}\n${body}\n`;
}

function relative(value: string | string[], folder: string | undefined): string | string[] {
  if (Array.isArray(value)) return value.map((one) => relative(one, folder) as string);
  if (folder === undefined || !path.isAbsolute(value)) return value;
  const inside = path.relative(folder, value);
  return inside.startsWith('..') || path.isAbsolute(inside) ? value : inside.split(path.sep).join('/') || '.';
}

/** Concepts name files where the samples are arrays or pictures; expressions stay as they are. */
function relativeConcepts(concepts: unknown, folder: string | undefined): unknown {
  if (typeof concepts === 'string') return relative(concepts, folder);
  return Object.fromEntries(
    Object.entries(concepts as Record<string, unknown>).map(([key, value]) => [
      key,
      typeof value === 'string' && path.isAbsolute(value) ? relative(value, folder) : value,
    ]),
  );
}

/** JSON, two spaces; lists that fit stay on one line. */
function pretty(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value, null, 1)?.replace(/\n\s*/g, ' ') ?? 'null';
  if (typeof value !== 'object' || value === null) return flat;
  if (Array.isArray(value)) {
    const short = JSON.stringify(value).replaceAll(',', ', ');
    if (indent !== '' && short.length + indent.length < 100) return short;
    return `[\n${filled(
      value.map((one) => pretty(one, `${indent}  `)),
      `${indent}  `,
    )}\n${indent}]`;
  }
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([key, one]) => `${indent}  ${JSON.stringify(key)}: ${pretty(one, `${indent}  `)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** Entries side by side, as many as a line of 100 characters holds. */
function filled(entries: string[], indent: string): string {
  const lines: string[] = [];
  let line = '';
  entries.forEach((entry, i) => {
    const next = i + 1 < entries.length ? `${entry},` : entry;
    if (line !== '' && indent.length + line.length + next.length >= 100) {
      lines.push(indent + line);
      line = next;
    } else line = line === '' ? next : `${line} ${next}`;
  });
  return [...lines, indent + line].join('\n');
}
