import type { Node } from '../onnx/index.js';
import type { GraphBuilder, Value } from './emit/graphBuilder.js';

/**
 * How an operator hands gradients back. Rules of gradients give vector-Jacobian products; other tables (guided
 * backpropagation, DeconvNet, layer-wise relevance propagation) hand back something else in the same way.
 */
export interface Rule {
  /** Positions of the inputs that it has derivatives by; all where absent. */
  by?: readonly number[];
  /** Emits nodes into `at.g` and gives what arrives at each input, by position; null and absent: nothing arrives. */
  backward(at: Site): readonly (Value | null | undefined)[];
  /** Hands nothing back where the output is not positive, as a rectifier does. */
  rectifies?: true;
  /** Only moves elements. */
  moves?: true;
  /** A definition in its place, where a node is not of the usual kind that the rule is for. */
  otherwise?(at: Inputs): Definition | null;
}

/**
 * For operators that are made of others: emits them, and gives the outputs. They are computed again in the backward
 * model and differentiated by their own rules.
 */
export interface Definition {
  by?: readonly number[];
  define(at: Inputs): Value[];
}

export type RuleTable = Readonly<Record<string, Rule | Definition>>;

/** A node's inputs. */
export interface Inputs {
  node: Node;
  /** Version of the default operator set that the node is written in. */
  opset: number;
  g: GraphBuilder;
  /** Whether there is an input at this position. */
  has(position: number): boolean;
  /** The input's values in the graph that is being built: asking for them makes the forward model hand them out. */
  input(position: number): Value;
  inputDims(position: number): readonly number[];
  /** An input's elements where they are known without running the model: axes, sizes, scales. */
  values(position: number): readonly number[] | null;
  /** The input's element type in the model, such as `uint8`; null where it is not known. */
  type(position: number): string | null;
  outputDims(position?: number): readonly number[];
  /**
   * Throws a UserError that names the operator, its node and layer.
   *
   * @param what such as "with peepholes has no gradient"
   */
  refuse(what: string, hint?: string): never;
}

/** A node on the way back. */
export interface Site extends Inputs {
  /** What has arrived at the first output. */
  gradient: Value;
  /** By output; null where nothing has arrived. */
  gradients: readonly (Value | null)[];
  /** Whether what a rule gives for this input is used. */
  wants(position: number): boolean;
  /**
   * Whether the input is what rectifiers give and nobody asks for its own gradient: then it is nowhere negative, and what
   * is handed back to its zeros counts nothing.
   */
  isRectified(position: number): boolean;
  output(position?: number): Value;
}
