/** A probe file (`NAME.probe.json`) as written by the user; paths are relative to the file. */
export type ProbeFile = StatesProbeFile | ImagesProbeFile | ArraysProbeFile;

/** What is made of the concepts that the data bring: first renamed, then joined, then removed. */
export interface ConceptChanges {
  /** A concept's name → its new one. */
  rename?: Record<string, string>;
  /** New concepts: name → expression over concepts (and, or, not, parentheses; names with spaces in backticks). */
  derived?: Record<string, string>;
  /** Concepts that labels are made without; derived ones may name them. */
  remove?: string[];
}

interface CommonProbeFile extends ConceptChanges {
  /**
   * The model's own outputs as concepts: of several the highest (`predicts left`), of one quarters of its values; `values`:
   * quarters of each; a list: names of the outputs.
   */
  outputs?: boolean | 'class' | 'values' | string[];
  /** The model input that the data feed, where there are several. */
  input?: string;
  /** Constant values for the model's other inputs, by input name: a number, nested arrays, or a path to .npy. */
  inputs?: Record<string, number | unknown[] | string>;
}

export interface StatesProbeFile extends CommonProbeFile {
  kind: 'states';
  /** .csv with a header, .parquet, .npy, or .npz:key */
  data: string;
  /** The columns that feed the model, in order; names for .npy and .npz. */
  columns?: string[];
  /** Concept name → expression over columns. */
  concepts?: Record<string, string>;
  /** Concepts made from the columns themselves. */
  discretize?: { method: 'quantile' | 'tree'; bins: number; target?: string };
}

export interface ImagesProbeFile extends CommonProbeFile {
  kind: 'images';
  /** A folder, searched recursively, a list of files, or one file of many pictures (IDX, CIFAR, .npy, .npz:key). */
  data: string | string[];
  concepts?: { folders?: boolean; labels?: string; auto?: boolean; masks?: string; voc?: string; broden?: string };
  preprocess?: Preprocess;
}

export interface ArraysProbeFile extends CommonProbeFile {
  kind: 'arrays';
  /** .npy or .npz:key; the first axis is the sample. */
  data: string;
  /** .npz with one boolean array per concept: (samples) or (samples × height × width). */
  concepts?: string;
}

/** From a picture to a model's input. Defaults are those of `preprocessFor` in the engine, which says what it assumed. */
export interface Preprocess {
  /** Shorter side after an antialiased bilinear resize (torchvision's `Resize(n)`), or [height, width] exactly. */
  resize?: number | [number, number];
  /** Centre crop to this square, or [height, width]. */
  crop?: number | [number, number];
  channels?: 'rgb' | 'bgr' | 'gray';
  layout?: 'nchw' | 'nhwc';
  /** Pixels 0..255 are multiplied by this, then (x - mean) / std per channel. */
  scale?: number;
  mean?: number[];
  std?: number[];
}
