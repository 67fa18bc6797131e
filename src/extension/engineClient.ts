import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node.js';
import type { ExplainEvent, JobProgress } from '../shared/engineApi.js';
import {
  engineFailure,
  engineRequest,
  explainEvent,
  jobProgress,
  memoryRequest,
  type EngineMethod,
  type EngineParams,
  type EngineResult,
  type JobMethod,
} from '../shared/engineRpc.js';
import type { EvaluationProgress } from '../shared/evaluation.js';
import { UserError } from '../shared/userError.js';

export interface EngineClientOptions {
  /** The script that is forked. */
  entry: string;
  env?: NodeJS.ProcessEnv;
  log: (line: string) => void;
  /** Ceiling on resident memory in bytes: an idle engine above it is replaced. */
  memoryCeiling: () => number;
  /** An engine without calls for this long is ended; the next call starts another. */
  idleMilliseconds?: number;
  /** How long a cancelled call may take to end before its process is killed. */
  graceMilliseconds?: number;
}

export interface CallOptions {
  signal?: AbortSignal;
  onEvent?: (event: ExplainEvent) => void;
  /** Of a job. */
  onProgress?: (progress: JobProgress | EvaluationProgress) => void;
  /** The process is killed when the call takes longer. */
  deadline?: number;
}

interface Running {
  child: ChildProcess;
  connection: MessageConnection;
  /** Rejects when the process is gone. */
  lost: Promise<never>;
  listeners: Map<number, (event: ExplainEvent) => void>;
  progress: Map<number, (progress: JobProgress | EvaluationProgress) => void>;
}

/** They carry an id, by which what they tell on the way is theirs. */
const telling: ReadonlySet<EngineMethod> = new Set<'explain' | JobMethod>([
  'explain',
  'ablate',
  'cause',
  'evaluate',
  'correlate',
]);

/** The id of an explanation is the client's business. */
type CallParams<M extends EngineMethod> = Omit<EngineParams<M>, 'id'>;

/**
 * One engine process, started by the first call and again by the next one after it ended. Every call ends: with a
 * result, with the engine's failure as a `UserError`, with `engine/cancelled`, or with `engine/lost` when the process died.
 */
export class EngineClient {
  #running: Running | null = null;
  #pending = 0;
  #nextId = 1;
  #idle: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(private readonly options: EngineClientOptions) {}

  /** Process id of the engine, where one runs. */
  get pid(): number | null {
    return this.#running?.child.pid ?? null;
  }

  async call<M extends EngineMethod>(
    method: M,
    params: CallParams<M>,
    { signal, onEvent, onProgress, deadline }: CallOptions = {},
  ): Promise<EngineResult<M>> {
    if (signal?.aborted) throw cancelled();
    if (this.#disposed) throw new UserError('The model was closed', { code: 'engine/cancelled' });
    const running = (this.#running ??= this.#start());
    const id = this.#nextId++;
    if (onEvent) running.listeners.set(id, onEvent);
    if (onProgress) running.progress.set(id, onProgress);

    const token = new CancellationTokenSource();
    let kill: NodeJS.Timeout | undefined;
    const onAbort = () => {
      token.cancel();
      kill = setTimeout(() => {
        this.options.log(`${method} did not stop in time; the engine is ended`);
        this.#end(running);
      }, this.options.graceMilliseconds ?? 1000);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    let late = false;
    const timer = deadline
      ? setTimeout(() => {
          late = true;
          this.#end(running);
        }, deadline)
      : undefined;

    clearTimeout(this.#idle);
    this.#pending += 1;
    try {
      const wire = (telling.has(method) ? { ...params, id } : params) as EngineParams<M>;
      const reply = running.connection.sendRequest(engineRequest(method), wire, token.token);
      reply.catch(() => undefined); // when the process is lost first, nobody waits for this one any more
      return (await Promise.race([reply, running.lost])) as EngineResult<M>;
    } catch (error) {
      if (signal?.aborted) throw cancelled();
      if (late)
        throw new UserError(`The engine gave no answer to ${method} within ${deadline! / 1000} seconds`, {
          code: 'engine/late',
          hint: 'the file may be damaged or too large for this machine; see the log',
        });
      const alive = this.#running === running && running.child.connected;
      const failure = engineFailure(alive ? error : await running.lost.catch((lost) => lost));
      const { code, message, hint, place } = failure;
      throw new UserError(message, { code, hint: hint ?? undefined, place, cause: error });
    } finally {
      clearTimeout(kill);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      token.dispose();
      running.listeners.delete(id);
      running.progress.delete(id);
      this.#pending -= 1;
      if (this.#pending === 0 && this.#running === running) void this.#rest(running);
    }
  }

  /** Ends the process; pending calls are rejected and the next call starts another. */
  stop(): void {
    if (this.#running) this.#end(this.#running);
  }

  dispose(): void {
    this.#disposed = true;
    this.stop();
  }

  #start(): Running {
    const { entry, env, log } = this.options;
    const child = fork(entry, [], {
      execArgv: [],
      serialization: 'advanced',
      silent: true,
      // The host's own debugging flags (NODE_OPTIONS) would make the child wait for a debugger.
      env: { ...process.env, NODE_OPTIONS: undefined, ELECTRON_RUN_AS_NODE: '1', ...env },
    });
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => log(line));

    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    const listeners: Running['listeners'] = new Map();
    const progress: Running['progress'] = new Map();
    connection.onNotification(explainEvent, ({ id, event }) => listeners.get(id)?.(event));
    connection.onNotification(jobProgress, ({ id, progress: far }) => progress.get(id)?.(far));
    connection.onError(([error]) => log(`engine channel: ${error.message}`));

    const lost = new Promise<never>((_, reject) => {
      const gone = (how: string) => {
        log(`engine ${child.pid ?? ''} ended: ${how}`);
        if (this.#running?.child === child) this.#running = null;
        clearTimeout(this.#idle);
        connection.dispose();
        reject(
          new UserError(`The engine stopped unexpectedly (${how})`, {
            code: 'engine/lost',
            hint: 'restart it; if that happens again, the log says more',
          }),
        );
      };
      child.once('error', (error) => gone(error.message));
      child.once('exit', (code, signal) => gone(signal ? `signal ${signal}` : `exit code ${code}`));
    });
    lost.catch(() => undefined); // a process may end while nobody calls
    connection.listen();
    log(`engine ${child.pid ?? ''} started`);
    return { child, connection, lost, listeners, progress };
  }

  #end(running: Running): void {
    if (this.#running === running) this.#running = null;
    clearTimeout(this.#idle);
    running.child.kill('SIGKILL');
  }

  /** After the last call: an engine that holds too much memory is replaced, one that is not used ends. */
  async #rest(running: Running): Promise<void> {
    this.#idle = setTimeout(() => this.#end(running), this.options.idleMilliseconds ?? 5 * 60_000);
    this.#idle.unref();
    const { resident } = await running.connection.sendRequest(memoryRequest, {}).catch(() => ({ resident: 0 }));
    if (resident > this.options.memoryCeiling() && this.#pending === 0 && this.#running === running) {
      this.options.log(`engine ${running.child.pid} holds ${Math.round(resident / 2 ** 20)} MB; it is replaced`);
      this.#end(running);
    }
  }
}

const cancelled = () => new UserError('Stopped', { code: 'engine/cancelled' });
