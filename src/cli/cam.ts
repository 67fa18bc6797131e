import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../shared/userError.js';
import { mediaFolder } from '../engine/index.js';
import { colormaps, encodePng, mapMethods, overlay } from '../engine/cam/index.js';
import { computeMaps } from '../engine/map/computeMaps.js';
import { arrayInputs, fileInputs, type OpenedInputs } from '../engine/map/inputs.js';
import { readModel } from '../engine/onnx/index.js';
import { decodeFile, encodeNpy } from '../engine/probe/index.js';
import { oneOf, parseCommand, wholeNumber } from './arguments.js';
import { writeResult } from './output.js';
import { printable } from './printable.js';
import { probeChoice } from './probeChoice.js';
import { createProgress } from './progress.js';
import { UsageError } from './usage.js';

const command = 'cam';

export async function cam(args: string[]): Promise<void> {
  const { values, positionals } = parseCommand(command, args, {
    image: { type: 'string' },
    input: { type: 'string' },
    method: { type: 'string' },
    layer: { type: 'string', multiple: true },
    class: { type: 'string' },
    output: { type: 'string' },
    probe: { type: 'string' },
    unit: { type: 'string' },
    seed: { type: 'string' },
    threads: { type: 'string' },
    raw: { type: 'boolean' },
    colormap: { type: 'string' },
    out: { type: 'string' },
  });
  if (positionals.length !== 1) throw new UsageError('cam wants one MODEL', command);
  if ((values.image === undefined) === (values.input === undefined))
    throw new UsageError('cam wants either --image or --input', command);
  if (values.method === undefined) throw new UsageError('cam wants a --method', command);
  const method = oneOf(command, 'method', values.method, Object.keys(mapMethods), values.method);
  const needsUnit = mapMethods[method].needs === 'unit';
  if (needsUnit !== (values.unit !== undefined))
    throw new UsageError(
      needsUnit ? `--method ${method} wants a --unit` : `--method ${method} takes no --unit`,
      command,
    );
  if (values.out === undefined) throw new UsageError('cam wants --out FILE, .npy or .png', command);
  const format = /\.(npy|png)$/i.exec(values.out)?.[1].toLowerCase();
  if (!format) throw new UsageError(`--out ends in .npy or .png, got "${values.out}"`, command);
  if (format === 'png' && values.raw)
    throw new UsageError('--raw is for .npy: a picture shows the finished map', command);
  const colormap = oneOf(command, 'colormap', values.colormap, Object.keys(colormaps), 'inferno');
  const seed = wholeNumber(command, 'seed', values.seed, 0, 0);
  const threads = wholeNumber(command, 'threads', values.threads, 1, null);

  const progress = createProgress(values.quiet ?? false);
  const model = await readModel(positionals[0]);
  // Without a probe set to prepare it, the file itself is taken for one: what is no picture is refused as that first.
  if (values.image !== undefined && values.probe === undefined) await decodeFile(values.image);
  const opened: OpenedInputs =
    values.image !== undefined
      ? await fileInputs(
          model,
          values.image,
          values.probe === undefined ? null : probeChoice(values.probe),
          path.join(mediaFolder(), 'sample'),
        )
      : await arrayInputs(model, values.input!);
  for (const note of opened.notes) progress.say(note);
  const own = model.path.replace(/\.onnx$/i, '.probe.json');
  if (values.image !== undefined && values.probe === undefined && own !== model.path && existsSync(own))
    progress.say(
      `${path.basename(own)}, beside the model, is not used: --probe ${own} prepares the picture as it says`,
    );
  const { inputs, size } = opened;
  if (format === 'png' && inputs.samples !== 1) {
    throw new UserError(`${values.input}: a picture shows one map, and there are ${inputs.samples} inputs`, {
      hint: 'write the maps to a .npy file',
    });
  }
  const result = await computeMaps(model, inputs, size, {
    method,
    layers: values.layer ?? [],
    class: values.class ?? null,
    output: values.output ?? null,
    unit: wholeNumber(command, 'unit', values.unit, 0, null),
    seed,
    raw: values.raw ?? false,
    threads,
  });
  for (const note of result.notes) progress.say(note);
  const { maps, height, width } = result;
  if (format === 'png') {
    await writeResult(values.out, encodePng(overlay(opened.picture(0), maps[0], undefined, colormap)));
  } else {
    const all = new Float32Array(maps.length * height * width);
    maps.forEach((map, i) => all.set(map, i * height * width));
    await writeResult(values.out, encodeNpy(all, [maps.length, height, width]));
  }
  const drawnFor = result.classes.map((index, i) => {
    const best = result.top[i].find(({ class: other }) => other === index) ?? result.top[i][0];
    return best ? `${best.class}${best.name ? ` ${printable(best.name)}` : ''}` : '';
  });
  progress.say(
    `${path.basename(values.out)}: ${result.method.title} of ${result.layers.map(printable).join(', ')}, ` +
      `${result.method.needsClass ? 'class' : 'highest class'} ${drawnFor.slice(0, 5).join(', ')}${drawnFor.length > 5 ? ', ...' : ''}`,
  );
}
