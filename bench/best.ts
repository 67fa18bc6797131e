/**
 * The shortest of some runs in milliseconds, after one that is not counted. With one thread it is the processor's time,
 * which other work on the machine changes least; with more, time on the clock.
 */
export async function best(rounds: number, threads: number, run: () => Promise<unknown>): Promise<number> {
  const now = clock(threads);
  await run();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    const start = now();
    await run();
    least = Math.min(least, now() - start);
  }
  return least;
}

/** In milliseconds. */
export const clock = (threads: number): (() => number) => (threads === 1 ? processorTime : () => performance.now());

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
