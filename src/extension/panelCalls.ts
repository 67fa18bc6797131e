import type { ProbeChoice } from '../shared/engineApi.js';
import { allMetrics } from '../shared/evaluation.js';
import type { EvaluationChoice, JobName, MapCall, PanelMethods } from '../shared/panelProtocol.js';
import type { ConceptDraft } from '../shared/concepts.js';
import { UserError } from '../shared/userError.js';
import { CallFields } from './callFields.js';
import { probeJobNames } from './probeJobs.js';
import { rowsOf } from './layerRows.js';
import type { ModelSession } from './session.js';

/** What the page asks of VS Code itself. */
export interface PanelActions {
  trusted(): boolean;
  chooseProbe(session: ModelSession, probe: ProbeChoice): Promise<void>;
  folders(): string[];
  browseProbe(session: ModelSession): Promise<ProbeChoice | null>;
  editProbe(session: ModelSession): Promise<void>;
  browsePicture(session: ModelSession): Promise<{ path: string; name: string } | null>;
  dropPicture(name: string, bytes: Uint8Array): Promise<{ path: string; name: string }>;
  pictureAt(uri: string): { path: string; name: string };
  savePicture(session: ModelSession, name: string, png: Uint8Array): Promise<{ path: string } | null>;
  saveCsv(session: ModelSession, name: string, text: string): Promise<{ path: string } | null>;
  copy(text: string): Promise<void>;
  saveConcepts(session: ModelSession, draft: ConceptDraft[]): Promise<{ path: string; notes: string[] }>;
  /** Of ONNX Runtime, as the user's settings say. */
  threads(): number | null;
  report(session: ModelSession): Promise<{ file: string } | null>;
  goToCode(session: ModelSession, layer: string): Promise<void>;
  selectLayer(session: ModelSession, layer: string | null): void;
  openSettings(): Promise<void>;
  openLog(): void;
  manageTrust(): Promise<void>;
}

type Call = (fields: CallFields, session: ModelSession, actions: PanelActions) => unknown;

const mapCall = (fields: CallFields): MapCall => ({
  input: fields.mapInput('input'),
  method: fields.text('method', 100),
  layers: fields.texts('layers'),
  class: fields.indexOrNull('class'),
  unit: fields.indexOrNull('unit'),
  eigenSmooth: fields.flag('eigenSmooth'),
  augSmooth: fields.flag('augSmooth'),
  region: fields.region('region'),
  box: fields.indexOrNull('box'),
});

const modes = ['zero', 'mean'] as const;

const jobNames: JobName[] = ['ablate', 'cause', ...probeJobNames];

/** Who carries out a job of that name. */
const jobOf = (session: ModelSession, name: JobName) =>
  name === 'evaluate' || name === 'correlate'
    ? { progress: () => session.queries.probeJobs.progress(name), cancel: () => session.queries.probeJobs.cancel(name) }
    : { progress: () => session.queries.jobs.progress(name), cancel: () => session.queries.jobs.cancel(name) };

const evaluationChoice = (fields: CallFields): EvaluationChoice => ({
  methods: fields.texts('methods'),
  layers: fields.texts('layers'),
  metrics: fields.severalOf('metrics', allMetrics),
  samples: fields.index('samples', { from: 1 }),
});

const pictureBytes = 64 * 2 ** 20;
const csvLength = 32 * 2 ** 20;

/** Every method of the protocol: its parameters are read here, one by one, and nothing else is believed. */
const calls: { [M in keyof PanelMethods]: Call } = {
  open: (_, session) => session.state(),
  rows: (fields, session) => rowsOf(session.results.layer(fields.text('layer')), session.results.change),
  unit: (fields, session) => session.queries.unit(fields.text('layer'), fields.index('unit')),
  changes: (_, session) => session.results.change,
  strongest: (fields, session) =>
    session.queries.strongest(
      fields.text('layer'),
      fields.index('unit'),
      fields.index('count', { to: 100 }),
      fields.index('size', { from: 8, to: 2048 }),
    ),
  sample: (fields, session) => session.queries.sample(fields.index('sample')),
  picture: (fields, session) =>
    session.queries.picture(fields.index('sample'), fields.index('size', { from: 8, to: 2048 })),
  columnEffect: (fields, session) =>
    session.queries.columnEffect(fields.text('layer'), fields.index('unit'), fields.index('sample')),
  ablate: (fields, session, actions) =>
    session.queries.jobs.ablate(
      {
        layer: fields.text('layer'),
        mode: fields.oneOf('mode', modes),
        samples: fields.indexOrNull('samples', { from: 1 }),
      },
      actions.threads(),
    ),
  foundAblation: (fields, session) =>
    session.queries.jobs.foundAblation(fields.text('layer'), fields.oneOf('mode', modes)),
  cause: (fields, session, actions) =>
    session.queries.jobs.cause(
      {
        layer: fields.text('layer'),
        unit: fields.index('unit'),
        cases: fields.indexOrNull('cases', { from: 1 }),
      },
      actions.threads(),
    ),
  foundCause: (fields, session) => session.queries.jobs.foundCause(fields.text('layer'), fields.index('unit')),
  evaluate: (fields, session, actions) =>
    session.queries.probeJobs.evaluate(evaluationChoice(fields), actions.threads()),
  evaluationCost: (fields, session, actions) =>
    session.queries.probeJobs.evaluationCost(evaluationChoice(fields), actions.threads()),
  correlate: (fields, session, actions) =>
    session.queries.probeJobs.correlate(
      {
        class: fields.textOrNull('class'),
        auto: fields.flag('auto'),
        target: fields.textOrNull('target'),
        samples: fields.index('samples', { from: 2 }),
        steps: fields.index('steps', { from: 2, to: 10_000 }),
      },
      actions.threads(),
    ),
  outputClasses: (_, session) => session.queries.outputClasses(),
  found: (_, session) => session.queries.probeJobs.found(),
  jobProgress: (fields, session) => jobOf(session, fields.oneOf('job', jobNames)).progress(),
  cancelJob: (fields, session) => jobOf(session, fields.oneOf('job', jobNames)).cancel(),
  dissection: (fields, session) => session.queries.dissection(fields.text('layer')),
  concepts: (_, session) => session.queries.concepts(),
  checkConcept: (fields, session) => session.queries.checkConcept(fields.conceptDraft('draft'), fields.index('at')),
  saveConcepts: (fields, session, actions) => actions.saveConcepts(session, fields.conceptDraft('draft')),
  feeds: (fields, session) => session.queries.feeds(fields.text('layer'), fields.index('unit')),
  measure: (_, session) => session.measure(),
  stopMeasuring: (_, session) => session.queries.stopMeasuring(),
  explain: async (fields, session, actions) => {
    const change = {
      probe: fields.probeOrNull('probe'),
      layers: fields.textsOrNull('layers'),
      settings: fields.settingsOrNull('settings'),
    };
    if (change.probe) await actions.chooseProbe(session, change.probe);
    // The work reports by events; the call is answered when it has begun.
    void session.explain(change);
  },
  stop: (_, session) => session.stop(),
  restart: (_, session) => void session.restart(),
  proposals: (_, session, actions) => session.queries.proposals(actions.folders()),
  browseProbe: (_, session, actions) => actions.browseProbe(session),
  editProbe: (_, session, actions) => actions.editProbe(session),
  map: (fields, session) => session.queries.map(mapCall(fields)),
  judge: (fields, session) => session.queries.judge(mapCall(fields)),
  attribution: (fields, session) =>
    session.queries.attribution(fields.index('sample'), fields.text('method', 100), fields.indexOrNull('class')),
  reasons: (fields, session) =>
    session.queries.reasons(fields.mapInput('input'), fields.text('layer'), fields.indexOrNull('class')),
  unavailableMethods: (fields, session) => session.queries.unavailableMethods(fields.texts('layers')),
  stopMaps: (_, session) => session.queries.stopMaps(),
  browsePicture: (_, session, actions) => actions.browsePicture(session),
  dropPicture: (fields, _, actions) =>
    actions.dropPicture(fields.text('name', 500), fields.bytes('bytes', pictureBytes)),
  pictureAt: (fields, _, actions) => actions.pictureAt(fields.text('uri', 10_000)),
  savePicture: (fields, session, actions) =>
    actions.savePicture(session, fields.text('name', 500), fields.bytes('png', pictureBytes)),
  saveCsv: (fields, session, actions) =>
    actions.saveCsv(session, fields.text('name', 500), fields.text('text', csvLength)),
  copy: (fields, _, actions) => actions.copy(fields.text('text', 10 * 2 ** 20)),
  report: (_, session, actions) => actions.report(session),
  goToCode: (fields, session, actions) => actions.goToCode(session, fields.text('layer')),
  selectLayer: (fields, session, actions) => actions.selectLayer(session, fields.textOrNull('layer')),
  openSettings: (_, __, actions) => actions.openSettings(),
  openLog: (_, __, actions) => actions.openLog(),
  manageTrust: (_, __, actions) => actions.manageTrust(),
};

/** What reads a model's structure or shows what is known is harmless; everything else runs or reads files of the workspace. */
const harmless: ReadonlySet<string> = new Set<keyof PanelMethods>([
  'open',
  'rows',
  'dissection',
  'foundAblation',
  'foundCause',
  'changes',
  'found',
  'jobProgress',
  'stop',
  'copy',
  'goToCode',
  'selectLayer',
  'openSettings',
  'openLog',
  'manageTrust',
]);

export async function panelCall(
  session: ModelSession,
  actions: PanelActions,
  method: unknown,
  params: unknown,
): Promise<unknown> {
  if (typeof method !== 'string' || !Object.hasOwn(calls, method))
    throw new UserError(`The page asked for ${JSON.stringify(method)}, which is not there`, { code: 'panel/bad-call' });
  if (!harmless.has(method) && !actions.trusted())
    throw new UserError('This workspace is in Restricted Mode', {
      code: 'panel/restricted',
      hint: 'trust the workspace to run its models',
    });
  return calls[method as keyof PanelMethods](new CallFields(params, method), session, actions);
}
