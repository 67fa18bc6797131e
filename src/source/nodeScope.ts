/** Module paths that exporters put into the names of nodes and weights. */

/**
 * TorchScript's exporter names a node by the scopes it stands in, each with its whole path so far or with its own name
 * alone: `/stages.0/stages.0.0/layers/layers.1/Gemm` is in `stages.0.0.layers.1`. Null where the name is none of its.
 */
export function torchScriptScope(nodeName: string): string | null {
  if (!nodeName.startsWith('/')) {
    return null;
  }
  let path = '';
  let previous = '';
  for (const segment of nodeName.split('/').slice(1, -1)) {
    if (previous !== '' && segment.startsWith(`${previous}.`)) {
      path += segment.slice(previous.length);
    } else {
      path = path === '' ? segment : `${path}.${segment}`;
    }
    previous = segment;
  }
  return path;
}

/**
 * TensorFlow's names: `StatefulPartitionedCall/sequential/conv2d/BiasAdd__6` is layer `conv2d` of `sequential`. The first
 * segment is the model, the last the operation. Null where the name has no layer in it.
 */
export function tensorFlowScope(nodeName: string): { model: string; layer: string } | null {
  const name = nodeName
    .split(';')[0]
    .replace(/^((Stateful)?PartitionedCall(_\d+)?\/)+/, '')
    .replace(/:\d+$/, '')
    .replace(/__\d+$/, '');
  if (name.startsWith('/')) {
    return null;
  }
  if (name.startsWith('jax2tf_')) {
    return jaxScope(name);
  }
  const segments = name.split('/').filter((segment) => segment !== '');
  return segments.length >= 3 ? { model: segments[0], layer: segments.slice(1, -1).join('/') } : null;
}

/**
 * JAX's, through TensorFlow: `jax2tf__lambda__/Net/Block_0/Conv_1/Conv2D` is `Block_0/Conv_1` of a Flax module of class Net;
 * Haiku's names begin without the model's class. Functions that JAX compiles by themselves (`pjit_relu_`) are no layers.
 */
function jaxScope(name: string): { model: string; layer: string } | null {
  const segments = name.split('/').slice(1, -1);
  const layers = segments.filter((segment) => !/^pjit_.*_$/.test(segment));
  const [model] = /^[A-Z]/.test(layers[0] ?? '') ? layers.splice(0, 1) : [''];
  return layers.length > 0 ? { model, layer: layers.join('/') } : null;
}

/** The layer whose variable a weight is: `small/conv2d/convolution/ReadVariableOp:0`, also where another was folded into it. */
export function tensorFlowVariable(name: string): { model: string; layer: string } | null {
  const operation = /^(.*)\/(?:ReadVariableOp|merged_input)(?:__\d+|_\d+)?(?::\d+)?$/.exec(name)?.[1];
  return operation === undefined ? null : tensorFlowScope(operation);
}

/** Last parts of parameter names of PyTorch's modules. */
const parameterNames =
  /\.(weight|bias|weight_orig|weight_g|weight_v|in_proj_weight|in_proj_bias|running_mean|running_var|(weight|bias)_(ih|hh|hr)_l\d+(_reverse)?|scale|zero_point|weight_scale|weight_quantized|gamma|beta|kernel|_packed_params\S*)$/;

/** `layer1.0.conv1.weight` belongs to `layer1.0.conv1`. Null for names that exporters make up (`onnx::Conv_47`, `val_3`). */
export function moduleOfParameter(name: string): string | null {
  if (name.includes('::') || /^val_\d+$/.test(name)) {
    return null;
  }
  const found = parameterNames.exec(name);
  // PyTorch 1.2 to 1.5 renamed a weight into which it folded a batch norm.
  return found ? name.slice(0, found.index).replace(/^ConvBnFusion_(W|BN_B)_/, '') : null;
}
