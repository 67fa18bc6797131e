import { NotificationType, RequestType, ResponseError } from 'vscode-jsonrpc/node.js';
import type { EngineApi, ExplainEvent, JobProgress } from './engineApi.js';
import type { EvaluationProgress } from './evaluation.js';
import { UserError, type Place } from './userError.js';

/**
 * Extension host ⇄ engine process: JSON-RPC over the fork's IPC channel (`serialization: 'advanced'`, so typed arrays
 * arrive as typed arrays).
 *
 * - One request per method of `EngineApi`, by its name, with one params object. `explain`'s carries an `id`; its events
 *   come as `explain/event` notifications with that id, all of them before the reply.
 * - Jobs (`JobMethod`) likewise carry an `id`, and tell how far they are by `job/progress`.
 * - Cancelling is JSON-RPC's own: the request's CancellationToken. The reply is then a failure with code `engine/cancelled`.
 * - A failure is a ResponseError whose `data` is an `EngineFailure`; `engine/bug` stands for anything but a `UserError`.
 * - `memory` answers at once, even while other requests run.
 */
export type EngineMethod = keyof EngineApi;

/** Methods that take long and are no explanation. */
export type JobMethod = 'ablate' | 'cause' | 'evaluate' | 'correlate';

/** The one params object of a method. */
export type EngineParams<M extends EngineMethod> = M extends 'version'
  ? Record<string, never>
  : M extends 'explain' | JobMethod
    ? Parameters<EngineApi[M]>[0] & { id: number }
    : Parameters<EngineApi[M]>[0];

export type EngineResult<M extends EngineMethod> = Awaited<ReturnType<EngineApi[M]>>;

/** The request type of a method: `connection.onRequest(engineRequest('inspect'), (params, token) => ...)`. */
export const engineRequest = <M extends EngineMethod>(method: M) =>
  new RequestType<EngineParams<M>, EngineResult<M>, EngineFailure>(method);

/** Resident memory of the engine process in bytes. */
export const memoryRequest = new RequestType<Record<string, never>, { resident: number }, EngineFailure>('memory');

export const explainEvent = new NotificationType<{ id: number; event: ExplainEvent }>('explain/event');

export const jobProgress = new NotificationType<{ id: number; progress: JobProgress | EvaluationProgress }>(
  'job/progress',
);

/** What a failed request's reply carries in `data`. */
export interface EngineFailure {
  /** That of the `UserError`, or `engine/cancelled`, `engine/bug`; the client adds `engine/lost`. */
  code: string;
  message: string;
  hint: string | null;
  /** The file to mend, where the error is about one that a text editor opens. */
  place?: Place;
}

/** JSON-RPC's number for a request that its sender cancelled. */
const requestCancelled = -32800;
const requestFailed = -32803;

/** What the engine replies with when a handler threw; an aborted signal's reason counts as cancelled. */
export function toResponseError(error: unknown, cancelled = false): ResponseError<EngineFailure> {
  if (cancelled || (error instanceof Error && error.name === 'AbortError'))
    return new ResponseError(requestCancelled, 'Cancelled', {
      code: 'engine/cancelled',
      message: 'Cancelled',
      hint: null,
    });
  const message = error instanceof Error ? error.message : String(error);
  const failure: EngineFailure =
    error instanceof UserError ? failureOf(error) : { code: 'engine/bug', message, hint: null };
  return new ResponseError(requestFailed, message, failure);
}

/** The failure in what a request was rejected with. */
export function engineFailure(error: unknown): EngineFailure {
  if (error instanceof ResponseError && isFailure(error.data)) return error.data;
  if (error instanceof UserError) return failureOf(error);
  return { code: 'engine/bug', message: error instanceof Error ? error.message : String(error), hint: null };
}

const failureOf = ({ code, message, hint, place }: UserError): EngineFailure => ({
  code,
  message,
  hint: hint ?? null,
  ...(place && { place }),
});

function isFailure(data: unknown): data is EngineFailure {
  return (
    typeof data === 'object' && data !== null && typeof (data as EngineFailure).code === 'string' && 'message' in data
  );
}
