import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Timings } from '../../shared/engineApi.js';
import { UserError } from '../../shared/userError.js';
import type { OnnxModel } from '../onnx/model.js';
import type { ProbeSet } from '../probe/index.js';
import { filledBatch, fixedBatchOf, openSession } from '../runtime/index.js';
import { layerTimes } from './layerTimes.js';
import { type Profile, readProfile } from './profile.js';
import { typicalRun } from './typicalRun.js';

/** Runs that are not counted: the first ones allocate and fill caches. */
const warmRuns = 2;
const mostRuns = 30;
/** A slow model is measured fewer times, but at least once after it is warm. */
const budgetMilliseconds = 4000;

/**
 * How long the layers take on one sample, by ONNX Runtime's own profiler: the model as it runs, optimised and without
 * further outputs. Blocks the thread while it measures.
 *
 * @throws UserError where the model cannot run on the probe set, or nothing could be recorded; the signal's reason where
 *   it aborts
 */
export async function timings(
  model: OnnxModel,
  probe: ProbeSet,
  { threads, provider }: { threads: number | null; provider: string },
  signal?: AbortSignal,
): Promise<Timings> {
  const folder = await profileFolder();
  try {
    const session = await openSession(model, { outputs: [], threads, provider, profile: path.join(folder, 'run') });
    let batch: number;
    try {
      const fixed = fixedBatchOf(session, probe.input);
      batch = fixed ?? 1;
      if (session.outputs.length === 0)
        throw new UserError(`${session.model}: gives no tensor, so that its run can't be timed`, {
          hint: 'export the model with a tensor as an output',
          code: 'model/not-a-tensor',
        });
      const own = Math.min(batch, probe.samples);
      const feeds = filledBatch(await probe.batch(0, own), session, own, batch);
      let started = 0;
      for (let run = 0; run < warmRuns + mostRuns; run++) {
        // So that a cancellation can arrive: a run blocks this thread.
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        if (run === warmRuns) started = performance.now();
        if (run > warmRuns && performance.now() - started > budgetMilliseconds) break;
        await session.run(feeds, session.outputs);
      }
      session.endProfiling();
    } finally {
      await session.release();
    }
    const [file] = await readdir(folder);
    const profile: Profile = file ? await readProfile(path.join(folder, file)) : { runs: [], threads: 1 };
    const runs = profile.runs.slice(warmRuns);
    if (runs.length === 0)
      throw new UserError(`${session.model}: ONNX Runtime recorded no whole run of it`, {
        hint: 'loops with very many steps are more than its profiler holds',
        code: 'timing/none',
      });
    const typical = typicalRun(runs);
    const { microseconds, fused, unknown } = layerTimes(model, typical.kernels);
    const notes = [...session.notes];
    if (session.provider !== 'cpu')
      notes.push(
        `On "${session.provider}" a layer's time is what it takes to start its work, which goes on beside it.`,
      );
    if (runs.length < 3)
      notes.push(
        `Measured ${runs.length === 1 ? 'once' : 'twice'} only: a run takes that long, so take the times as rough.`,
      );
    if (unknown.length > 0)
      notes.push(
        `For ${unknown.length === 1 ? '1 layer' : `${unknown.length} layers`} ONNX Runtime tells no time: it computes them in nodes of its own.`,
      );
    return {
      layers: [...microseconds].map(([layer, time]) => ({ layer, milliseconds: time / 1000 })),
      fused: [...fused].map(([layer, into]) => ({ layer, into })),
      total: typical.microseconds / 1000,
      runs: runs.length,
      batch,
      threads: profile.threads,
      provider: session.provider,
      notes,
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** ONNX Runtime writes what it records to a file; it gets a folder of its own. */
async function profileFolder(): Promise<string> {
  try {
    return await mkdtemp(path.join(os.tmpdir(), 'onnxplain-profile-'));
  } catch (error) {
    throw new UserError(`${os.tmpdir()}: no folder can be made there, which timing a model needs`, {
      hint: 'check that the temporary folder exists, has room and may be written',
      code: 'file/not-writable',
      cause: error,
    });
  }
}
