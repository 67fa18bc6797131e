import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type CancellationToken,
} from 'vscode-jsonrpc/node.js';
import {
  engineRequest,
  explainEvent,
  jobProgress,
  memoryRequest,
  toResponseError,
  type EngineMethod,
  type EngineParams,
  type EngineResult,
} from '../shared/engineRpc.js';
import type { JobProgress } from '../shared/engineApi.js';
import { createEngine, mediaFolder } from './index.js';
import { endWithParent } from './parentWatch.js';

/**
 * The engine's own process. It is forked by the extension, speaks `engineRpc` over the fork's channel, and ends with it.
 * ONNX Runtime blocks this thread while it runs, which is why the thread is nobody else's.
 */
const engine = createEngine({ media: mediaFolder() });
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

function serve<M extends EngineMethod>(
  method: M,
  handle: (params: EngineParams<M>, signal: AbortSignal) => Promise<EngineResult<M>>,
): void {
  connection.onRequest(engineRequest(method), async (params, token: CancellationToken) => {
    const abort = new AbortController();
    // A request that was cancelled before it was read has a token that never tells.
    if (token.isCancellationRequested) abort.abort();
    const cancelling = token.onCancellationRequested(() => abort.abort());
    try {
      return await handle(params, abort.signal);
    } catch (error) {
      throw toResponseError(error, abort.signal.aborted);
    } finally {
      cancelling.dispose();
    }
  });
}

/** Progress of a job, at most some times a second: each message is a wake-up on the other side. */
function throttled<P extends JobProgress>(id: number): (progress: P) => void {
  let told = -Infinity;
  return (progress) => {
    if (performance.now() - told < 100 && progress.done < progress.total) return;
    told = performance.now();
    void connection.sendNotification(jobProgress, { id, progress });
  };
}

serve('version', () => engine.version());
serve('inspect', (params) => engine.inspect(params));
serve('proposeProbes', (params) => engine.proposeProbes(params));
serve('probeFileText', (params) => engine.probeFileText(params));
serve('explain', ({ id, ...request }, signal) =>
  engine.explain(request, (event) => void connection.sendNotification(explainEvent, { id, event }), signal),
);
serve('ablate', ({ id, ...request }, signal) => engine.ablate(request, throttled(id), signal));
serve('cause', ({ id, ...request }, signal) => engine.cause(request, throttled(id), signal));
serve('evaluate', ({ id, ...request }, signal) => engine.evaluate(request, throttled(id), signal));
serve('evaluationCost', (params, signal) => engine.evaluationCost(params, signal));
serve('correlate', ({ id, ...request }, signal) => engine.correlate(request, throttled(id), signal));
serve('outputClasses', (params) => engine.outputClasses(params));
serve('concepts', (params, signal) => engine.concepts(params, signal));
serve('checkConcept', (params, signal) => engine.checkConcept(params, signal));
serve('conceptFile', (params, signal) => engine.conceptFile(params, signal));
serve('picture', (params) => engine.picture(params));
serve('sample', (params) => engine.sample(params));
serve('map', (params, signal) => engine.map(params, signal));
serve('judge', (params, signal) => engine.judge(params, signal));
serve('attribution', (params, signal) => engine.attribution(params, signal));
serve('reasons', (params) => engine.reasons(params));
serve('unavailableMethods', (params) => engine.unavailableMethods(params));
serve('columnEffect', (params) => engine.columnEffect(params));
serve('feeds', (params) => engine.feeds(params));
serve('timings', (params, signal) => engine.timings(params, signal));
serve('report', (params) => engine.report(params));
connection.onRequest(memoryRequest, () => ({ resident: process.memoryUsage.rss() }));

// Without its parent this process has nobody to answer.
process.on('disconnect', () => process.exit(0));
endWithParent();
connection.listen();
