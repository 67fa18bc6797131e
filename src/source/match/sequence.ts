import type { Item } from '../values/value.js';

/** A single child in a sequence of them. */
export type Single = Extract<Item, { kind: 'one' }>;

/** How well children of a container fit where the model has some, and what it costs where the model has none. */
export interface Fits {
  /** Places in the sequence, the last that the model names included. */
  length: number;
  /** How well an item fits at a place: what it gains. */
  at: (place: number, item: Single) => number;
  /** What it costs if the item shows nowhere in the model: 0 for a Dropout, 1 for a convolution. */
  absent: (item: Single) => number;
}

/** Sequences with more parts than this are matched without counting their repetitions. */
const mostStates = 600;
const tolerance = 1e-9;

/**
 * Which items of a sequence with repetitions and alternatives stand at which place: those on a best path through it, as
 * Viterbi's algorithm finds them. Several where the model does not decide.
 *
 * @returns the items for each place, and what the best path gains
 */
export function matchSequence(items: readonly Item[], fits: Fits): { places: Single[][]; gain: number } {
  const { steps, jumps, end } = automaton(items);
  const states = steps.length;
  const ahead = [fresh(states)];
  ahead[0][0] = 0;
  for (let place = 0; place < fits.length; place++) {
    const from = settled(ahead[place], jumps);
    ahead[place] = from;
    const to = fresh(states);
    steps.forEach((list, state) => {
      if (from[state] === -Infinity) return;
      for (const { item, to: next } of list) to[next] = Math.max(to[next], from[state] + fits.at(place, item));
    });
    ahead.push(to);
  }
  ahead[fits.length] = settled(ahead[fits.length], jumps);
  let behind = toEnd(steps, jumps, end, fits);
  const gain = best(ahead[fits.length], behind);
  const places: Single[][] = [];
  for (let place = fits.length - 1; place >= 0; place--) {
    const before = fresh(states);
    const chosen = new Set<Single>();
    steps.forEach((list, state) => {
      for (const { item, to } of list) {
        const value = fits.at(place, item) + behind[to];
        before[state] = Math.max(before[state], value);
        if (ahead[place][state] + value >= gain - tolerance && gain > -Infinity) chosen.add(item);
      }
    });
    places.unshift([...chosen]);
    behind = backwards(before, jumps);
  }
  return { places, gain };
}

interface Automaton {
  steps: { item: Single; to: number }[][];
  jumps: number[][];
  end: number;
}

function automaton(items: readonly Item[]): Automaton {
  const steps: Automaton['steps'] = [[]];
  const jumps: number[][] = [[]];
  const state = () => {
    steps.push([]);
    jumps.push([]);
    return steps.length - 1;
  };
  const chain = (list: readonly Item[], from: number): number => list.reduce((at, item) => add(item, at), from);
  const add = (item: Item, from: number): number => {
    if (item.kind === 'one') {
      const to = state();
      steps[from].push({ item, to });
      return to;
    }
    if (item.kind === 'either') {
      const to = state();
      for (const branch of item.branches) jumps[chain(branch, from)].push(to);
      return to;
    }
    if (item.count !== null && steps.length + item.count * item.items.length <= mostStates) {
      let at = from;
      for (let round = 0; round < item.count; round++) at = chain(item.items, at);
      return at;
    }
    const start = state();
    jumps[from].push(start);
    jumps[chain(item.items, start)].push(start);
    return start;
  };
  return { end: chain(items, 0), steps, jumps };
}

const fresh = (states: number): Float64Array => new Float64Array(states).fill(-Infinity);

const best = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, i) => Math.max(most, value + b[i]), -Infinity);

/** Values carried along the jumps, which cost nothing. */
function settled(values: Float64Array, jumps: readonly number[][]): Float64Array {
  const queue = [...values.keys()].filter((state) => values[state] > -Infinity);
  for (let state = queue.pop(); state !== undefined; state = queue.pop())
    for (const to of jumps[state])
      if (values[to] < values[state]) {
        values[to] = values[state];
        queue.push(to);
      }
  return values;
}

function backwards(values: Float64Array, jumps: readonly number[][]): Float64Array {
  for (let changed = true; changed;) {
    changed = false;
    for (let state = jumps.length - 1; state >= 0; state--)
      for (const to of jumps[state])
        if (values[state] < values[to]) {
          values[state] = values[to];
          changed = true;
        }
  }
  return values;
}

/** What it costs at best to reach the end from each state while nothing more shows in the model. */
function toEnd(steps: Automaton['steps'], jumps: readonly number[][], end: number, fits: Fits): Float64Array {
  const values = fresh(steps.length);
  values[end] = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (let state = steps.length - 1; state >= 0; state--) {
      const options = [
        ...jumps[state].map((to) => values[to]),
        ...steps[state].map(({ item, to }) => values[to] - fits.absent(item)),
      ];
      for (const option of options)
        if (option > values[state]) {
          values[state] = option;
          changed = true;
        }
    }
  }
  return values;
}
