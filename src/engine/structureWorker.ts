import { parentPort } from 'node:worker_threads';
import type { StructureReply, StructureRequest } from '../shared/structureWorker.js';
import { UserError } from '../shared/userError.js';
import { readModel, standIns, structureOf } from './onnx/index.js';

/**
 * Reads models' structures in a thread of the extension host, for hovers: pure TypeScript over a few kilobytes of each
 * file, without ONNX Runtime and without a process of its own.
 */
parentPort!.on('message', async ({ id, model }: StructureRequest) => {
  const reply = (answer: StructureReply) => parentPort!.postMessage(answer);
  try {
    const opened = await readModel(model);
    const structure = structureOf(opened);
    const explainedAs = standIns(opened);
    const layers = structure.layers.map((layer) => {
      const other = explainedAs.get(layer.name);
      return other === undefined ? layer : { ...layer, explainedAs: other };
    });
    reply({ id, structure: { ...structure, layers } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply({ id, failure: { message, isBug: !(error instanceof UserError) } });
  }
});
