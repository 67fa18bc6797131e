// A layer's activations by a session of the layer, against one of the whole model with the layer as an output; by turns, in one run.
//   node --import tsx bench/layers/run.ts MODEL [LAYER...] [--samples 16] [--rounds 5] [--threads 1]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { appendOutputs, defaultLayers, findLayer, readModel, structureOf } from '../../src/engine/onnx/index.js';
import { modelBytes, openBytes, openSession, type Session, type Tensor } from '../../src/engine/runtime/index.js';
import { mulberry32 } from '../../src/engine/random.js';
import { best } from '../best.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    samples: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
  },
});
const [file, ...names] = positionals;
const [samples, rounds, threads] = [values.samples, values.rounds, values.threads].map(Number);
const model = await readModel(file);
const layers =
  names.length > 0 ? names.map((name) => findLayer(structureOf(model), name)) : [0, 0.25, 0.5, 0.75].map(atPart);

/** The default layer that stands at this part of the model's depth. */
function atPart(part: number) {
  const all = defaultLayers(model);
  return all[Math.floor(part * all.length)];
}

const whole = async (name: string): Promise<Session> =>
  openBytes(
    {
      name: path.basename(file),
      bytes: await modelBytes(model, appendOutputs(model, [name])),
      folder: path.dirname(path.resolve(file)),
      inputs: new Map(model.graph.inputs.map((input) => [input.name, input.shape])),
    },
    { threads },
  );

console.log(
  `${path.basename(file)}, ${samples} samples, ${threads} threads, milliseconds: the whole model, the layer's session`,
);
for (const { name, node } of layers) {
  const sessions = [await whole(name), await openSession(model, { outputs: [name], threads })];
  const next = mulberry32(0);
  const feeds = Object.fromEntries(
    sessions[0].inputs.map(({ name: input, shape }): [string, Tensor] => {
      const dims = (shape ?? []).map((dim) => Number(dim) || 1);
      const data = Float32Array.from({ length: dims.reduce((all, dim) => all * dim, 1) }, () => next());
      return [input, { type: 'float32', dims, data }];
    }),
  );
  const runAll = async (session: Session): Promise<void> => {
    for (let sample = 0; sample < samples; sample++) await session.run(feeds, [name]);
  };
  const times: number[] = [Infinity, Infinity];
  const openings: number[] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    for (const [i, session] of sessions.entries()) {
      times[i] = Math.min(times[i], await best(1, threads, () => runAll(session)));
      openings[i] = Math.min(
        openings[i],
        await best(1, threads, async () =>
          (await (i === 0 ? whole(name) : openSession(model, { outputs: [name], threads }))).release(),
        ),
      );
    }
  }
  const text = ([before, now]: number[]) =>
    `${before.toFixed(1)}, ${now.toFixed(1)} (${(before / now).toFixed(1)} times as fast)`;
  console.log(`${node || name}: run ${text(times)}; open ${text(openings)}`);
  for (const session of sessions) await session.release();
}
