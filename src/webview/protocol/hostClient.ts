import type { PanelCall, PanelError, PanelEvent, PanelMethods } from '../../shared/panelProtocol.js';
import { isReply, isEvent, resultProblem } from './validate.js';

/** A call that the host answered with an error: what, and what to do. */
export class CallError extends Error {
  readonly hint: string | null;
  readonly code: string;

  constructor(error: PanelError) {
    super(error.message);
    this.hint = error.hint;
    this.code = error.code;
  }
}

export function panelError(error: unknown): PanelError {
  if (error instanceof CallError) return { message: error.message, hint: error.hint, code: error.code };
  return { message: error instanceof Error ? error.message : String(error), hint: null, code: 'panel/bug' };
}

type Method = keyof PanelMethods;
type Result<M extends Method> = ReturnType<PanelMethods[M]>;

/** Calls that only ask: safe to ask again where the answer may have been lost while the page was hidden. */
const repeatable: ReadonlySet<Method> = new Set<Method>([
  'open',
  'rows',
  'unit',
  'strongest',
  'sample',
  'picture',
  'columnEffect',
  'feeds',
  'dissection',
  'concepts',
  'checkConcept',
  'jobProgress',
  'evaluationCost',
  'outputClasses',
  'found',
  // The host answers the same question with the same work.
  'evaluate',
  'correlate',
  'proposals',
  'map',
  'judge',
  'reasons',
  'attribution',
]);

interface Pending {
  call: PanelCall;
  resolve(result: never): void;
  reject(error: CallError): void;
}

/** The page's end of the protocol: every call is a promise, every event reaches `onEvent`. Unknown messages are ignored. */
export class HostClient {
  onEvent: (event: PanelEvent) => void = () => {};
  readonly #post: (call: PanelCall) => void;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(post: (call: PanelCall) => void) {
    this.#post = post;
  }

  call<M extends Method>(method: M, params: Parameters<PanelMethods[M]>[0]): Promise<Result<M>> {
    return new Promise((resolve, reject) => {
      const call = { id: ++this.#lastId, method, params } as PanelCall;
      this.#pending.set(call.id, { call, resolve, reject });
      this.#post(call);
    });
  }

  /** Takes the data of one `message` event. */
  receive(data: unknown): void {
    if (isEvent(data)) {
      this.onEvent(data);
      return;
    }
    if (!isReply(data)) return;
    const pending = this.#pending.get(data.id);
    if (!pending) return;
    this.#pending.delete(data.id);
    if (!data.ok) {
      pending.reject(new CallError(data.error));
      return;
    }
    const problem = resultProblem(pending.call.method, data.result);
    if (problem === null) pending.resolve(data.result as never);
    else
      pending.reject(
        new CallError({
          message: `The answer to "${pending.call.method}" cannot be read: ${problem}`,
          hint: 'Reload the window; if it stays, show the log',
          code: 'panel/protocol',
        }),
      );
  }

  /** Asks again what is still open. Messages to a hidden page are dropped, so answers may never have arrived. */
  repeatPending(): void {
    for (const { call } of this.#pending.values()) if (repeatable.has(call.method)) this.#post(call);
  }
}
