import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { structureOf } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';
import { tensorsBefore } from '../runtime/index.js';

/** Names of layers that a sentence lists. */
const listed = 4;

/**
 * What can be explained although ONNX Runtime refused to run all of the layers: those that do not need the operator that it
 * can't run.
 *
 * @param refusal what opening a session of the layers threw
 * @param areNamed whether the user asked for each of them, so that none may be left out
 * @returns the layers, and one sentence about those that were left out
 * @throws the refusal where no layer is left; where layers were named, with a hint at one that runs
 */
export function layersBefore(
  model: OnnxModel,
  layers: readonly Layer[],
  refusal: unknown,
  areNamed: boolean,
): { left: Layer[]; warning: string } {
  if (!(refusal instanceof UserError)) throw refusal;
  const before = (some: readonly Layer[]): Layer[] => {
    const names = tensorsBefore(
      model,
      some.map(({ name }) => name),
      refusal,
    );
    return some.filter(({ name }) => names.includes(name));
  };
  if (areNamed) {
    const last = before(structureOf(model).layers).at(-1);
    if (!last) throw refusal;
    throw new UserError(refusal.message, {
      hint: `explain a layer before it, such as "${shown(last)}", or ${refusal.hint}`,
      code: refusal.code,
      cause: refusal.cause,
    });
  }
  const left = before(layers);
  if (left.length === 0) throw refusal;
  const out = layers.filter((layer) => !left.includes(layer)).map(shown);
  const more = out.length > listed ? ` and ${out.length - listed} more` : '';
  const names = `${out.slice(0, listed).join(', ')}${more}`;
  const which = out.length === 1 ? 'one layer that needs it is' : `${out.length} layers that need it are`;
  return { left, warning: `${refusal.message}; ${which} left out: ${names}` };
}

/** As the panel calls it. */
const shown = ({ module, name }: Layer): string => module ?? name;
