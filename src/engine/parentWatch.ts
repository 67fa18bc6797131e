import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks. */
const interval = 500;

/**
 * Ends this process soon after its parent ended, even while ONNX Runtime blocks the main thread (where the end of the
 * channel is not heard): a thread of its own looks whether the parent is still there.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  // On POSIX an orphan gets another parent; on Windows it keeps the number of one that is gone.
  const code = `
    const isGone = () => {
      if (process.ppid !== ${parent}) return true;
      try { process.kill(${parent}, 0); return false; } catch (error) { return error.code === 'ESRCH'; }
    };
    setInterval(() => { if (isGone()) process.kill(process.pid, 'SIGKILL'); }, ${interval});`;
  new Worker(code, { eval: true }).unref();
}
