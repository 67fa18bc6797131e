import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ProbeChoice, ProbeSummary } from '../../shared/engineApi.js';
import type { ImagesProbeFile, ProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import type { ConceptSet } from '../concept/conceptSet.js';
import type { OnnxModel } from '../onnx/model.js';
import { npyFileHead } from './arrayFile.js';
import { openArrays } from './arrays.js';
import { annotationFormat } from './annotation/index.js';
import { bundledProbes } from './bundled.js';
import { namingBundled } from './bundledPaths.js';
import { splitKey } from './dataFile.js';
import { drawnProbe } from './draw.js';
import { impliedFile } from './impliedFile.js';
import { preparationFor } from './image/index.js';
import { openImages, type ImagesOptions } from './images.js';
import { arrayDims, chooseInput, isPicture, sampleDims, type ModelInput } from './modelInput.js';
import { isClassifier, modelOutputs, outputNames, type ModelOutputs } from './modelOutputs.js';
import { npzHeads } from './npz.js';
import { otherInputs, type OtherInputs } from './otherInputs.js';
import { withOutputs } from './outputConcepts.js';
import { readProbeFile } from './probeFile.js';
import type { ProbeSet } from './probeSet.js';
import { ConceptError } from './stateConcepts.js';
import { openStates } from './states.js';
import { probeTitle, sampleTitle } from './probeTitle.js';
import { withChanges } from './withChanges.js';

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
      return mendedIn(choice.path, async () =>
        openFile(choice, model, await probeFileAt(choice.path, model, bundledFolder), roots),
      );
    case 'bundled': {
      const bundled = (await bundledProbes(bundledFolder)).find((one) => one.name === choice.name);
      if (!bundled) throw new UserError(`there is no bundled probe set "${choice.name}"`);
      const file = dataOnly(await readProbeFile(bundled.path, bundledFolder), model);
      const probe = await openFile(choice, model, file);
      const explicit = probe.explicit && namingBundled(probe.explicit, bundledFolder);
      return { ...probe, explicit, title: sampleTitle(bundled.stem, probe.title) };
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

/** Not a file of annotations, which is JSON too. */
export const isProbeFile = async (file: string): Promise<boolean> =>
  /\.probe\.jsonc?$/i.test(file) || (await annotationFormat(file)) === null;

/** A probe file; or the one that a file of annotations stands for, which is JSON too. */
async function probeFileAt(
  file: string,
  model: OnnxModel,
  bundledFolder: string,
): Promise<{ file: ProbeFile; base: string }> {
  return (await isProbeFile(file)) ? readProbeFile(file, bundledFolder) : impliedFile(file, model);
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

/** Where nobody asked for it: a class that is predicted for fewer says which picture it is, not what is in it. */
const fewestPredicted = 5;

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
        return openStates(file, { choice, base, input, others, outputs: outputsOf(model) });
      case 'arrays':
        return openArrays(file, { choice, base, input, others });
      case 'images':
        return openPictures(file, choice, {
          ...{ base, input, others: await others(null), roots },
          classNames: (classes) => outputNames(model, classes),
        });
    }
  })();
  const explicit = probe.explicit && withAbsoluteInputs(probe.explicit, base);
  const complete = { ...probe, explicit, assumptions: [...assumptions, ...probe.assumptions] };
  // Where nobody names a concept of pictures, what the classifier sees in them is one as good as their colours.
  const isBare =
    file.kind === 'images' && file.concepts === undefined && file.outputs === undefined && isClassifier(model);
  const setting = file.outputs ?? isBare;
  const whole = setting === false ? complete : withOutputs(complete, setting, model, isBare ? fewestPredicted : 1);
  return withChanges(whole, file);
}

/** Runs the model over all of a probe set's samples, once: not again for other settings of the search. */
function outputsOf(model: OnnxModel): (probe: ProbeSet, signal?: AbortSignal) => Promise<ModelOutputs> {
  let known: Promise<ModelOutputs> | null = null;
  return (probe, signal) => {
    known ??= modelOutputs(model, probe, probe.samples, signal).catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
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
  {
    others,
    ...options
  }: Pick<ImagesOptions, 'base' | 'roots' | 'classNames'> & { input: ModelInput; others: OtherInputs },
): Promise<ProbeSet> {
  const { base, input } = options;
  const images = await openImages(file, {
    ...options,
    choice,
    otherInputs: (count) => others.feeds(0, count),
    bundled: choice.kind === 'bundled',
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
    ...(concepts ? { categories: concepts.concepts.map(({ category }) => category) } : {}),
    bundled: probe.bundled,
    drawn: probe.drawn,
    assumptions: [...probe.assumptions, ...(concepts?.read ?? [])],
  };
}
