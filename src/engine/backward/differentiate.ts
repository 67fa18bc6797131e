import { UserError } from '../../shared/userError.js';
import { indexOf } from '../onnx/graphIndex.js';
import type { Node, OnnxModel } from '../onnx/index.js';
import { type Fact, isNumber } from '../onnx/shape/index.js';
import { type GraphBuilder, graphBuilder, type Value } from './emit/graphBuilder.js';
import { emittedOpset } from './emit/modelBytes.js';
import { differentiable, type RuleOf, type Way, whereIs } from './path.js';
import type { Definition, Inputs, Rule, Site } from './rule.js';
import { elementTypeOf } from './elementTypeOf.js';
import { emitWeight, type Weight } from './weights.js';

/** A gradient graph before it is written. */
export interface GradientGraph {
  g: GraphBuilder;
  /** The model's tensors that it takes as inputs, under their own names. */
  saved: string[];
  /** Target → the input that takes the score's derivative by it. */
  seeds: Map<string, string>;
  /** Tensor to differentiate by → its gradient in the graph. */
  gradients: Map<string, Value>;
  /** A name that no tensor of the model or the graph has. */
  named(name: string): string;
}

export interface Differentiation {
  model: OnnxModel;
  targets: readonly string[];
  wrt: readonly string[];
  way: Way;
  ruleOf: RuleOf;
  /** Sizes for the inputs at hand. */
  facts: ReadonlyMap<string, Fact>;
  /** Constants of the nodes on the way. */
  weights: ReadonlyMap<string, Weight>;
}

/**
 * Builds the graph of vector-Jacobian products: node by node backwards, what has arrived at a node's outputs goes through
 * its rule to its inputs, and what arrives at a tensor from several nodes is summed.
 *
 * @throws UserError where a node on the way has no rule, or its rule refuses
 */
export function differentiate({ model, targets, wrt, way, ruleOf, facts, weights }: Differentiation): GradientGraph {
  const prefix = unusedPrefix(model);
  const g = graphBuilder(prefix);
  const opset = model.opsets.get('') ?? 0;
  const { producer } = indexOf(model);
  const influenced = new Set(way.influenced);
  const saved = new Map<string, Value>();
  const arrived = new Map<string, Value[]>();

  const dimsOf = (name: string): readonly number[] => {
    const shape = facts.get(name)?.shape;
    if (!shape?.every(isNumber)) throw new Error(`the size of "${name}" is not known`);
    return shape;
  };
  const save = (name: string): Value => {
    const weight = weights.get(name);
    const { values, shape } = facts.get(name) ?? {};
    if (weight) return emitWeight(g, weight);
    // ONNX Runtime 1.30 can't hand out a Range.
    const isRange = producer.get(name)?.op === 'Range' && values?.every(isNumber);
    return isRange ? g.ints(values as number[], shape as number[]) : g.input(name, dimsOf(name));
  };
  const valueOf = (name: string): Value => {
    let value = saved.get(name);
    if (value === undefined) {
      value = save(name);
      saved.set(name, value);
      if (influenced.has(name)) influenced.add(value);
    }
    return value;
  };
  const arrive = (name: string, gradient: Value): void => {
    const list = arrived.get(name);
    if (list) list.push(gradient);
    else arrived.set(name, [gradient]);
  };
  /** The sum of what has arrived. */
  const total = (name: string): Value | null => {
    const list = arrived.get(name);
    if (!list) return null;
    const [first, second] = list;
    const sum = list.length === 1 ? first : list.length === 2 ? g.add(first, second) : g.op('Sum', list);
    arrived.set(name, [sum]);
    return sum;
  };

  /** @param outer the node whose definition `nodes` are: their tensors are in the graph itself */
  const walk = (nodes: readonly Node[], outer: Node | null): void => {
    for (const node of [...nodes].reverse()) {
      const gradients = node.outputs.map((name) => (name === '' ? null : total(name)));
      const first = gradients.find((gradient) => gradient !== null);
      if (!first) continue;
      const sees = inputsOf(node, outer);
      const rule = chosen(ruleOf(node), sees);
      if (!rule) {
        sees.refuse('has no gradient here');
      } else if ('define' in rule) {
        const from = g.nodes.length;
        const defined = rule.define(sees);
        const made = g.nodes.slice(from);
        gradients.forEach((gradient, i) => {
          if (!gradient) return;
          if (i >= defined.length) sees.refuse(`has no gradient by its output "${node.outputs[i]}" here`);
          arrive(defined[i], gradient);
        });
        walk(made.filter(influences), outer ?? node);
      } else {
        const site: Site = {
          ...sees,
          gradient: gradients[0] ?? first,
          gradients,
          wants: (i) => influenced.has(node.inputs[i] ?? ''),
          isRectified: (i) => !outer && isRectified(node.inputs[i] ?? ''),
          output: (i = 0) => (outer ? node.outputs[i] : valueOf(node.outputs[i])),
        };
        rule.backward(site).forEach((gradient, i) => {
          if (gradient && site.wants(i)) arrive(node.inputs[i], gradient);
        });
      }
    }
  };
  const isRectified = (name: string): boolean => {
    const node = producer.get(name);
    const rule = node && ruleOf(node);
    if (!rule || !('backward' in rule) || wrt.includes(name)) return false;
    return rule.rectifies ?? (rule.moves === true && node.inputs.every(isRectified));
  };
  const influences = (node: Node): boolean => {
    if (!differentiable(node, ruleOf(node)).some((i) => influenced.has(node.inputs[i]))) return false;
    node.outputs.forEach((output) => influenced.add(output));
    return true;
  };
  const inputsOf = (node: Node, outer: Node | null): Inputs => {
    const name = (i: number): string => node.inputs[i] ?? '';
    return {
      node,
      opset: outer ? emittedOpset : opset,
      g,
      has: (i) => name(i) !== '',
      input: (i) => (outer ? name(i) : valueOf(name(i))),
      inputDims: (i) => (outer ? g.dims(name(i)) : dimsOf(name(i))),
      values(i) {
        const values = outer ? (name(i) === '' ? null : g.values(name(i))) : facts.get(name(i))?.values;
        return values?.every(isNumber) ? values : null;
      },
      type: (i) => (outer ? null : elementTypeOf(model, name(i))),
      outputDims: (i = 0) => (outer ? g.dims(node.outputs[i]) : dimsOf(node.outputs[i])),
      refuse(what, hint = 'choose a layer behind it, or a method without gradients such as eigencam') {
        throw new UserError(`${whereIs(model, outer ?? node)} ${what}`, { hint, code: 'gradient/no-rule' });
      },
    };
  };

  const seeds = new Map(targets.map((target, i) => [target, g.input(`${prefix}seed${i}`, dimsOf(target))]));
  seeds.forEach((seed, target) => arrive(target, seed));
  walk(way.nodes, null);
  const gradients = new Map(
    wrt.map((name) => {
      const value = saved.get(name);
      const parts = [total(name), value && value !== name ? total(value) : null].filter((part) => part !== null);
      const sum = parts.length === 2 ? g.add(parts[0], parts[1]) : parts[0];
      return [name, sum ?? g.filled(dimsOf(name), 0)];
    }),
  );
  const fed = [...saved].filter(([name, value]) => name === value).map(([name]) => name);
  return { g, saved: fed, seeds, gradients, named: (name) => `${prefix}${name}` };
}

const chosen = (rule: Rule | Definition | undefined, at: Inputs): Rule | Definition | undefined =>
  rule && 'backward' in rule ? (rule.otherwise?.(at) ?? rule) : rule;

/** Begins no name of the model. */
function unusedPrefix(model: OnnxModel): string {
  const { graph } = model;
  const names = [
    ...graph.nodes.flatMap((node) => node.outputs),
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
  ];
  let prefix = '~';
  while (names.some((name) => name.startsWith(prefix))) prefix += '~';
  return prefix;
}
