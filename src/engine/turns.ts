import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work after which other events get their turn: a request to stop among them. */
const turn = 30;

/**
 * What is awaited in the midst of long work: it gives other events their turn where that is due, and throws the signal's reason
 * once it is aborted.
 */
export function takingTurns(signal?: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since > turn) {
      await setImmediate();
      since = performance.now();
    }
    signal?.throwIfAborted();
  };
}
