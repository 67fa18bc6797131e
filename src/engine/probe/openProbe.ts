import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ProbeChoice, ProbeSummary } from '../../shared/engineApi.js';
import type { ImagesProbeFile, ProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import type { ConceptSet } from '../concept/conceptSet.js';
import type { OnnxModel } from '../onnx/model.js';
import { npyFileHead } from './arrayFile.js';
import { openArrays } from './arrays.js';
import { bundledProbes } from './bundled.js';
import { readingError, splitKey } from './dataFile.js';
import { drawnProbe } from './draw.js';
import { preparationFor } from './image/index.js';
import { openImages } from './images.js';
import { arrayDims, chooseInput, isPicture, modelInputs, sampleDims, type ModelInput } from './modelInput.js';
import { npzHeads } from './npz.js';
import { otherInputs, type OtherInputs } from './otherInputs.js';
import { pictureFile } from './pictureFile.js';
import { readProbeFile } from './probeFile.js';
import type { ProbeSet } from './probeSet.js';
import { ConceptError } from './stateConcepts.js';
import { openStates } from './states.js';
import { probeTitle, sampleTitle } from './probeTitle.js';

/**
 * Opens what was chosen, prepared for the model's input.
 *
 * @param bundledFolder holds the probe sets that come with Onnxplain, each a folder with a probe file
 * @param roots         folders of the workspace, whose names no title needs
 * @throws UserError where the choice can't be read, or does not fit the model
 */
export async function openProbe(
  choice: ProbeChoice,
  model: OnnxModel,
  { bundledFolder, roots = [] }: { bundledFolder: string; roots?: readonly string[] },
): Promise<ProbeSet> {
  switch (choice.kind) {
    case 'file':
      return mendedIn(choice.path, async () => openFile(choice, model, await readProbeFile(choice.path), roots));
    case 'bundled': {
      const bundled = (await bundledProbes(bundledFolder)).find((one) => one.name === choice.name);
      if (!bundled) throw new UserError(`there is no bundled probe set "${choice.name}"`);
      const probe = await openFile(choice, model, dataOnly(await readProbeFile(bundled.path), model));
      return { ...probe, title: sampleTitle(bundled.stem, probe.title) };
    }
    case 'data':
      return /\.jsonc?$/i.test(choice.path)
        ? openProbe({ kind: 'file', path: choice.path }, model, { bundledFolder, roots })
        : openFile(choice, model, await impliedFile(choice.path, model), roots);
    case 'drawn': {
      const assumptions: string[] = [];
      const input = chooseInput(model, undefined, null, assumptions);
      const others = (dims: readonly number[]) => otherInputs(model, input, dims);
      return drawnProbe({ model, input, others, assumptions });
    }
  }
}

/** Whatever is refused of a probe file's set, now or when its concepts are read, is mended in that file. */
async function mendedIn(file: string, open: () => Promise<ProbeSet>): Promise<ProbeSet> {
  const place = async (error: unknown): Promise<never> => {
    if (error instanceof UserError && !error.place && existsSync(file))
      error.place = { file: path.resolve(file), line: await lineOf(error, file) };
    throw error;
  };
  const probe = await open().catch(place);
  return { ...probe, concepts: (...request) => probe.concepts(...request).catch(place) };
}

/** The line of the concept that is wrong. */
async function lineOf(error: UserError, file: string): Promise<number | undefined> {
  if (!(error instanceof ConceptError)) return undefined;
  const lines = (await readFile(file, 'utf8')).split('\n');
  const line = lines.findIndex((text) => text.includes(JSON.stringify(error.concept)));
  return line < 0 ? undefined : line + 1;
}

/**
 * A bundled probe set says how its own model's input is called and prepared. For any other model that would be a guess:
 * it gets the data and concepts, and what is assumed about its input is said.
 */
function dataOnly(
  { file, base }: { file: ProbeFile; base: string },
  model: OnnxModel,
): { file: ProbeFile; base: string } {
  if (path.dirname(path.resolve(model.path)) === base) return { file, base };
  const anyInput = { ...file, input: undefined, inputs: undefined };
  return { file: anyInput.kind === 'images' ? { ...anyInput, preprocess: undefined } : anyInput, base };
}

async function openFile(
  choice: ProbeChoice,
  model: OnnxModel,
  { file, base }: { file: ProbeFile; base: string },
  roots: readonly string[] = [],
): Promise<ProbeSet> {
  const assumptions: string[] = [];
  const input = chooseInput(model, file.input, await fitTest(file, base), assumptions);
  const others = (dims: readonly number[] | null): Promise<OtherInputs> =>
    otherInputs(model, input, dims, file.inputs, base);
  const probe = await (async () => {
    switch (file.kind) {
      case 'states':
        return openStates(file, { choice, base, input, others });
      case 'arrays':
        return openArrays(file, { choice, base, input, others });
      case 'images':
        return openPictures(file, choice, { base, input, others: await others(null), roots });
    }
  })();
  const explicit = probe.explicit && withAbsoluteInputs(probe.explicit, base);
  return { ...probe, explicit, assumptions: [...assumptions, ...probe.assumptions] };
}

function withAbsoluteInputs(file: ProbeFile, base: string): ProbeFile {
  if (!file.inputs) return file;
  const inputs = Object.entries(file.inputs).map(
    ([name, value]) => [name, typeof value === 'string' ? path.resolve(base, value) : value] as const,
  );
  return { ...file, inputs: Object.fromEntries(inputs) };
}

/** Pictures feed one input; the batches' other inputs grow with them, or have a value for each picture. */
async function openPictures(
  file: ImagesProbeFile,
  choice: ProbeChoice,
  { base, input, others, roots }: { base: string; input: ModelInput; others: OtherInputs; roots: readonly string[] },
): Promise<ProbeSet> {
  const images = await openImages(file, {
    choice,
    base,
    input,
    otherInputs: (count) => others.feeds(0, count),
    bundled: choice.kind === 'bundled',
    roots,
  });
  const { samples } = images;
  const absolute = (one: string) => path.resolve(base, one);
  const concepts = Object.entries(file.concepts ?? {}).map(
    ([key, value]) => [key, typeof value === 'string' ? absolute(value) : value] as const,
  );
  return {
    ...images,
    title: probeTitle(images.title, samples, 'picture'),
    assumptions: [...others.assumptions, ...images.assumptions],
    explicit: {
      ...file,
      data: typeof file.data === 'string' ? absolute(file.data) : file.data.map(absolute),
      ...(file.concepts ? { concepts: Object.fromEntries(concepts) } : {}),
      input: input.name,
      preprocess: preparationFor(input, file.preprocess).preprocess,
    },
    async batch(first, count) {
      const { [images.input]: pictures } = await images.batch(first, count);
      return { ...others.feeds(first, pictures.dims[0]), [images.input]: pictures };
    },
  };
}

/** Which of several inputs the data could feed. */
async function fitTest(file: ProbeFile, base: string): Promise<((input: ModelInput) => boolean) | null> {
  if (file.kind === 'images') return isPicture;
  const { file: data, key } = splitKey(path.resolve(base, typeof file.data === 'string' ? file.data : ''));
  if (file.kind === 'states' && file.columns) {
    const { columns } = file;
    return (input) => sampleDims(input, columns.length) !== null;
  }
  if (/\.npy$/i.test(data)) {
    const { head } = await npyFileHead(data);
    return (input) => arrayDims(input, head.shape.slice(1)) !== null;
  }
  if (/\.npz$/i.test(data)) {
    const heads = await npzHeads(data);
    const head = heads.get(key ?? [...heads.keys()][0]);
    return !head || head instanceof UserError ? null : (input) => arrayDims(input, head.shape.slice(1)) !== null;
  }
  return null;
}

/** The probe file that plain data stand for: a folder or a picture, a table, an array. */
export async function impliedFile(data: string, model: OnnxModel): Promise<{ file: ProbeFile; base: string }> {
  const absolute = path.resolve(data);
  const { file, key } = splitKey(absolute);
  const base = path.dirname(absolute);
  const isFolder = await stat(file).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw readingError(file, error);
    },
  );
  if (isFolder) {
    const classes = (await readdir(file, { withFileTypes: true })).some((entry) => entry.isDirectory());
    const concepts = classes ? { concepts: { folders: true, auto: true } } : {};
    return { file: { kind: 'images', data: absolute, ...concepts }, base: absolute };
  }
  const extension = path.extname(file).toLowerCase();
  if (extension === '.csv' || extension === '.tsv' || extension === '.parquet') {
    return { file: { kind: 'states', data: absolute }, base };
  }
  if (extension === '.npy') {
    const { head } = await npyFileHead(file);
    return { file: { kind: head.shape.length <= 2 && !sequence(model) ? 'states' : 'arrays', data: absolute }, base };
  }
  if (extension === '.npz') {
    const chosen = key ?? (await fittingKey(file, model));
    const head = (await npzHeads(file)).get(chosen ?? '');
    if (head instanceof UserError) throw head;
    const flat = head !== undefined && head.shape.length <= 2 && !sequence(model);
    return { file: { kind: flat ? 'states' : 'arrays', data: chosen === null ? file : `${file}:${chosen}` }, base };
  }
  if (pictureFile.test(extension)) return { file: { kind: 'images', data: [absolute] }, base };
  throw new UserError(`${path.basename(file)}: not a probe set`, {
    hint: 'give a folder of pictures, .csv, .npy, .npz or a probe file (.probe.json)',
    code: 'probe/unknown',
  });
}

/** Whether the model reads sequences of whole numbers, whose columns are no columns of a table. */
const sequence = (model: OnnxModel): boolean => modelInputs(model)[0]?.type.includes('int') ?? false;

/** The array that feeds the model: the only one, the one named as an input, or the only one that fits; else null. */
async function fittingKey(file: string, model: OnnxModel): Promise<string | null> {
  const heads = await npzHeads(file);
  const inputs = modelInputs(model);
  if (heads.size === 1) return [...heads.keys()][0];
  const fitting = [...heads].filter(
    ([, head]) =>
      !(head instanceof UserError) &&
      inputs.some((input) => arrayDims(input, head.shape.slice(1)) !== null && head.shape.length > 1),
  );
  const named = fitting.find(([key]) => inputs.some((input) => input.name === key));
  if (named) return named[0];
  return fitting.length === 1 ? fitting[0][0] : null;
}

/** What the panel and the command line say of a probe set. */
export function summaryOf(probe: ProbeSet, concepts?: ConceptSet): ProbeSummary {
  return {
    choice: probe.choice,
    kind: probe.kind,
    title: probe.title,
    path: probe.path,
    samples: probe.samples,
    columns: probe.columns,
    concepts: concepts?.concepts.map((concept) => concept.name) ?? [],
    bundled: probe.bundled,
    drawn: probe.drawn,
    assumptions: [...probe.assumptions, ...(concepts?.read ?? [])],
  };
}
