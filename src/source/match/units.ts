import type { ModuleValue } from '../values/value.js';

/** Where a framework's class takes its number of outputs: by position, by name. */
const places: Record<string, { at: number; names: string[] }> = {
  Linear: { at: 1, names: ['out_features'] },
  Conv1d: { at: 1, names: ['out_channels'] },
  Conv2d: { at: 1, names: ['out_channels'] },
  Conv3d: { at: 1, names: ['out_channels'] },
  ConvTranspose1d: { at: 1, names: ['out_channels'] },
  ConvTranspose2d: { at: 1, names: ['out_channels'] },
  ConvTranspose3d: { at: 1, names: ['out_channels'] },
  LazyLinear: { at: 0, names: ['out_features'] },
  BatchNorm1d: { at: 0, names: ['num_features'] },
  BatchNorm2d: { at: 0, names: ['num_features'] },
  BatchNorm3d: { at: 0, names: ['num_features'] },
  LazyConv2d: { at: 0, names: ['out_channels'] },
  Dense: { at: 0, names: ['units', 'features'] },
  Conv1D: { at: 0, names: ['filters', 'output_channels'] },
  Conv2D: { at: 0, names: ['filters', 'output_channels'] },
  Conv3D: { at: 0, names: ['filters', 'output_channels'] },
  Conv: { at: 0, names: ['features'] },
};

/** Outputs of a layer where the code states them as a number; null otherwise. */
export function statedUnits({ name, args }: ModuleValue): number | null {
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (!Object.hasOwn(places, last)) return null;
  // nnx.Linear and hk.Linear differ from PyTorch's.
  const { at, names } = /^(hk|haiku)\./.test(name)
    ? { at: 0, names: ['output_size', 'output_channels'] }
    : places[last];
  const value = names.map((key) => args.keywords.get(key)).find((given) => given !== undefined) ?? args.positional[at];
  return value?.kind === 'constant' && typeof value.value === 'number' ? value.value : null;
}
