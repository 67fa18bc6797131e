import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { type ModelPart, partBehind, partBytes } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { openSession, type Session } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';

/**
 * A model cut at one tensor. The head runs once for a batch; the tail computes the outputs from the tensor as often as
 * the tensor is changed, and repeats nothing that lies before it.
 */
export interface CutModel {
  /** The session that feeds the head. */
  head: Session;
  /** Tensors that the head must fetch: the one that is cut, the others that cross the cut, outputs that do not depend on it. */
  fetch: string[];
  /** The outputs that depend on the tensor, itself too where it was asked for. */
  depending: string[];
  /** Those outputs for the tensor as it is now; `feeds` are the model's own, `fetched` what the head gave for them. */
  tail(feeds: Record<string, Tensor>, fetched: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

export interface CutOptions {
  threads: number | null;
  provider?: string;
}

/**
 * @param tensor  of the main graph
 * @param outputs tensors of the main graph to compute
 * @throws UserError where the tensor can't be replaced, or ONNX Runtime refuses the model
 */
export async function cutModel(
  model: OnnxModel,
  tensor: string,
  outputs: readonly string[],
  options: CutOptions,
): Promise<CutModel> {
  const { head, part } = await openHead(model, tensor, outputs, options);
  const isItself = outputs.includes(tensor);
  let tail: Session | null = null;
  return {
    head,
    fetch: [...new Set([...part.cut, ...outputs])],
    depending: [...part.outputs, ...(isItself ? [tensor] : [])],
    async tail(feeds, fetched) {
      const given: Record<string, Tensor> = {};
      for (const name of part.inputs) given[name] = feeds[name];
      for (const name of part.cut) given[name] = fetched[name];
      let results: Record<string, Tensor> = {};
      if (part.outputs.length > 0) {
        tail ??= await openSession(model, { ...options, outputs: [], part: partBytes(model, part, typesOf(fetched)) });
        results = await tail.run(given, part.outputs);
      }
      return isItself ? { ...results, [tensor]: fetched[tensor] } : results;
    },
    async release() {
      await head.release();
      await tail?.release();
    },
  };

  function typesOf(fetched: Record<string, Tensor>): Map<string, { type: string; rank: number }> {
    return new Map(
      part.cut.map((name) => [name, { type: onnxType(head.typeOf(name)!), rank: fetched[name].dims.length }]),
    );
  }
}

/** The session of the head, and the part behind it: what can't be handed over (a sequence, a bfloat16) is left to the part. */
async function openHead(
  model: OnnxModel,
  tensor: string,
  outputs: readonly string[],
  options: CutOptions,
): Promise<{ head: Session; part: ModelPart }> {
  const whole = new Set<string>();
  const given = new Set([
    ...model.graph.nodes.flatMap((node) => node.outputs),
    ...model.graph.outputs.map(({ name }) => name),
  ]);
  for (;;) {
    const part = partBehind(model, tensor, outputs, whole);
    if (!part) {
      throw new UserError(
        `${path.basename(model.path)}: "${tensor}" can't be replaced: what is computed with it is not a tensor`,
        { hint: 'choose a layer behind it', code: 'model/not-replaceable' },
      );
    }
    const head = await openSession(model, {
      ...options,
      outputs: [...new Set([...part.cut, ...outputs])].filter((name) => given.has(name)),
    });
    const fetchable = new Set(head.outputs);
    const missing = part.cut.filter((name) => !fetchable.has(name) || head.typeOf(name) === 'bfloat16');
    if (missing.length === 0) return { head, part };
    await head.release();
    if (missing.includes(tensor)) {
      throw new UserError(`${path.basename(model.path)}: "${tensor}" is not a tensor of numbers that can be replaced`, {
        hint: 'choose another layer, or export the model with float32 weights',
        code: 'model/not-replaceable',
      });
    }
    missing.forEach((name) => whole.add(name));
  }
}

/** ONNX's name of an element type that ONNX Runtime spells otherwise. */
const onnxType = (type: string): string => ({ float32: 'float', float64: 'double' })[type] ?? type;
