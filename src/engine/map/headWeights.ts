import type { Layer } from '../../shared/model.js';
import { UserError } from '../../shared/userError.js';
import { poolingHead } from '../onnx/index.js';
import type { OnnxModel } from '../onnx/model.js';

/**
 * A class's weights on the channels of the layer before the pooling head. Where pooling is the end, a channel is a class.
 *
 * @param method its title, for the refusal
 * @throws UserError where the model has no such head, or a layer is another one
 */
export async function headWeights(
  model: OnnxModel,
  layers: readonly Layer[],
  method: string,
): Promise<(drawn: number, channels: number) => ArrayLike<number>> {
  const head = await poolingHead(model);
  const other = layers.find(({ name }) => name !== head?.layer);
  if (!head || other) {
    throw new UserError(
      head
        ? `${method} needs the layer before the pooling head, "${head.layer}", not "${other!.name}"`
        : `${model.path}: ${method} needs a head of global average pooling and one linear layer, which this model does not have`,
      { hint: 'take eigencam, which works for any spatial layer', code: 'map/no-head' },
    );
  }
  const { weights } = head;
  return (drawn, channels) =>
    weights
      ? weights.subarray(drawn * channels, (drawn + 1) * channels)
      : Float32Array.from({ length: channels }, (_, channel) => (channel === drawn ? 1 : 0));
}
