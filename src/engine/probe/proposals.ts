import path from 'node:path';
import type { ProbeChoice, ProbeProposal } from '../../shared/engineApi.js';
import type { ProbeFile } from '../../shared/probeFile.js';
import { UserError } from '../../shared/userError.js';
import type { OnnxModel } from '../onnx/model.js';
import { bundledProbes } from './bundled.js';
import { isFloat, isPicture, modelInputs, sampleDims, tensorTypeOf, type ModelInput } from './modelInput.js';
import { fittingData, takesColumns, type FittingData } from './fittingData.js';
import { readProbeFile } from './probeFile.js';
import { findData, type FoundData } from './findData.js';
import { placeOf, sampleTitle } from './probeTitle.js';

type Origin = ProbeProposal['origin'];

/** Near the model and in each folder, at most this many files are offered, and this many folders of pictures. */
const mostFiles = 12;
/** Of so many files, at most, the heads are read. */
const mostExamined = 150;
/** Few JSON files are annotations of pictures. */
const mostJson = 30;
const mostFolders = 5;

/**
 * Probe sets that fit the model's input, best first: near the model, in the folders, bundled, drawn. Whether a file
 * fits is read from its head alone; folders are walked within bounds, so that this answers fast in any workspace.
 */
export async function proposeProbes(
  model: OnnxModel,
  folders: string[],
  bundledFolder: string,
): Promise<ProbeProposal[]> {
  const all = modelInputs(model);
  if (all.length === 0) return [];
  const inputs = inputsForData(all);
  const home = path.dirname(path.resolve(model.path));
  const roots = folders.map((folder) => path.resolve(folder));
  const proposals: ProbeProposal[] = [];
  const offered = new Set<string>();
  const offer = (found: ProbeProposal[]) => {
    for (const proposal of found) {
      const key = JSON.stringify(proposal.choice);
      if (!offered.has(key)) proposals.push(proposal);
      offered.add(key);
    }
  };
  offer(
    await fitting(await findData(home, { depth: 2 }), inputs, {
      origin: 'near the model',
      root: home,
      model: model.path,
      roots,
      bundledFolder,
    }),
  );
  for (const folder of folders) {
    offer(
      await fitting(await findData(path.resolve(folder), { depth: 4 }), inputs, {
        origin: 'workspace',
        root: folder,
        model: model.path,
        roots,
        bundledFolder,
      }),
    );
  }
  for (const bundled of await bundledProbes(bundledFolder)) {
    const title = await fittingProbeFile(bundled.path, inputs, { bundledFolder, bundled: true });
    // A sample that lies near the model has been offered as that.
    if (title === null || offered.has(JSON.stringify({ kind: 'file', path: bundled.path }))) continue;
    const choice: ProbeChoice = { kind: 'bundled', name: bundled.name };
    const detail = "comes with Onnxplain; its inputs have the right shape, which does not make them this model's own";
    offer([{ choice, title: sampleTitle(bundled.stem, title), detail, origin: 'bundled' }]);
  }
  if (canBeDrawn(all) && (proposals.length === 0 || !isPicture(inputs[0]))) {
    const title = 'Samples drawn at random';
    const detail = 'floats from a standard normal, whole numbers uniformly: not real data';
    offer([{ choice: { kind: 'drawn' }, title, detail, origin: 'drawn' }]);
  }
  return proposals;
}

/**
 * The proposal to take where nobody chose: what lies near the model or bears its name; then what comes with Onnxplain, or
 * is drawn, and says so. What fits by its shape alone elsewhere in the workspace is taken only where there is nothing else.
 */
export function proposalToTake(proposals: readonly ProbeProposal[], model: string): ProbeProposal | null {
  const isOwn = ({ origin, choice }: ProbeProposal) =>
    origin === 'near the model' || ('path' in choice && isNamesake(choice.path, model));
  return proposals.find(isOwn) ?? proposals.find(({ origin }) => origin !== 'workspace') ?? proposals[0] ?? null;
}

/** `policy_states.csv` and `policy.probe.json` bear the name of `policy.onnx`. */
function isNamesake(file: string, model: string): boolean {
  const stem = path.basename(model).replace(/\.onnx$/i, '');
  const name = path.basename(file);
  return name.startsWith(`${stem}.`) || name.startsWith(`${stem}_`);
}

/** A state or a length, one number a sample, is fed beside the samples: data that fit it alone are no samples. */
function inputsForData(inputs: ModelInput[]): ModelInput[] {
  const withFeatures = inputs.filter(({ shape }) => shape === null || shape.length > 1);
  return withFeatures.length > 0 ? withFeatures : inputs;
}

/** Those of the found files and folders that fit: the model's namesakes first, then probe files, data, pictures. */
async function fitting(
  found: FoundData,
  inputs: ModelInput[],
  {
    origin,
    root,
    model,
    roots,
    bundledFolder,
  }: {
    origin: Origin;
    root: string;
    model: string;
    /** The folders of the workspace, for titles. */
    roots: readonly string[];
    bundledFolder: string;
  },
): Promise<ProbeProposal[]> {
  const isOwn = (file: string) => isNamesake(file, model);
  const namesakesFirst = (files: string[]) => [...files.filter(isOwn), ...files.filter((file) => !isOwn(file))];
  const shown = (file: string) => path.relative(root, file).split(path.sep).join('/') || path.basename(root);
  const where = (file: string) => (origin === 'near the model' ? `${shown(file)}, in the model's folder` : shown(file));
  const proposals: ProbeProposal[] = [];
  for (const file of namesakesFirst(found.probeFiles)) {
    const choice: ProbeChoice = { kind: 'file', path: file };
    if (
      path.basename(file) === path.basename(model).replace(/\.onnx$/i, '.probe.json') &&
      origin === 'near the model'
    ) {
      // Meant for this model by its name: offered even if it is wrong, so that what is wrong gets said.
      const title = await fittingProbeFile(file, inputs, { bundledFolder, roots });
      proposals.unshift({
        choice,
        title: title ?? path.basename(file),
        detail: `${shown(file)}, the model's own`,
        origin,
      });
      continue;
    }
    const title = await fittingProbeFile(file, inputs, { bundledFolder, roots });
    if (title !== null) proposals.push({ choice, title, detail: where(file), origin });
  }
  const data: (FittingData & { file: string })[] = [];
  const examined = [...namesakesFirst(found.dataFiles).slice(0, mostExamined), ...found.jsonFiles.slice(0, mostJson)];
  for (const file of examined) {
    for (const one of await fittingData(file, inputs)) data.push({ ...one, file });
  }
  // Those that fit exactly come before tables with more columns than the input takes.
  data.sort((a, b) => Number(isOwn(b.file)) - Number(isOwn(a.file)) || a.excess - b.excess);
  for (const { spec, title, file } of data.slice(0, mostFiles)) {
    proposals.push({ choice: { kind: 'data', path: spec }, title, detail: where(file), origin });
  }
  if (inputs.some(isPicture)) {
    for (const { folder, pictures, more } of found.pictureFolders.slice(0, mostFolders)) {
      const count = `${pictures.toLocaleString('en')}${more ? ' or more' : ''} ${pictures === 1 ? 'picture' : 'pictures'}`;
      const title = `${placeOf(folder, roots)} · ${count}`;
      proposals.push({ choice: { kind: 'data', path: folder }, title, detail: where(folder), origin });
    }
  }
  return proposals;
}

/** A title where the probe file's data could feed one of the inputs; null where they could not, or it is broken. */
async function fittingProbeFile(
  file: string,
  inputs: ModelInput[],
  {
    bundledFolder,
    bundled = false,
    roots = [],
  }: { bundledFolder: string; bundled?: boolean; roots?: readonly string[] },
): Promise<string | null> {
  let read: { file: ProbeFile; base: string };
  try {
    read = await readProbeFile(file, bundledFolder);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
  const { file: probe, base } = read;
  const candidates = inputs.filter((input) => bundled || probe.input === undefined || input.name === probe.input);
  const name = path.basename(file).replace(/\.probe\.jsonc?$/, '');
  if (probe.kind === 'images') {
    const data = Array.isArray(probe.data)
      ? `${probe.data.length} pictures`
      : placeOf(path.resolve(base, probe.data), roots) === name
        ? 'pictures'
        : `pictures of ${placeOf(path.resolve(base, probe.data), roots)}`;
    return candidates.some((input) => isPicture(input) && channelsFit(input, probe.preprocess?.channels))
      ? `${name} · ${data}`
      : null;
  }
  const spec = path.resolve(base, probe.data);
  if (probe.kind === 'states' && probe.columns && /\.csv$/i.test(probe.data)) {
    const { columns } = probe;
    // A sample's states in an input that takes any number of columns, or of tokens, would say nothing.
    if (bundled && !candidates.some((input) => takesColumns(input) && isFloat(input))) return null;
    return candidates.some((input) => sampleDims(input, columns.length) !== null)
      ? `${name} · ${path.basename(spec)}`
      : null;
  }
  const fits = (await fittingData(spec, candidates)).length > 0;
  return fits ? `${name} · ${path.basename(spec)}` : null;
}

/** A probe file for grey pictures does not fit a model of coloured ones, nor the other way round. */
function channelsFit(input: ModelInput, channels: 'rgb' | 'bgr' | 'gray' | undefined): boolean {
  if (channels === undefined) return true;
  const [, second, , fourth] = input.shape ?? [];
  const wanted = channels === 'gray' ? 1 : 3;
  return second === wanted || fourth === wanted || (typeof second !== 'number' && typeof fourth !== 'number');
}

function canBeDrawn(inputs: ModelInput[]): boolean {
  try {
    return inputs.every((input) => tensorTypeOf(input) !== 'string');
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
