import type { CheckpointChange } from '../../shared/checkpointChange.js';
import type { Layer, ModelStructure } from '../../shared/model.js';
import type { LayerResults } from '../layerResults.js';

/** What is known of a model without asking the engine. */
export interface KnownModel {
  /** Path of the file. */
  model: string;
  structure: ModelStructure;
  /** By tensor name. */
  layers: ReadonlyMap<string, Layer>;
  /** Of the last explanation, by tensor name; none: it was never explained. */
  results: ReadonlyMap<string, LayerResults>;
  /** Grows while labels arrive. */
  revision: number;
  /** The file was written since it was explained. */
  stale: boolean;
  change: CheckpointChange | null;
}

/** What is known of a layer's units: its own results, or those of the activation that stands for it. */
export const resultsOf = (
  { results }: Pick<KnownModel, 'results'>,
  { name, explainedAs }: Layer,
): LayerResults | undefined => results.get(name) ?? (explainedAs === undefined ? undefined : results.get(explainedAs));
