import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ProbeChoice, ProbeProposal } from '../shared/engineApi.js';
import type { ModelStructure } from '../shared/model.js';
import { UserError } from '../shared/userError.js';
import { readModel, structureOf } from './onnx/index.js';
import type { OnnxModel } from './onnx/model.js';
import { openProbe, proposalToTake, proposeProbes, type ProbeSet } from './probe/index.js';
import { refuseForeignOperators } from './runtime/index.js';

const keptProbes = 4;

export interface OpenedModel {
  model: OnnxModel;
  structure: ModelStructure;
}

/** Models and probe sets that were read, until their files change. Only structure and samples' identity are held. */
export class Opened {
  readonly #bundledFolder: string;
  readonly #models = new Map<string, { stamp: string; opened: Promise<OpenedModel> }>();
  readonly #probes = new Map<string, Promise<ProbeSet>>();

  constructor(media: string) {
    this.#bundledFolder = path.join(media, 'sample');
  }

  async model(file: string): Promise<OpenedModel> {
    const stamp = await stampOf(file);
    const known = this.#models.get(file);
    if (known?.stamp === stamp) return known.opened;
    const opened = readModel(file).then((model) => ({ model, structure: structureOf(model) }));
    this.#models.set(file, { stamp, opened });
    opened.catch(() => this.#models.delete(file));
    return opened;
  }

  proposals(model: OnnxModel, folders: string[]) {
    return proposeProbes(model, folders, this.#bundledFolder);
  }

  /** The probe set of this choice, or of the best proposal. */
  async probe(file: string, choice: ProbeChoice | null, folders: string[] = []): Promise<ProbeSet> {
    const { model } = await this.model(file);
    const proposals = choice ? [] : await this.proposals(model, folders);
    const proposal = proposalToTake(proposals, file);
    const wanted = choice ?? proposal?.choice;
    if (!wanted) {
      await refuseForeignOperators(model);
      throw new UserError(`${path.basename(file)}: nothing was found that this model could be explained with`, {
        hint: 'give it a probe file, a folder of pictures, a .csv or a .npy',
        code: 'probe/none',
      });
    }
    const source = 'path' in wanted ? await stampOf(wanted.path).catch(() => '') : '';
    const key = JSON.stringify([file, await stampOf(file), wanted, source]);
    const known = this.#probes.get(key);
    const opened =
      known ??
      openProbe(wanted, model, { bundledFolder: this.#bundledFolder, roots: folders }).catch(async (error: unknown) => {
        await refuseForeignOperators(model);
        throw error;
      });
    if (!known) {
      this.#probes.set(key, opened);
      opened.catch(() => this.#probes.delete(key));
      if (this.#probes.size > keptProbes) this.#probes.delete(this.#probes.keys().next().value!);
    }
    const probe = await opened;
    return proposal ? withAlternatives(probe, proposal, proposals) : probe;
  }

  /** The probe set that activations were recorded on, where the model itself is not at hand. */
  probeOfRecording(choice: ProbeChoice): Promise<ProbeSet> {
    return openProbe(choice, takesAnything, { bundledFolder: this.#bundledFolder });
  }
}

/** What nobody chose says what it was chosen by, and what else there is. */
function withAlternatives(probe: ProbeSet, taken: ProbeProposal, proposals: ProbeProposal[]): ProbeSet {
  const said: string[] = [];
  const elsewhere = proposals.filter(({ origin }) => origin === 'workspace');
  if (taken.origin === 'workspace' && probe.kind !== 'images' && probe.choice.kind === 'data') {
    said.push(
      `${path.basename(probe.choice.path)} was found elsewhere in the workspace: its shape fits, which does not make it this model's own data.`,
    );
  } else if (taken.origin !== 'near the model' && taken.origin !== 'workspace' && elsewhere.length > 0) {
    const [{ title }] = elsewhere;
    const more = elsewhere.length === 1 ? '' : ` and ${elsewhere.length - 1} more`;
    said.push(
      `Nothing beside the model fits it. Elsewhere in the workspace ${title}${more} would: choose that, if it is this model's own data.`,
    );
  }
  return said.length === 0 ? probe : { ...probe, assumptions: [...said, ...probe.assumptions] };
}

/** Stands for the model that recorded activations came from: one input of any shape. */
const takesAnything: OnnxModel = {
  path: 'recorded activations',
  size: 0,
  irVersion: 0,
  producer: '',
  producerVersion: '',
  opsets: new Map(),
  metadata: new Map(),
  functions: new Map(),
  graph: {
    name: '',
    inputs: [{ name: 'input', type: 'float', shape: null, metadata: new Map() }],
    outputs: [],
    nodes: [],
    initializers: new Map(),
    values: new Map(),
    metadata: new Map(),
  },
};

async function stampOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs}:${size}:${ino}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`, {
      hint: code === 'ENOENT' ? 'check the path' : 'check that you may read it',
      code: 'file/missing',
      cause: error,
    });
  }
}
