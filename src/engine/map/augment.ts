import { inputLayout, inputValues, mirrored, withInput } from './inputBatch.js';
import type { MapPlan } from './mapPlan.js';
import type { Fed } from './seen.js';

/** As pytorch-grad-cam's `aug_smooth`: the input and its mirror image, each at these multiples of its values. */
const factors = [0.9, 1, 1.1];

/** The variants of a batch whose maps are averaged, the batch as it is among them. */
export function augmented({ inputs }: MapPlan, fed: Fed): Fed[] {
  const tensor = fed.feeds[inputs.input];
  const values = inputValues(fed.feeds, inputs.input);
  const image = mirrored(values, tensor.dims, inputLayout(tensor.dims));
  return [false, true].flatMap((isMirrored) =>
    factors.map((factor) => ({
      ...fed,
      isMirrored,
      feeds: withInput(
        fed.feeds,
        inputs.input,
        (isMirrored ? image : values).map((value) => factor * value),
      ),
    })),
  );
}
