import type { OnnxModel } from '../onnx/index.js';
import { type Gradient, type GradientOptions, type GradientRequest, openGradient } from './openGradient.js';

/** Opened gradients of one model that are kept. */
const keptGradients = 4;

const kept = new WeakMap<OnnxModel, Map<string, Gradient>>();

/**
 * The gradient opened before for the same model, targets and tensors, or a new one. It is not to be released by who asks:
 * the one that was not asked for the longest goes when there are too many, and its sessions with it.
 *
 * @param kind names the rules where they are not the gradient's own (`guided`, `lrp epsilon 0.1`): the same name, the
 * same rules
 */
export function cachedGradient(
  model: OnnxModel,
  request: GradientRequest,
  options: GradientOptions & { kind?: string } = {},
): Gradient {
  const { kind = 'gradient', threads = null, provider = 'cpu' } = options;
  const key = JSON.stringify([kind, request.targets, request.wrt, request.fetch ?? [], threads, provider]);
  const gradients = kept.get(model) ?? new Map<string, Gradient>();
  kept.set(model, gradients);
  const gradient = gradients.get(key) ?? openGradient(model, request, options);
  gradients.delete(key);
  gradients.set(key, gradient);
  for (const [old, dropped] of [...gradients].slice(0, -keptGradients)) {
    gradients.delete(old);
    void dropped.release();
  }
  return gradient;
}

/** Closes all sessions that are kept for a model. */
export async function releaseGradients(model: OnnxModel): Promise<void> {
  const gradients = [...(kept.get(model)?.values() ?? [])];
  kept.delete(model);
  await Promise.all(gradients.map((gradient) => gradient.release()));
}
