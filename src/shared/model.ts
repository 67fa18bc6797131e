/** What is known of a model from its structure alone; `onnxplain inspect --json` prints this. */
export interface ModelStructure {
  schema: 'onnxplain/1';
  inputs: TensorInfo[];
  outputs: TensorInfo[];
  /** Version of the default operator set; 0 where the file imports none. */
  opset: number;
  producer: string;
  parameters: number;
  layers: Layer[];
  /** Every module that the file names with its class (`layer1.0` is a `net.Block`), for training code. Absent: none. */
  modules?: { path: string; class: string }[];
}

export interface TensorInfo {
  name: string;
  /** ONNX element type in lower case (`float`, `float16`, `int64`), or `sequence(...)`, `map(...)`, `optional(...)`. */
  type: string;
  /** Numbers, symbolic names, or null for an unknown axis; null as a whole where the rank is unknown. */
  shape: Dimension[] | null;
}

export type Dimension = number | string | null;

/** A tensor worth explaining: what a convolution, a linear layer, an activation function, a recurrent or normalising layer gives. */
export interface Layer {
  /** Name of the ONNX tensor. */
  name: string;
  /** Name of the node that computes it (empty where the file names none). */
  node: string;
  /** Operator, with its domain where that is not the default one (`com.microsoft.FusedConv`). */
  op: string;
  /** Module path in the training code (`layer1.0.conv1`), where names or metadata carry one. */
  module: string | null;
  /** Other modules that are in this layer too: the batch norm that was folded into a convolution. Absent: none. */
  aliases?: string[];
  source: { file: string; line: number } | null;
  /** The lines of the user's own code on the node's stack, innermost first, for training code. Absent: none. */
  stack?: SourceFrame[];
  /** Tensor that stands for this one where neurons are explained: the activation behind it. For hovers; absent: itself. */
  explainedAs?: string;
  shape: Dimension[] | null;
  /** Channels or features; null where the shape does not say. */
  units: number | null;
  /** Axis of `shape` on which the units lie; null where unknown. */
  unitAxis: number | null;
  /** Learned numbers that enter this node. */
  parameters: number;
}

/** A line of training code, by the file's name alone: where it lay on the exporting machine is nobody's business. */
export interface SourceFrame {
  file: string;
  line: number;
  /** The line's text; empty where the exporter wrote none. */
  code: string;
}
