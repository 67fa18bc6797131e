import type { Kernel, ProfiledRun } from './profile.js';

/**
 * What a run takes when nothing disturbs it: the mean over the runs between the quartiles of their whole duration (the
 * interquartile mean). Medians node by node would be as robust, but need not add up to a run; these do.
 *
 * @param runs at least one
 */
export function typicalRun(runs: readonly ProfiledRun[]): ProfiledRun {
  const byDuration = [...runs].sort((a, b) => a.microseconds - b.microseconds);
  const aside = Math.floor(byDuration.length / 4);
  const kept = byDuration.slice(aside, byDuration.length - aside);
  const kernels = new Map<string, Kernel>();
  for (const kernel of kept.flatMap((run) => run.kernels)) {
    const key = `${kernel.index} ${kernel.node}`;
    const microseconds = (kernels.get(key)?.microseconds ?? 0) + kernel.microseconds / kept.length;
    kernels.set(key, { ...kernel, microseconds });
  }
  return {
    microseconds: kept.reduce((sum, run) => sum + run.microseconds, 0) / kept.length,
    kernels: [...kernels.values()],
  };
}
