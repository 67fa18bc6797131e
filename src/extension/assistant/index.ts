import path from 'node:path';
import * as vscode from 'vscode';
import { engineFailure } from '../../shared/engineRpc.js';
import { UserError } from '../../shared/userError.js';
import type { ModelSession } from '../session.js';
import type { Sessions } from '../sessions.js';
import { layersAnswer, mostNeurons, neuronsAnswer, type NeuronQuery } from './answers.js';
import { modelArgument } from './modelArgument.js';

interface LayersInput {
  model: string;
  filter?: string;
}

interface NeuronsInput {
  model: string;
  layer?: string;
  units?: number[];
  limit?: number;
}

/** The tools by which assistants in the editor ask about models. Forks of VS Code without such tools do without them. */
export function registerTools(sessions: Sessions): vscode.Disposable {
  if (typeof vscode.lm?.registerTool !== 'function') return new vscode.Disposable(() => {});
  return vscode.Disposable.from(
    vscode.lm.registerTool<LayersInput>('list_onnx_layers', {
      prepareInvocation: ({ input }) => ({ invocationMessage: `Reading the layers of ${nameOf(input)}` }),
      invoke: ({ input }, token) =>
        answer(async () => {
          const model = await modelArgument(input?.model, sessions);
          return holding(sessions, model, token, async (session) => {
            const { structure } = session.results;
            if (!structure) throw failureOf(session);
            return layersAnswer(model.fsPath, structure, session.results, text(input.filter));
          });
        }),
    }),
    vscode.lm.registerTool<NeuronsInput>('explain_onnx_neurons', {
      prepareInvocation: ({ input }) => ({
        invocationMessage: `Explaining the neurons of ${nameOf(input)}`,
        confirmationMessages: {
          title: 'Explain neurons',
          message: `Run ${nameOf(input)} on its probe set, on this machine, and label its neurons?`,
        },
      }),
      invoke: ({ input }, token) =>
        answer(async () => {
          const query = queryOf(input);
          const model = await modelArgument(input.model, sessions);
          return holding(sessions, model, token, async (session, signal) => {
            if (!vscode.workspace.isTrusted)
              throw new UserError('the workspace is in Restricted Mode: models are not run', {
                hint: 'ask the user to trust it; list_onnx_layers works without',
              });
            const stop = () => void session.stop();
            signal.addEventListener('abort', stop);
            await session.explainIfNeeded();
            signal.removeEventListener('abort', stop);
            if (session.status.state === 'working') await ended(session, signal);
            if (signal.aborted) throw new vscode.CancellationError();
            if (session.results.layers.size === 0) throw failureOf(session);
            return neuronsAnswer(model.fsPath, session.results, query);
          });
        }),
    }),
  );
}

const nameOf = (input: { model?: unknown } | undefined): string => path.basename(text(input?.model)) || 'a model';
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function queryOf(input: NeuronsInput | undefined): NeuronQuery {
  const { layer, units, limit = 20 } = input ?? {};
  if (units !== undefined && !(Array.isArray(units) && units.every((unit) => Number.isInteger(unit) && unit >= 0)))
    throw new UserError('"units" is not a list of neuron numbers', { hint: 'for example [0, 5, 7]' });
  if (!Number.isInteger(limit) || limit < 1)
    throw new UserError('"limit" is not a whole number from 1', { hint: `at most ${mostNeurons} are given` });
  if (units && !layer) throw new UserError('"units" needs a "layer"', { hint: 'list_onnx_layers names the layers' });
  return { layer: text(layer) || null, units: units ?? null, limit };
}

/** Opens the model without explaining it, and lets go of it when the answer is there. */
async function holding(
  sessions: Sessions,
  model: vscode.Uri,
  token: vscode.CancellationToken,
  ask: (session: ModelSession, signal: AbortSignal) => Promise<object>,
): Promise<object> {
  const { session, release } = sessions.hold(model);
  const abort = new AbortController();
  const cancelling = token.onCancellationRequested(() => abort.abort());
  try {
    await session.open({ explain: false });
    return await ask(session, abort.signal);
  } finally {
    cancelling.dispose();
    release.dispose();
  }
}

/** Work that someone else began is waited for, and never stopped. */
const ended = (session: ModelSession, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const settle = () => {
      unsubscribe();
      resolve();
    };
    const unsubscribe = session.onEvent(() => {
      if (session.status.state !== 'working') settle();
    });
    signal.addEventListener('abort', settle, { once: true });
    if (session.status.state !== 'working') settle();
  });

function failureOf({ name, status: { error } }: ModelSession): UserError {
  return error
    ? new UserError(error.message, { hint: error.hint ?? undefined, code: error.code })
    : new UserError(`${name} has no labels yet`, { hint: 'ask again' });
}

/** The answer as text. What the assistant can mend is said in one sentence with what to do. */
async function answer(make: () => Promise<object>): Promise<vscode.LanguageModelToolResult> {
  try {
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(await make()))]);
  } catch (error) {
    if (error instanceof vscode.CancellationError) throw error;
    const { code, message, hint } = engineFailure(error);
    if (code === 'engine/cancelled') throw new vscode.CancellationError();
    throw new Error(hint ? `${message}: ${hint}` : message);
  }
}
