import type { UnavailableMethod } from '../../shared/engineApi.js';
import { UserError } from '../../shared/userError.js';
import { openGradient } from '../backward/index.js';
import { mapMethods, type MapMethodDefinition } from '../cam/index.js';
import { findLayer, type OnnxModel, structureOf } from '../onnx/index.js';
import { modelInputs } from '../probe/index.js';
import { classOutput } from './classOutput.js';
import { statedMapLayer } from './defaultLayer.js';
import { biasedLayers } from './fullGradTerms.js';
import { headWeights } from './headWeights.js';

/**
 * The methods that can't be had for a model, and why: an operator between the layer and the score that has no gradient,
 * no pooling head. Nothing is run for it; what only shows in a run is not known here.
 *
 * @param layers by name; none: the default one, as far as the structure says which that is
 */
export async function unavailableMethods(model: OnnxModel, layers: readonly string[]): Promise<UnavailableMethod[]> {
  const reasons = new Map<string, Promise<UserError | null>>();
  const found: UnavailableMethod[] = [];
  for (const method of Object.values(mapMethods)) {
    let reason = reasons.get(method.needs);
    if (!reason) {
      reason = refusalOf(() => check(model, layers, method));
      reasons.set(method.needs, reason);
    }
    const refusal = await reason;
    if (refusal) found.push({ name: method.name, reason: refusal.sentence });
  }
  return found;
}

async function check(model: OnnxModel, named: readonly string[], { needs, title }: MapMethodDefinition): Promise<void> {
  if (!needs.endsWith('gradients') && needs !== 'head weights') return;
  const { logits } = classOutput(model, null);
  if (needs === 'bias gradients') {
    const [input] = modelInputs(model);
    const biased = await biasedLayers(model, input?.name ?? '', logits);
    await openGradient(model, {
      targets: [logits],
      wrt: [input.name, ...biased.map(({ output }) => output)],
    }).release();
    return;
  }
  const layer = named.length > 0 ? findLayer(structureOf(model), named[0]) : await statedMapLayer(model);
  if (!layer) return;
  if (needs === 'head weights') await headWeights(model, [layer], title);
  else await openGradient(model, { targets: [logits], wrt: [layer.name] }).release();
}

async function refusalOf(run: () => Promise<void>): Promise<UserError | null> {
  try {
    await run();
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
