import path from 'node:path';
import type { ProbeFile } from '../../shared/probeFile.js';

const mark = 'bundled:';

/**
 * A probe file whose paths into the folder of bundled data are names, `bundled:fashion/pictures`: the folder is another one
 * after each update of the extension, and on each machine.
 */
export const namingBundled = (file: ProbeFile, folder: string): ProbeFile =>
  withPaths(file, (to) => {
    const inside = path.relative(folder, to);
    const isInside = path.isAbsolute(to) && !inside.startsWith('..') && !path.isAbsolute(inside);
    return isInside ? mark + inside.split(path.sep).join('/') : to;
  });

/** The same with such names as paths again. */
export const findingBundled = (file: ProbeFile, folder: string): ProbeFile =>
  withPaths(file, (to) => (to.startsWith(mark) ? path.join(folder, to.slice(mark.length)) : to));

/** Wherever a probe file names files; of states the concepts are expressions. */
function withPaths(file: ProbeFile, change: (to: string) => string): ProbeFile {
  const values = <T>(object: Record<string, T>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(object).map(([key, value]) => [key, typeof value === 'string' ? (change(value) as T) : value]),
    );
  const inputs = file.inputs && { inputs: values(file.inputs) };
  switch (file.kind) {
    case 'states':
      return { ...file, data: change(file.data), ...inputs };
    case 'arrays':
      return { ...file, data: change(file.data), ...(file.concepts && { concepts: change(file.concepts) }), ...inputs };
    case 'images':
      return {
        ...file,
        data: typeof file.data === 'string' ? change(file.data) : file.data.map(change),
        ...(file.concepts && { concepts: values(file.concepts as Record<string, unknown>) }),
        ...inputs,
      };
  }
}
