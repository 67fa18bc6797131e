import { type GraphBuilder, toEnd, type Value } from '../emit/graphBuilder.js';
import type { Inputs, Rule, Site } from '../rule.js';
import { integerAttribute, textAttribute } from './attributes.js';
import { unrolled } from './unrolledRecurrent.js';

/**
 * Recurrent layers backwards in time. All gates of all steps are computed at once from the states that the forward model
 * hands out; only what runs through time (the LSTM's cell, and the gradients) is a Scan.
 */
const recurrent = (of: 'LSTM' | 'GRU' | 'RNN', states: 1 | 2, cell: Cell): Rule => ({
  by: states === 2 ? [0, 5, 6] : [0, 5],
  otherwise: (at) => (isUsual(at, cell) ? null : unrolled(of)),
  backward(at) {
    const directions = at.inputDims(1)[0];
    const all = Array.from({ length: directions }, (_, d) => direction(at, d, states, cell));
    const { g } = at;
    const sum = all.map(({ input }) => input).reduce((a, b) => g.add(a, b));
    const joined = (parts: Value[]): Value => (parts.length === 1 ? parts[0] : g.op('Concat', parts, { axis: 0 }));
    return [
      sum,
      ...[null, null, null, null],
      at.wants(5) ? joined(all.map(({ hidden }) => hidden)) : null,
      at.wants(6) ? joined(all.map(({ memory }) => memory)) : null,
    ];
  },
});

interface Cell {
  gates: number;
  activations: readonly string[];
  /** What arrives at the gates before their activation, steps × batch × (gates × hidden), and at the first states. */
  backward(step: Steps): { gates: Value; hidden: Value; memory: Value };
}

/** One direction in the order in which it runs; arrays are steps × batch × size. */
interface Steps {
  g: GraphBuilder;
  at: Site;
  /** W x + its bias, and R h + its bias, of all gates. */
  fromInput: Value;
  fromState: Value;
  recurrence: Value;
  /** The bias of the recurrence: gates × hidden. */
  stateBias: Value | null;
  hidden: number;
  batch: number;
  steps: number;
  before: Value;
  firstMemory: Value;
  gradient: Value;
  lastHidden: Value;
  lastMemory: Value;
  /** 1 where time runs backwards. */
  reversed: 0 | 1;
}

/** Without peepholes, clipping, coupled gates, functions of its own, and with sequences that all go to the end. */
function isUsual(at: Inputs, { activations }: Cell): boolean {
  const { node } = at;
  const stated = node.attributes.get('activations');
  const names = stated?.type === 'strings' ? stated.value : [];
  const lengths = at.has(4) ? at.values(4) : [];
  return (
    names.every((name, i) => name.toLowerCase() === activations[i % activations.length].toLowerCase()) &&
    !at.has(7) &&
    !node.attributes.has('clip') &&
    integerAttribute(node, 'input_forget', 0) === 0 &&
    integerAttribute(node, 'layout', 0) === 0 &&
    lengths !== null &&
    lengths.every((length) => length === at.inputDims(0)[0])
  );
}

function direction(at: Site, d: number, states: 1 | 2, cell: Cell): { input: Value; hidden: Value; memory: Value } {
  const { g } = at;
  const [steps, batch, size] = at.inputDims(0);
  const hidden = at.inputDims(2)[2];
  const width = cell.gates * hidden;
  const reversed = d === 1 || textAttribute(at.node, 'direction', 'forward') === 'reverse' ? 1 : 0;
  const part = (value: Value, axis: number, dims: readonly number[]): Value =>
    g.reshape(g.slice(value, [d], [d + 1], [axis]), dims);
  const zeros = (): Value => g.filled([batch, hidden], 0);
  const state = (position: number): Value =>
    at.has(position) ? part(at.input(position), 0, [batch, hidden]) : zeros();
  const arrived = (output: number): Value => {
    const gradient = at.gradients[output];
    return gradient ? part(gradient, 0, [batch, hidden]) : zeros();
  };
  const all = part(statesOf(at), 1, [steps, batch, hidden]);
  const first = g.reshape(state(5), [1, batch, hidden]);
  const others = reversed ? g.slice(all, [1], [toEnd], [0]) : g.slice(all, [0], [-1], [0]);
  const before = g.op('Concat', reversed ? [others, first] : [first, others], { axis: 0 });
  const weight = part(at.input(1), 0, [width, size]);
  const recurrence = part(at.input(2), 0, [width, hidden]);
  const bias = at.has(3) ? part(at.input(3), 0, [2, width]) : null;
  const biasOf = (i: number): Value | null => bias && g.reshape(g.slice(bias, [i], [i + 1], [0]), [width]);
  const product = (a: Value, b: Value, c: Value | null): Value => {
    const made = g.op('MatMul', [a, g.transpose(b, [1, 0])]);
    return c ? g.add(made, c) : made;
  };
  const [gradient] = at.gradients;
  const found = cell.backward({
    g,
    at,
    fromInput: product(at.input(0), weight, biasOf(0)),
    fromState: product(before, recurrence, biasOf(1)),
    recurrence,
    stateBias: biasOf(1),
    hidden,
    batch,
    steps,
    before,
    firstMemory: states === 2 ? state(6) : zeros(),
    gradient: gradient ? part(gradient, 1, [steps, batch, hidden]) : g.filled([steps, batch, hidden], 0),
    lastHidden: arrived(1),
    lastMemory: states === 2 ? arrived(2) : zeros(),
    reversed,
  });
  const single = (value: Value): Value => g.reshape(value, [1, batch, hidden]);
  return { input: g.op('MatMul', [found.gates, weight]), hidden: single(found.hidden), memory: single(found.memory) };
}

/** Y; where the node does not give it, it is run again for it. */
function statesOf(at: Site): Value {
  const { g, node } = at;
  if (node.outputs[0] !== '') return at.output();
  const [steps, batch] = at.inputDims(0);
  const [directions, , hidden] = at.inputDims(2);
  const attributes = {
    hidden_size: hidden,
    direction: textAttribute(node, 'direction', 'forward'),
    ...(node.op === 'GRU' ? { linear_before_reset: integerAttribute(node, 'linear_before_reset', 0) } : {}),
  };
  const inputs = [0, 1, 2, 3, 4, 5, 6].map((i) => (at.has(i) ? at.input(i) : null));
  return g.ops(node.op, inputs, [[steps, directions, batch, hidden]], attributes)[0];
}

/** Gate k of steps × batch × (gates × hidden), or of batch × (gates × hidden). */
const gate = ({ g, hidden }: Steps, value: Value, k: number): Value =>
  g.slice(value, [k * hidden], [(k + 1) * hidden], [g.dims(value).length - 1]);

const sigmoidSlope = (g: GraphBuilder, y: Value): Value => g.mul(y, g.sub(1, y));
const tanhSlope = (g: GraphBuilder, y: Value): Value => g.sub(1, g.mul(y, y));

/**
 * A loop through time: `states` go from step to step, `through` is taken apart by steps.
 *
 * @param size of what each step gives (beside the new states), the last axis
 * @param backwards against the order in which the layer runs
 */
function scan(
  step: Steps,
  states: readonly Value[],
  through: readonly Value[],
  size: number,
  backwards: boolean,
  body: (inner: GraphBuilder, states: Value[], at: Value[]) => { states: Value[]; output: Value },
): { states: Value[]; output: Value } {
  const { g, batch, hidden, steps, reversed } = step;
  const against = backwards ? 1 - reversed : reversed;
  const graph = g.body(
    [...states.map(() => [batch, hidden]), ...through.map((value) => g.dims(value).slice(1))],
    (inner, given) => {
      const made = body(inner, given.slice(0, states.length), given.slice(states.length));
      return [...made.states, made.output];
    },
  );
  const outputs = g.ops(
    'Scan',
    [...states, ...through],
    [...states.map(() => [batch, hidden]), [steps, batch, size]],
    {
      num_scan_inputs: through.length,
      scan_input_directions: through.map(() => against),
      scan_output_directions: [against],
    },
    { bodies: { body: graph } },
  );
  return { states: outputs.slice(0, -1), output: outputs[outputs.length - 1] };
}

/** Gates i, o, f and the new memory g: c = f c' + i g, h = o tanh(c). */
export const lstm = recurrent('LSTM', 2, {
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  backward(step) {
    const { g, hidden } = step;
    const sums = g.add(step.fromInput, step.fromState);
    const [i, o, f] = [0, 1, 2].map((k) => g.op('Sigmoid', [gate(step, sums, k)]));
    const fresh = g.op('Tanh', [gate(step, sums, 3)]);
    // Each step gives the memory before it, so that the way back has both.
    const { output: memories } = scan(
      step,
      [step.firstMemory],
      [f, g.mul(i, fresh)],
      2 * hidden,
      false,
      (inner, [c], [keep, add]) => {
        const next = inner.add(inner.mul(c, keep), add);
        return { states: [next], output: inner.op('Concat', [c, next], { axis: 1 }) };
      },
    );
    const before = gate(step, memories, 0);
    const out = g.op('Tanh', [gate(step, memories, 1)]);
    const slopes = g.op(
      'Concat',
      [
        g.mul(fresh, sigmoidSlope(g, i)),
        g.mul(out, sigmoidSlope(g, o)),
        g.mul(before, sigmoidSlope(g, f)),
        g.mul(i, tanhSlope(g, fresh)),
      ],
      { axis: 2 },
    );
    const { states, output } = scan(
      step,
      [step.lastHidden, step.lastMemory],
      [step.gradient, g.mul(o, tanhSlope(g, out)), f, slopes],
      4 * hidden,
      true,
      (inner, [dh, dc], [arrived, intoMemory, keep, slope]) => {
        const state = inner.add(dh, arrived);
        const memory = inner.add(dc, inner.mul(state, intoMemory));
        const gates = inner.mul(inner.op('Concat', [memory, state, memory, memory], { axis: 1 }), slope);
        return { states: [inner.op('MatMul', [gates, step.recurrence]), inner.mul(memory, keep)], output: gates };
      },
    );
    return { gates: output, hidden: states[0], memory: states[1] };
  },
});

/** Gates z, r and the new state n: h = (1 - z) n + z h', n = tanh(W x + R (r h')) or tanh(W x + r (R h')). */
export const gru = recurrent('GRU', 1, {
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  backward(step) {
    const { g, hidden, before } = step;
    const resetsLast = integerAttribute(step.at.node, 'linear_before_reset', 0) === 1;
    const [z, r] = [0, 1].map((k) =>
      g.op('Sigmoid', [g.add(gate(step, step.fromInput, k), gate(step, step.fromState, k))]),
    );
    const matrix = (k: number): Value => g.slice(step.recurrence, [k * hidden], [(k + 1) * hidden], [0]);
    const [ofGates, ofNew] = [g.slice(step.recurrence, [0], [2 * hidden], [0]), matrix(2)];
    const fromState = (): Value => {
      if (resetsLast) return g.mul(r, gate(step, step.fromState, 2));
      const made = g.op('MatMul', [g.mul(r, before), g.transpose(ofNew, [1, 0])]);
      return step.stateBias ? g.add(made, gate(step, step.stateBias, 2)) : made;
    };
    const fresh = g.op('Tanh', [g.add(gate(step, step.fromInput, 2), fromState())]);
    const intoUpdate = g.mul(g.sub(before, fresh), sigmoidSlope(g, z));
    const intoNew = g.mul(g.sub(1, z), tanhSlope(g, fresh));
    const reset = g.mul(resetsLast ? gate(step, step.fromState, 2) : before, sigmoidSlope(g, r));
    const { states, output } = scan(
      step,
      [step.lastHidden],
      [step.gradient, z, r, intoUpdate, intoNew, reset],
      3 * hidden,
      true,
      (inner, [dh], [arrived, keep, open, update, renew, slope]) => {
        const state = inner.add(dh, arrived);
        const fromNew = inner.mul(state, renew);
        const throughNew = resetsLast ? inner.mul(fromNew, open) : inner.op('MatMul', [fromNew, ofNew]);
        const fromReset = inner.mul(resetsLast ? fromNew : throughNew, slope);
        const gates = inner.op('Concat', [inner.mul(state, update), fromReset], { axis: 1 });
        const direct = resetsLast ? inner.op('MatMul', [throughNew, ofNew]) : inner.mul(throughNew, open);
        const next = inner.op('Sum', [inner.mul(state, keep), inner.op('MatMul', [gates, ofGates]), direct]);
        return { states: [next], output: inner.op('Concat', [gates, fromNew], { axis: 1 }) };
      },
    );
    return { gates: output, hidden: states[0], memory: states[0] };
  },
});

/** h = tanh(W x + R h'). */
export const rnn = recurrent('RNN', 1, {
  gates: 1,
  activations: ['Tanh'],
  backward(step) {
    const { g } = step;
    const slope = tanhSlope(g, g.op('Tanh', [g.add(step.fromInput, step.fromState)]));
    const { states, output } = scan(
      step,
      [step.lastHidden],
      [step.gradient, slope],
      step.hidden,
      true,
      (inner, [dh], [arrived, s]) => {
        const gates = inner.mul(inner.add(dh, arrived), s);
        return { states: [inner.op('MatMul', [gates, step.recurrence])], output: gates };
      },
    );
    return { gates: output, hidden: states[0], memory: states[0] };
  },
});
