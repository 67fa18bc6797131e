import type { Layer } from '../shared/model.js';
import { UserError } from '../shared/userError.js';
import type { ProbeSet } from './probe/index.js';

/**
 * The number of a sample, where the probe set has it.
 *
 * @throws UserError where it does not
 */
export function sampleOf(probe: ProbeSet, sample: number): number {
  if (Number.isInteger(sample) && sample >= 0 && sample < probe.samples) return sample;
  throw new UserError(`${probe.title}: there is no sample ${sample}`, {
    hint: `samples are numbered from 0 to ${probe.samples - 1}`,
    code: 'probe/no-sample',
  });
}

/**
 * The number of a unit, where the layer has it; any where its size is not known.
 *
 * @throws UserError where it does not
 */
export function unitOf({ name, units }: Layer, unit: number): number {
  if (Number.isInteger(unit) && unit >= 0 && unit < (units ?? Infinity)) return unit;
  throw new UserError(`layer "${name}" has no neuron ${unit}`, {
    hint: units === null ? 'neurons are numbered from 0' : `neurons are numbered from 0 to ${units - 1}`,
    code: 'layer/no-unit',
  });
}
