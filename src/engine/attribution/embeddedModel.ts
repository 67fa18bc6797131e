import { copyFile, link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { type OnnxModel, partBehind, partBytes, readModel } from '../onnx/index.js';
import { openSession } from '../runtime/index.js';
import type { Tensor } from '../runtime/tensor.js';
import { embeddingOf } from './embedding.js';

/** A model that takes embeddings in place of whole numbers, and the embeddings of one batch. */
export interface EmbeddedModel {
  model: OnnxModel;
  /** The tensor that is its input now. */
  embedding: string;
  /** What it is fed for the batch that it was made with, and for another. */
  feeds: Record<string, Tensor>;
  embed(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  remove(): Promise<void>;
}

/**
 * Whole numbers have no gradient; what they are looked up as has. The part of the model behind that lookup, as a model of
 * its own in a temporary folder, so that every attribution method goes to it as to any input.
 *
 * @param target the tensor whose gradients are wanted
 * @throws UserError where the model looks the numbers up in no way that is known here
 */
export async function embeddedModel(
  model: OnnxModel,
  input: string,
  target: string,
  feeds: Record<string, Tensor>,
  threads: number | null,
): Promise<EmbeddedModel> {
  const name = path.basename(model.path);
  const embedding = embeddingOf(model, input);
  const part = embedding === null ? null : partBehind(model, embedding, [target]);
  if (embedding === null || !part || part.outputs.length === 0) {
    throw new UserError(`${name}: "${input}" holds whole numbers, and no table is found in which they are looked up`, {
      hint: 'attribute to a layer: onnxplain attribute --wrt LAYER',
      code: 'attribution/no-embedding',
    });
  }
  const isComputed = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs));
  const head = await openSession(model, { outputs: part.cut.filter((tensor) => isComputed.has(tensor)), threads });
  const embed: EmbeddedModel['embed'] = async (batch) => ({
    ...Object.fromEntries(part.inputs.map((tensor) => [tensor, batch[tensor]])),
    ...(await head.run(batch, head.outputs)),
  });
  let folder: string | null = null;
  const remove = async () => {
    await head.release();
    if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const own = await embed(feeds);
    const types = new Map<string, { type: string; rank: number }>();
    for (const tensor of part.cut) {
      const type = head.typeOf(tensor);
      if (!type)
        throw new UserError(`${name}: "${tensor}" can't be taken out of the model`, { code: 'attribution/cut' });
      types.set(tensor, { type: onnxTypes[type] ?? type, rank: own[tensor].dims.length });
    }
    folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-embedded-'));
    const file = path.join(folder, `embedded ${name}`);
    await writeFile(file, partBytes(model, part, types));
    await placeWeights(model, folder);
    return { model: await readModel(file), embedding, feeds: own, embed, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** ONNX's name of an element type that ONNX Runtime spells otherwise. */
const onnxTypes: Record<string, string> = { float32: 'float', float64: 'double' };

/** The files that weights lie in, where the part looks for them: as links where the file system has them. */
async function placeWeights(model: OnnxModel, folder: string): Promise<void> {
  const source = path.dirname(path.resolve(model.path));
  const external = [...model.graph.initializers.values()].flatMap(({ data }) =>
    data.in === 'external' ? [data.file] : [],
  );
  // A large model's part refers to the model's own file.
  for (const file of new Set([path.basename(model.path), ...external])) {
    const to = path.resolve(folder, file);
    if (!to.startsWith(folder + path.sep)) {
      throw new UserError(`${path.basename(model.path)}: its weights lie outside of its folder (${file})`, {
        hint: 'export the model again with its weights beside it',
        code: 'model/weight',
      });
    }
    await mkdir(path.dirname(to), { recursive: true });
    const from = path.resolve(source, file);
    await link(from, to).catch(() => copyFile(from, to));
  }
}
