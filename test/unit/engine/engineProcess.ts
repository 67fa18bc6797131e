import { fork, type ChildProcess } from 'node:child_process';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from 'vscode-jsonrpc/node.js';
import type { ExplainEvent } from '../../../src/shared/engineApi.js';
import {
  engineFailure,
  engineRequest,
  explainEvent,
  type EngineFailure,
  type EngineMethod,
  type EngineParams,
  type EngineResult,
} from '../../../src/shared/engineRpc.js';
import { bundle } from '../../support/bundle.js';

/** The engine as the extension forks it, with the protocol spoken plainly. */
export class EngineProcess {
  readonly events: ExplainEvent[] = [];
  readonly output: string[] = [];

  private constructor(
    readonly child: ChildProcess,
    readonly connection: MessageConnection,
  ) {
    connection.onNotification(explainEvent, ({ event }) => void this.events.push(event));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.output.push(text));
    }
    connection.listen();
  }

  static async start(): Promise<EngineProcess> {
    const child = fork(await bundle('engine.js'), [], { execArgv: [], serialization: 'advanced', silent: true });
    return new EngineProcess(child, createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child)));
  }

  call<M extends EngineMethod>(
    method: M,
    params: EngineParams<M>,
    token?: CancellationToken,
  ): Promise<EngineResult<M>> {
    return this.connection.sendRequest(engineRequest(method), params, token) as Promise<EngineResult<M>>;
  }

  /** What a call fails with. */
  async failure<M extends EngineMethod>(
    method: M,
    params: EngineParams<M>,
    token?: CancellationToken,
  ): Promise<EngineFailure> {
    try {
      await this.call(method, params, token);
    } catch (error) {
      return engineFailure(error);
    }
    throw new Error(`${method} did not fail`);
  }

  async end(): Promise<void> {
    this.connection.dispose();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }
}
