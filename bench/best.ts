/** The shortest of some runs in milliseconds, after one that is not counted: what other work on the machine disturbs least. */
export async function best(rounds: number, run: () => Promise<unknown>): Promise<number> {
  await run();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
