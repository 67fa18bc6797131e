import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type GradientOptions, openGradient } from '../../src/engine/backward/index.js';
import { readModel } from '../../src/engine/onnx/index.js';
import { openSession } from '../../src/engine/runtime/index.js';
import type { Tensor } from '../../src/engine/runtime/tensor.js';
import { modelBytes, type ModelSpec, type NodeSpec, type TensorSpec } from './onnxFile.js';

/** A model of one node or a few, whose gradient is compared with differences. */
export interface GradientCase {
  op: string;
  attributes?: NodeSpec['attributes'];
  domain?: string;
  opset?: number;
  /** Inputs by position: dimensions of random fractions that are differentiated by, values for the same, or a constant. */
  inputs: readonly (readonly number[] | { values: number[]; dims: readonly number[] } | TensorSpec | null)[];
  outputs?: number;
  /** How many of the outputs the score counts; the others may be integers. */
  scored?: number;
  /** Values are drawn from here: away from what the operator is not defined or smooth at. */
  between?: readonly [number, number];
  /** Positions of inputs that are not differentiated by, though fractions. */
  fixed?: readonly number[];
  seed?: number;
  /** Half the step of the difference. */
  step?: number;
  /** Of the difference, relative to the largest element of the gradient. */
  tolerance?: number;
}

/** mulberry32: the same numbers everywhere. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values no two of which are closer than the range over their count: no step of the difference crosses a kink. */
export function distinct(count: number, [low, high]: readonly [number, number], random: () => number): number[] {
  const places = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [places[i], places[j]] = [places[j], places[i]];
  }
  return places.map((place) => low + ((place + 0.5) / count) * (high - low));
}

const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);
let made = 0;

/** Writes a model for as long as `use` takes. */
export async function withModel<T>(spec: ModelSpec, use: (file: string) => Promise<T>): Promise<T> {
  const file = path.join(tmpdir(), `onnxplain-gradient-${process.pid}-${made++}.onnx`);
  writeFileSync(file, modelBytes(spec));
  try {
    return await use(file);
  } finally {
    rmSync(file);
  }
}

/**
 * Compares the gradient of Σ seed × output with central differences, element by element (30 of each input at most).
 *
 * @returns the largest difference, relative to the gradient's largest element
 */
export async function checkGradient(given: GradientCase, options: GradientOptions = {}): Promise<number> {
  const random = randomNumbers(given.seed ?? 1);
  const { between = [-2, 2], step = 5e-3, tolerance = 5e-3 } = given;
  const outputs = Array.from({ length: given.outputs ?? 1 }, (_, i) => `y${i}`);
  const initializers: Record<string, TensorSpec> = {};
  const feeds: Record<string, Tensor> = {};
  const names = given.inputs.map((input, i) => {
    if (input === null) return '';
    const name = `x${i}`;
    const isDims = Array.isArray(input);
    if (!isDims && ('raw' in input || 'type' in input || given.fixed?.includes(i))) {
      initializers[name] = input as TensorSpec;
    } else {
      const dims = isDims ? (input as number[]) : (input as TensorSpec).dims;
      const values = isDims ? distinct(product(dims), between, random) : ((input as TensorSpec).values ?? []);
      feeds[name] = { type: 'float32', dims, data: Float32Array.from(values) };
    }
    return name;
  });
  const wrt = Object.keys(feeds);
  const spec: ModelSpec = {
    nodes: [{ op: given.op, domain: given.domain, in: names, out: outputs, attributes: given.attributes, name: 'it' }],
    inputs: Object.fromEntries(wrt.map((name) => [name, { shape: [...feeds[name].dims] }])),
    outputs: Object.fromEntries(outputs.slice(0, given.scored).map((name) => [name, {}])),
    initializers,
    opset: given.opset ?? 21,
    domains: given.domain ? { [given.domain]: 1 } : {},
  };
  const targets = outputs.slice(0, given.scored);
  return withModel(spec, async (file) => {
    const model = await readModel(file);
    const gradient = openGradient(model, { targets, wrt }, { ...options, threads: 1 });
    const session = await openSession(model, { outputs: [], threads: 1 });
    try {
      const pass = await gradient.forward(feeds);
      const seeds = Object.fromEntries(
        targets.map((name) => [
          name,
          Float32Array.from({ length: product(pass.values[name].dims) }, () => random() * 2 - 1),
        ]),
      );
      const gradients = await pass.backward(seeds);
      const { gradients: together } = await gradient.run(feeds, seeds);
      const score = async (): Promise<number> => {
        const results = await session.run(feeds, targets);
        return targets.reduce(
          (sum, name) => sum + (results[name].data as Float32Array).reduce((all, y, i) => all + y * seeds[name][i], 0),
          0,
        );
      };
      let worst = 0;
      for (const name of wrt) {
        const data = feeds[name].data as Float32Array;
        const found = gradients[name].data as Float32Array;
        if (found.length !== data.length || String(gradients[name].dims) !== String(feeds[name].dims)) {
          throw new Error(`the gradient by ${name} has dimensions ${gradients[name].dims.join(' × ')}`);
        }
        const scale = Math.max(...found.map(Math.abs), 1e-2);
        const apart = (together[name].data as Float32Array).findIndex(
          (y, i) => !(Math.abs(y - found[i]) <= 1e-5 * scale),
        );
        if (apart >= 0) {
          throw new Error(`${given.op}: in one session the gradient by ${name}[${apart}] is another than in two`);
        }
        const chosen =
          data.length <= 30 ? [...data.keys()] : Array.from({ length: 30 }, () => Math.floor(random() * data.length));
        for (const i of chosen) {
          const at = data[i];
          const ends: number[] = [];
          for (const sign of [1, -1]) {
            data[i] = at + sign * step;
            ends.push(data[i], await score());
          }
          data[i] = at;
          const wanted = (ends[1] - ends[3]) / (ends[0] - ends[2]);
          const difference = Math.abs(found[i] - wanted) / scale;
          if (!(difference <= tolerance)) {
            throw new Error(
              `${given.op}: by ${name}[${i}] = ${at} the gradient is ${found[i]}, the difference ${wanted}`,
            );
          }
          worst = Math.max(worst, difference);
        }
      }
      return worst;
    } finally {
      await session.release();
      await gradient.release();
    }
  });
}
