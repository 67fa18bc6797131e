import type { GraphBuilder, Value } from '../emit/graphBuilder.js';
import type { Definition, Inputs } from '../rule.js';
import { integerAttribute, textAttribute } from './attributes.js';

/**
 * Recurrent layers of any kind, step by step: with peepholes, other activations, clipped gates, a forget gate coupled to
 * the input gate, sequences of different lengths. The graph grows with the steps; what is usual has a rule that does not.
 */
export const unrolled = (of: 'LSTM' | 'GRU' | 'RNN'): Definition => ({
  by: of === 'LSTM' ? [0, 5, 6] : [0, 5],
  define(at) {
    if (integerAttribute(at.node, 'layout', 0) === 1) at.refuse('with the batch first has no gradient here');
    const { g } = at;
    const directions = Array.from({ length: at.inputDims(1)[0] }, (_, d) => direction(at, of, d));
    const joined = (parts: Value[], axis: number): Value =>
      parts.length === 1 ? parts[0] : g.op('Concat', parts, { axis });
    return [
      joined(
        directions.map(({ all }) => all),
        1,
      ),
      joined(
        directions.map(({ hidden }) => hidden),
        0,
      ),
      ...(of === 'LSTM'
        ? [
            joined(
              directions.map(({ memory }) => memory),
              0,
            ),
          ]
        : []),
    ];
  },
});

interface State {
  hidden: Value;
  memory: Value;
}

function direction(at: Inputs, of: 'LSTM' | 'GRU' | 'RNN', d: number): State & { all: Value } {
  const { g } = at;
  const [steps, batch] = at.inputDims(0);
  const hidden = at.inputDims(2)[2];
  const part = (position: number, dims: readonly number[]): Value =>
    g.reshape(g.slice(at.input(position), [d], [d + 1], [0]), dims);
  const isBackwards = d === 1 || textAttribute(at.node, 'direction', 'forward') === 'reverse';
  const turned = (value: Value): Value => (isBackwards ? reversed(at, value) : value);
  const cell = cellOf(at, of, d, part);
  const input = turned(at.input(0));
  const first = (position: number): Value =>
    at.has(position) ? part(position, [batch, hidden]) : g.filled([batch, hidden], 0);
  let state: State = { hidden: first(5), memory: of === 'LSTM' ? first(6) : g.filled([batch, hidden], 0) };
  const outputs: Value[] = [];
  for (let step = 0; step < steps; step++) {
    const x = g.reshape(g.slice(input, [step], [step + 1], [0]), [batch, at.inputDims(0)[2]]);
    const next = cell(x, state);
    // Behind the end of a sequence its states stay, and it gives 0.
    const lasts = at.has(4) ? g.reshape(g.mask('Greater', g.float(at.input(4)), step), [batch, 1]) : null;
    const kept = (old: Value, made: Value): Value =>
      lasts ? g.add(g.mul(made, lasts), g.mul(old, g.sub(1, lasts))) : made;
    outputs.push(g.reshape(lasts ? g.mul(next.hidden, lasts) : next.hidden, [1, batch, hidden]));
    state = { hidden: kept(state.hidden, next.hidden), memory: kept(state.memory, next.memory) };
  }
  const all = turned(outputs.length === 1 ? outputs[0] : g.op('Concat', outputs, { axis: 0 }));
  return {
    all: g.reshape(all, [steps, 1, batch, hidden]),
    hidden: g.reshape(state.hidden, [1, batch, hidden]),
    memory: g.reshape(state.memory, [1, batch, hidden]),
  };
}

/** steps × batch × size in the other order of time, each sequence as far as it goes. */
function reversed(at: Inputs, value: Value): Value {
  const { g } = at;
  const dims = g.dims(value);
  if (!at.has(4)) return g.slice(value, [-1], [-dims[0] - 1], [0], [-1]);
  const lengths = g.op('Cast', [at.input(4)], { to: 7 });
  return g.op('ReverseSequence', [value, lengths], { batch_axis: 1, time_axis: 0 }, { dims });
}

type Step = (x: Value, state: State) => State;

/** One step. The weights of a direction are gates × hidden, one gate behind the other. */
function cellOf(
  at: Inputs,
  of: 'LSTM' | 'GRU' | 'RNN',
  d: number,
  part: (position: number, dims: readonly number[]) => Value,
): Step {
  const { g, node } = at;
  const hidden = at.inputDims(2)[2];
  const gates = { LSTM: 4, GRU: 3, RNN: 1 }[of];
  const width = gates * hidden;
  const weight = g.transpose(part(1, [width, at.inputDims(1)[2]]), [1, 0]);
  const recurrence = g.transpose(part(2, [width, hidden]), [1, 0]);
  const bias = at.has(3) ? part(3, [2, width]) : g.filled([2, width], 0);
  const biasOf = (i: number): Value => g.slice(bias, [i], [i + 1], [0]);
  const gate = (value: Value, k: number): Value => g.slice(value, [k * hidden], [(k + 1) * hidden], [1]);
  const functions = activationsOf(at, of, d);
  const clip = node.attributes.get('clip');
  const limit = clip?.type === 'float' ? clip.value : 0;
  const act = (k: number, value: Value): Value =>
    functions[k](limit > 0 ? g.op('Clip', [value, -limit, limit]) : value);
  const fromInput = (x: Value): Value => g.add(g.op('MatMul', [x, weight]), biasOf(0));
  const fromState = (h: Value): Value => g.add(g.op('MatMul', [h, recurrence]), biasOf(1));

  switch (of) {
    case 'RNN':
      return (x, state) => ({ ...state, hidden: act(0, g.add(fromInput(x), fromState(state.hidden))) });
    case 'GRU':
      return (x, state) => {
        const [own, past] = [fromInput(x), fromState(state.hidden)];
        const [z, r] = [0, 1].map((k) => act(0, g.add(gate(own, k), gate(past, k))));
        const resetsLast = integerAttribute(node, 'linear_before_reset', 0) === 1;
        const reset = (): Value => {
          const made = g.op('MatMul', [g.mul(r, state.hidden), gate(recurrence, 2)]);
          return g.add(made, gate(biasOf(1), 2));
        };
        const fresh = act(1, g.add(gate(own, 2), resetsLast ? g.mul(r, gate(past, 2)) : reset()));
        return { ...state, hidden: g.add(g.mul(g.sub(1, z), fresh), g.mul(z, state.hidden)) };
      };
    default: {
      // Peepholes of the input, output and forget gate: what these see of the memory.
      const holes = at.has(7) ? part(7, [1, 3 * hidden]) : null;
      const seen = (value: Value, k: number, memory: Value): Value =>
        holes ? g.add(value, g.mul(gate(holes, k), memory)) : value;
      return (x, { hidden: h, memory: c }) => {
        const sums = g.add(fromInput(x), fromState(h));
        const input = act(0, seen(gate(sums, 0), 0, c));
        const isCoupled = integerAttribute(node, 'input_forget', 0) === 1;
        const forget = isCoupled ? g.sub(1, input) : act(0, seen(gate(sums, 2), 2, c));
        const memory = g.add(g.mul(forget, c), g.mul(input, act(1, gate(sums, 3))));
        const output = act(0, seen(gate(sums, 1), 1, memory));
        return { hidden: g.mul(output, functions[2](memory)), memory };
      };
    }
  }
}

type Activation = (value: Value) => Value;

const usual = { LSTM: ['Sigmoid', 'Tanh', 'Tanh'], GRU: ['Sigmoid', 'Tanh'], RNN: ['Tanh'] };
/** Those that take numbers, and which they are for ONNX Runtime where not stated. */
const numbersOf: Record<string, readonly number[]> = {
  affine: [0, 0],
  leakyrelu: [0.01],
  thresholdedrelu: [0],
  scaledtanh: [0, 0],
  hardsigmoid: [0.2, 0.5],
  elu: [1],
};

/** The functions of a direction, each with its own of the numbers that are stated one after the other. */
function activationsOf(at: Inputs, of: 'LSTM' | 'GRU' | 'RNN', d: number): Activation[] {
  const { node, g } = at;
  const stated = node.attributes.get('activations');
  const names = stated?.type === 'strings' && stated.value.length > 0 ? stated.value : [...usual[of], ...usual[of]];
  const lists = ['activation_alpha', 'activation_beta'].map((name) => {
    const attribute = node.attributes.get(name);
    return attribute?.type === 'floats' ? [...attribute.value] : [];
  });
  const functions = names.map((name) => {
    const absent = numbersOf[name.toLowerCase()] ?? [];
    const numbers = absent.map((number, i) => lists[i].shift() ?? number);
    return (value: Value) =>
      applied(g, name.toLowerCase(), value, numbers) ?? at.refuse(`with activation ${name} has no gradient here`);
  });
  const each = usual[of].length;
  return functions.slice(d * each, (d + 1) * each);
}

function applied(g: GraphBuilder, name: string, value: Value, [alpha, beta]: readonly number[]): Value | null {
  const plain: Record<string, string> = {
    relu: 'Relu',
    tanh: 'Tanh',
    sigmoid: 'Sigmoid',
    softsign: 'Softsign',
    softplus: 'Softplus',
  };
  if (plain[name]) return g.op(plain[name], [value]);
  switch (name) {
    case 'affine':
      return g.add(g.mul(value, alpha), beta);
    case 'scaledtanh':
      return g.mul(g.op('Tanh', [g.mul(value, beta)]), alpha);
    case 'hardsigmoid':
      return g.op('HardSigmoid', [value], { alpha: { float: alpha }, beta: { float: beta } });
    case 'leakyrelu':
      return g.op('LeakyRelu', [value], { alpha: { float: alpha } });
    case 'thresholdedrelu':
      return g.op('ThresholdedRelu', [value], { alpha: { float: alpha } });
    case 'elu':
      return g.op('Elu', [value], { alpha: { float: alpha } });
    default:
      return null;
  }
}
