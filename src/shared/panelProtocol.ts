import type {
  ColumnEffect,
  DecisionReasons,
  ExplainEvent,
  Feed,
  MapJudgement,
  JobProgress,
  MapMethod,
  MapRegion,
  MapResult,
  Picture,
  ProbeChoice,
  ProbeProposal,
  ProbeSummary,
  SampleView,
  Timings,
  UnavailableMethod,
} from './engineApi.js';
import type { SampleAttribution } from './attribution.js';
import type { CorrelationSettings, OutputClasses, ProbeCorrelation } from './correlation.js';
import type { CheckpointChange, UnitChange, UnitChangeKind } from './checkpointChange.js';
import type { ConceptCheck, ConceptDraft, ConceptList } from './concepts.js';
import type { Dissection } from './dissection.js';
import type { Ablation, UnitCause } from './effects.js';
import type { Evaluation, EvaluationCost, EvaluationProgress, EvaluationSettings } from './evaluation.js';
import type { Layer, ModelStructure } from './model.js';
import type { Place } from './userError.js';
import type { Formula, Settings, UnitExplanation, UnitStatus } from './results.js';

/**
 * Page ⇄ host. The page asks (`PanelCall`, answered by a `PanelReply` with the same id) and pulls its first state with
 * `open`; the host tells it what changed (`PanelEvent`) only while the page is visible, and the page calls `open` again
 * when it becomes visible. Every call is answered, a failure by `error`. Pictures and columns travel as typed arrays.
 */
export interface PanelCall<M extends keyof PanelMethods = keyof PanelMethods> {
  id: number;
  method: M;
  params: Parameters<PanelMethods[M]>[0];
}

export type PanelReply = { id: number; ok: true; result: unknown } | { id: number; ok: false; error: PanelError };

export interface PanelError {
  message: string;
  hint: string | null;
  code: string;
  /** The probe file to mend; `editProbe` opens it. */
  place?: Place;
}

export interface PanelMethods {
  open(p: Record<string, never>): PanelState;
  /** The rows of one layer, in the order of units. */
  rows(p: { layer: string }): LayerRows;
  unit(p: { layer: string; unit: number }): UnitDetail;
  /** What changed since the former checkpoint; null where there is none to compare with. */
  changes(p: Record<string, never>): CheckpointChange | null;
  /** Images: the unit's strongest inputs with the region that fires. */
  strongest(p: { layer: string; unit: number; count: number; size: number }): StrongestPicture[];
  sample(p: { sample: number }): SampleView;
  picture(p: { sample: number; size: number }): Picture;
  columnEffect(p: { layer: string; unit: number; sample: number }): ColumnEffect[];
  feeds(p: { layer: string; unit: number }): Feed[];
  /** How long each layer takes, measured anew; null where `stopMeasuring` ended it. */
  measure(p: Record<string, never>): Timings | null;
  stopMeasuring(p: Record<string, never>): void;
  /** Switches every unit of a layer off, each on its own; null where it was cancelled. */
  ablate(p: AblationCall): Ablation | null;
  /** As it was found last, in this window or before it was loaded; null where it was not. */
  foundAblation(p: Omit<AblationCall, 'samples'>): FoundAblation | null;
  /** Whether a unit's label causes its firing; null where it was cancelled. */
  cause(p: CauseCall): UnitCause | null;
  foundCause(p: Omit<CauseCall, 'cases'>): FoundCause | null;
  /** Whether maps are right, over the probe set; null where it was cancelled. */
  evaluate(p: EvaluationChoice): Evaluation | null;
  /** How long that would take. */
  evaluationCost(p: EvaluationChoice): EvaluationCost;
  /** What each component of the inputs contributes to the correlation of an output; null where it was cancelled. */
  correlate(p: CorrelationChoice): ProbeCorrelation | null;
  outputClasses(p: Record<string, never>): OutputClasses;
  /** What these two found last, of the model and the probe set as they are. */
  found(p: Record<string, never>): FoundByJobs;
  /** How far such a job is; null where none is under way. */
  jobProgress(p: { job: JobName }): JobProgress | EvaluationProgress | null;
  cancelJob(p: { job: JobName }): void;
  /** Network Dissection's summary of a layer. */
  dissection(p: { layer: string }): Dissection;
  concepts(p: Record<string, never>): ConceptList;
  /** @param p.at of the concept in the draft */
  checkConcept(p: { draft: ConceptDraft[]; at: number }): ConceptCheck;
  /** Into the probe file, or a new one; `notes`: what the file can't say. */
  saveConcepts(p: { draft: ConceptDraft[] }): { path: string; notes: string[] };
  /** Starts (again) with these; what is null stays as it is. */
  explain(p: { probe: ProbeChoice | null; layers: string[] | null; settings: Settings | null }): void;
  stop(p: Record<string, never>): void;
  /** Starts a new engine after it was lost, and goes on. */
  restart(p: Record<string, never>): void;
  proposals(p: Record<string, never>): ProbeProposal[];
  /** VS Code's own picker for a file or folder; null where the user cancels. */
  browseProbe(p: Record<string, never>): ProbeChoice | null;
  /** Opens the probe file that says all assumptions, for editing and saving. */
  editProbe(p: Record<string, never>): void;
  map(p: MapCall): MapResult;
  /** What that map is worth, by what happens to the prediction. */
  judge(p: MapCall): MapJudgement;
  /** What each part of a sample that is no picture contributes to a score. */
  attribution(p: { sample: number; method: string; class: number | null }): SampleAttribution;
  /** Which neurons of a layer spoke for the class. */
  reasons(p: { input: MapCall['input']; layer: string; class: number | null }): DecisionReasons;
  /** Methods that can't be had for this model, and why. */
  unavailableMethods(p: { layers: string[] }): UnavailableMethod[];
  /** Ends the maps that are being made: their calls fail with the code `engine/cancelled`. */
  stopMaps(p: Record<string, never>): void;
  /** VS Code's picker for a picture; null where the user cancels. */
  browsePicture(p: Record<string, never>): { path: string; name: string } | null;
  /** A picture dropped or pasted into the page; returns where the host put it. */
  dropPicture(p: { name: string; bytes: Uint8Array }): { path: string; name: string };
  /** A picture dropped from VS Code's own explorer, by its address. */
  pictureAt(p: { uri: string }): { path: string; name: string };
  savePicture(p: { name: string; png: Uint8Array }): { path: string } | null;
  /** A table, into a file that the user chooses. */
  saveCsv(p: { name: string; text: string }): { path: string } | null;
  copy(p: { text: string }): void;
  report(p: Record<string, never>): { file: string } | null;
  goToCode(p: { layer: string }): void;
  /** The page shows this layer now; null: none. Editors mark the line that makes it. */
  selectLayer(p: { layer: string | null }): void;
  openSettings(p: Record<string, never>): void;
  openLog(p: Record<string, never>): void;
  /** VS Code's own editor for workspace trust; the way out of `restricted`. */
  manageTrust(p: Record<string, never>): void;
}

export type JobName = 'ablate' | 'cause' | 'evaluate' | 'correlate';

export type EvaluationChoice = Omit<EvaluationSettings, 'threads'>;
export type CorrelationChoice = Omit<CorrelationSettings, 'threads'>;

export interface FoundByJobs {
  evaluation: { choice: EvaluationChoice; result: Evaluation } | null;
  correlation: { choice: CorrelationChoice; result: ProbeCorrelation } | null;
}

export interface AblationCall {
  layer: string;
  mode: 'zero' | 'mean';
  /** So many, evenly spread over the probe set; null: all. */
  samples: number | null;
}

export interface FoundAblation {
  ablation: Ablation;
  /** As asked for. */
  samples: number | null;
}

export interface CauseCall {
  layer: string;
  unit: number;
  /** At most so many; null: all that are found. */
  cases: number | null;
}

export interface FoundCause {
  cause: UnitCause;
  /** As asked for. */
  cases: number | null;
}

export interface MapCall {
  input: { kind: 'sample'; sample: number } | { kind: 'file'; path: string };
  method: string;
  layers: string[];
  class: number | null;
  unit: number | null;
  eigenSmooth: boolean;
  augSmooth: boolean;
  region: MapRegion;
  box: number | null;
}

export type PanelEvent =
  | { event: 'status'; status: PanelStatus }
  | { event: 'structure'; structure: ModelStructure }
  | { event: 'probe'; probe: ProbeSummary }
  | { event: 'layers'; layers: LayerSummary[] }
  /** These layers' rows are other than when they were asked for. */
  | { event: 'rows'; layers: string[] }
  /** There is another former checkpoint, or none, or another comparison with it. */
  | { event: 'former'; former: FormerSummary | null }
  /** The host wants the page to show this (from a command or a hover). */
  | { event: 'show'; view: PanelView };

export interface PanelState {
  model: { name: string; folder: string };
  structure: ModelStructure | null;
  probe: ProbeSummary | null;
  layers: LayerSummary[];
  status: PanelStatus;
  settings: Settings;
  methods: MapMethod[];
  /** As last measured, of the model as it is. */
  timings: Timings | null;
  /** What to show first where the page has no state of its own. */
  view: PanelView;
  former: FormerSummary | null;
}

/** The checkpoint before this one, as far as the page needs it to offer the comparison. */
export interface FormerSummary {
  /** When its labels were made, in milliseconds since 1970. */
  explainedAt: number | null;
  /** Units that changed, over all layers. */
  counts: Record<UnitChangeKind, number>;
  /** Why the comparison is no fair one, one sentence each. */
  differs: string[];
}

export interface PanelView {
  tab: 'neurons' | 'maps' | 'outputs' | 'concepts' | 'model' | 'changes';
  layer: string | null;
  unit: number | null;
  /** Maps: the picture to show. */
  input: MapCall['input'] | null;
}

export interface PanelStatus {
  state: 'empty' | 'working' | 'stopped' | 'done' | 'failed' | 'lost' | 'restricted';
  progress: Extract<ExplainEvent, { type: 'progress' }> | null;
  /** For `failed` and `lost`: what, why, what to do. */
  error: PanelError | null;
  /** What changed since these labels were made, as the beginning of a sentence: `policy.onnx changed on disk`. */
  stale: string | null;
  warnings: string[];
  /** Milliseconds that the last finished explanation took. */
  milliseconds: number | null;
}

export interface LayerSummary {
  layer: Layer;
  units: number;
  /** Has a label that is better than chance. */
  explained: number;
  /** Has a label, but no better than its chance floor. */
  atChance: number;
  /** Dead or constant. */
  silent: number;
  /** Rare, without a match, or not labelled yet. */
  other: number;
  state: 'waiting' | 'measured' | 'labelled';
}

/** One layer's units as columns; index i of every column is the same unit. */
export interface LayerRows {
  layer: string;
  units: Uint32Array;
  status: UnitStatus[];
  labels: (string | null)[];
  formulas: (Formula | null)[];
  /** False while the unit has statistics but no label yet. */
  labelled: boolean;
  iou: Float32Array;
  floor: Float32Array;
  fireRate: Float32Array;
  /** 1 where a unit without a label lies at its maximum (`isSaturated`). */
  saturated: Uint8Array;
  /** NaN where there is none. */
  threshold: Float32Array;
  /** units × sparkBins bar heights, 0..255 on a square-root scale. */
  sparks: Uint8Array;
  sparkBins: number;
  /** First bin that lies above the threshold, per unit, in 0..sparkBins. */
  sparkThreshold: Uint8Array;
  hasMaps: boolean;
  /** What happened to the unit since the former checkpoint; null as a whole where there is none. */
  changes: (UnitChangeKind | null)[] | null;
}

export interface UnitDetail {
  layer: Layer;
  explanation: UnitExplanation;
  labelled: boolean;
  /** What changed since the former checkpoint; null where nothing did. */
  change: UnitChange | null;
  /** Of the strongest inputs, in the order of `explanation.top`. */
  samples: SampleView[];
}

export interface StrongestPicture {
  sample: number;
  value: number;
  name: string;
  labels: string[];
  picture: Picture;
  /** The unit's map over this picture, 0..255, height × width; null for layers without places. */
  map: { height: number; width: number; values: Uint8Array; threshold: number } | null;
}
