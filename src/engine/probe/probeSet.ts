import type { Picture, ProbeChoice, SampleView } from '../../shared/engineApi.js';
import type { ConceptChanges, ProbeFile } from '../../shared/probeFile.js';
import type { ProbeKind } from '../../shared/results.js';
import type { ConceptSet } from '../concept/conceptSet.js';
import type { Tensor } from '../runtime/tensor.js';

/** Inputs to explain a model with, prepared for that model's input, and the concepts known about them. */
export interface ProbeSet {
  choice: ProbeChoice;
  kind: ProbeKind;
  title: string;
  /** The file or folder the samples come from. */
  path: string | null;
  samples: number;
  /** The model input that the samples feed. */
  input: string;
  /** States: the columns that feed the model, in order. */
  columns: string[];
  bundled: boolean;
  drawn: boolean;
  /** One sentence for each thing assumed because nothing said it. */
  assumptions: string[];
  /** The probe file that says all of it, what was assumed too; its paths are absolute. */
  explicit?: ProbeFile;
  /** Of the data and all that decides how they are prepared, hex. */
  sha256(): Promise<string>;
  /** Prepared feeds for samples [first, first + count): the input that the samples feed and every other input of the model. */
  batch(first: number, count: number): Promise<Record<string, Tensor>>;
  /** As `batch`, for a picture from disk (images only). */
  prepareFile?(file: string): Promise<{ feeds: Record<string, Tensor>; picture: Picture }>;
  /** The sample as the model sees it (images), fitted into size × size. */
  picture?(sample: number, size: number): Promise<Picture>;
  view(sample: number): Promise<SampleView>;
  /** States: the raw table, samples × columns. */
  table?(): Float64Array;
  /** States: all columns of numbers, those too that don't feed the model; and one of them, null where there is none. */
  columnNames?(): string[];
  column?(name: string): Float64Array | null;
  /** What the probe file changes in the concepts, and the concepts before that; absent where it can change nothing. */
  changes?: ConceptChanges;
  ownConcepts?: ProbeSet['concepts'];
  /** Concepts over the first `samples` samples; progress counts samples. */
  concepts(
    samples: number,
    signal?: AbortSignal,
    onProgress?: (done: number, total: number) => void,
  ): Promise<ConceptSet>;
}
