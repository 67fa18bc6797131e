import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../shared/userError.js';
import { mediaFolder } from '../engine/index.js';
import { colormaps, encodePng, mapMethods, overlay } from '../engine/cam/index.js';
import { computeMaps } from '../engine/map/computeMaps.js';
import { arrayInputs, fileInputs, type OpenedInputs } from '../engine/map/inputs.js';
import type { MapJob } from '../engine/map/mapJob.js';
import type { MapRegion } from '../shared/engineApi.js';
import { readModel } from '../engine/onnx/index.js';
import { decodeFile, encodeNpy } from '../engine/probe/index.js';
import { oneOf, parseCommand, unitList, wholeNumber } from './arguments.js';
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
    class: { type: 'string', multiple: true },
    region: { type: 'string' },
    box: { type: 'string' },
    probability: { type: 'boolean' },
    'eigen-smooth': { type: 'boolean' },
    'aug-smooth': { type: 'boolean' },
    units: { type: 'string' },
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
  if (values.box !== undefined && values['aug-smooth'])
    throw new UsageError('--box is of one picture: --aug-smooth mirrors it', command);
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
  const classes = values.class ?? [];
  if (format === 'png' && classes.length > 1) {
    throw new UserError(`a picture shows one map, and ${classes.length} classes are named`, {
      hint: 'write the maps to a .npy file, or name one class',
    });
  }
  const units = unitList(command, values.units);
  const box = wholeNumber(command, 'box', values.box, 0, null);
  const job: MapJob = {
    method,
    layers: values.layer ?? [],
    class: classes[0] ?? null,
    output: values.output ?? null,
    unit: wholeNumber(command, 'unit', values.unit, 0, null),
    seed,
    raw: values.raw ?? false,
    threads,
    probability: values.probability ?? false,
    eigenSmooth: values['eigen-smooth'] ?? false,
    augSmooth: values['aug-smooth'] ?? false,
    ...(classes.length > 1 ? { classes } : {}),
    ...(units ? { units } : {}),
    ...(values.region === undefined ? {} : { region: regionOf(values.region) }),
    ...(box === null ? {} : { box }),
  };
  const result = await computeMaps(model, inputs, size, job, {
    onProgress: (done, total) => progress.update('Drawing maps', done, total),
  });
  progress.end();
  for (const note of result.notes) progress.say(note);
  const { maps, places } = result;
  if (format === 'png') {
    await writeResult(values.out, encodePng(overlay(opened.picture(0), maps[0], undefined, colormap)));
  } else {
    const all = new Float32Array(maps.reduce((sum, map) => sum + map.length, 0));
    maps.forEach((map, i) => all.set(map, i * map.length));
    const shape = classes.length > 1 ? [inputs.samples, classes.length] : [maps.length];
    await writeResult(values.out, encodeNpy(all, [...shape, ...places]));
  }
  const each = maps.length / inputs.samples;
  const drawnFor = result.classes.map((index, i) => {
    const top = result.top[Math.floor(i / each)];
    const best = top.find(({ class: other }) => other === index) ?? top[0];
    const box = result.boxes[i] === null ? '' : ` (box ${result.boxes[i]})`;
    return best ? `${best.class}${best.name ? ` ${printable(best.name)}` : ''}${box}` : '';
  });
  const of = result.layers.length > 0 ? result.layers.map(printable).join(', ') : 'the whole model';
  progress.say(
    `${path.basename(values.out)}: ${result.method.title} of ${of}, ` +
      `${result.method.needsClass ? 'class' : 'highest class'} ${drawnFor.slice(0, 5).join(', ')}${drawnFor.length > 5 ? ', ...' : ''}`,
  );
}

/** `predicted`, `all` or `x,y,width,height`. */
function regionOf(text: string): MapRegion {
  if (text === 'predicted' || text === 'all') return text;
  const [x, y, width, height, ...more] = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if ([x, y, width, height].every((value) => value >= 0) && width > 0 && height > 0 && more.length === 0) {
    return { x, y, width, height };
  }
  throw new UsageError(`--region is predicted, all or x,y,width,height in pixels, got "${text}"`, command);
}
