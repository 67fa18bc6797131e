import type { AttributionRequest, SampleAttribution } from './attribution.js';
import type { ConceptCheck, ConceptDraft, ConceptFile, ConceptList } from './concepts.js';
import type { CorrelationSettings, OutputClasses, ProbeCorrelation } from './correlation.js';
import type { Ablation, AblationSettings, CauseResult, CauseSettings } from './effects.js';
import type { Evaluation, EvaluationCost, EvaluationProgress, EvaluationSettings } from './evaluation.js';
import type {
  DecisionReasons,
  MapJudgement,
  MapMethod,
  MapRequest,
  MapResult,
  ReasonsRequest,
  UnavailableMethod,
} from './maps.js';
import type { Layer, ModelStructure } from './model.js';
import type { Explanation, ProbeKind, Settings, UnitExplanation } from './results.js';

export type * from './maps.js';

/**
 * What the engine process offers. The extension calls these over JSON-RPC (requests by method name, cancellation by
 * token), the command line calls the same functions in process. Failures are replies that carry {code, message, hint}.
 */
export interface EngineApi {
  version(): Promise<EngineVersion>;
  inspect(request: { model: string }): Promise<ModelStructure>;
  /** Probe sets that fit the model's input, best first: near the model, in the folders, bundled, drawn. */
  proposeProbes(request: { model: string; folders: string[] }): Promise<ProbeProposal[]>;
  /** The probe file that says explicitly all that is assumed for this choice, ready to be saved and edited. */
  probeFileText(request: { model: string; probe: ProbeChoice }): Promise<string>;
  explain(request: ExplainRequest, onEvent: (event: ExplainEvent) => void, signal: AbortSignal): Promise<Explanation>;
  picture(request: { model: string; probe: ProbeChoice; sample: number; size: number }): Promise<Picture>;
  sample(request: { model: string; probe: ProbeChoice; sample: number }): Promise<SampleView>;
  map(request: MapRequest, signal: AbortSignal): Promise<MapResult>;
  /** What a map is worth, by what happens to the prediction, beside a map by chance. */
  judge(request: MapRequest, signal: AbortSignal): Promise<MapJudgement>;
  /** What each part of an input that is no picture contributes to a score. */
  attribution(request: AttributionRequest, signal: AbortSignal): Promise<SampleAttribution>;
  /** Which units of a layer spoke for a class in one picture. */
  reasons(request: ReasonsRequest): Promise<DecisionReasons>;
  /** Methods that can't be had for this model and layer, as far as the model's structure shows it. */
  unavailableMethods(request: { model: string; layers: string[] }): Promise<UnavailableMethod[]>;
  /** How the unit's activation answers when one column of one sample is changed over the range of the probe set. */
  columnEffect(request: {
    model: string;
    probe: ProbeChoice;
    layer: string;
    unit: number;
    sample: number;
    threads?: number | null;
  }): Promise<ColumnEffect[]>;
  /** Weights from the unit to the next layers' units, strongest first, at most `limit`; none for layers without weights behind. */
  feeds(request: { model: string; layer: string; unit: number; limit: number }): Promise<Feed[]>;
  /** How long each layer takes, on one sample of the probe set (one batch where the model fixes its size). */
  timings(request: TimingsRequest, signal: AbortSignal): Promise<Timings>;
  /** What each unit of a layer does to the outputs: it is switched off on its own. */
  ablate(request: AblationRequest, onProgress: (progress: JobProgress) => void, signal: AbortSignal): Promise<Ablation>;
  /** Whether labels cause the firing that they describe: inputs are changed so that the label no longer holds. */
  cause(request: CauseRequest, onProgress: (progress: JobProgress) => void, signal: AbortSignal): Promise<CauseResult>;
  /** Whether maps are right, over the probe set: methods × layers × metrics, beside Random-CAM. */
  evaluate(
    request: EvaluationRequest,
    onProgress: (progress: EvaluationProgress) => void,
    signal: AbortSignal,
  ): Promise<Evaluation>;
  /** How long that will take, about: the model is run a few times for it. */
  evaluationCost(request: EvaluationRequest, signal: AbortSignal): Promise<EvaluationCost>;
  /** How much each component of the inputs contributes to the correlation of an output with its target. */
  correlate(
    request: CorrelationRequest,
    onProgress: (progress: JobProgress) => void,
    signal: AbortSignal,
  ): Promise<ProbeCorrelation>;
  /** The classes that a model scores, as far as they are known without running it. */
  outputClasses(request: ProbedModel): Promise<OutputClasses>;
  /** The probe set's concepts for an editor; one of a draft of them, checked; and the probe file with the draft in it. */
  concepts(request: { model: string; probe: ProbeChoice }, signal: AbortSignal): Promise<ConceptList>;
  checkConcept(
    request: { model: string; probe: ProbeChoice; draft: ConceptDraft[]; at: number },
    signal: AbortSignal,
  ): Promise<ConceptCheck>;
  /** `target`: where it will be saved where there is none yet. `text`: of the file in use, as an editor has it; absent: as on disk. */
  conceptFile(
    request: { model: string; probe: ProbeChoice; draft: ConceptDraft[]; target: string; text?: string },
    signal: AbortSignal,
  ): Promise<ConceptFile>;
  /** Writes one self-contained HTML file atomically and returns its path. */
  report(request: {
    explanation: Explanation;
    probe: ProbeChoice;
    folder: string;
    /** By layer, as the `statistics` events brought them: outlines over the strongest inputs. */
    maps?: { layer: string; maps: StrongestMaps }[];
    /** The category of each concept, as the `probe` event brought them: Network Dissection's summary. */
    categories?: Record<string, string>;
    /** Where the explanation is a part of what was asked for: which part, in a sentence. */
    unfinished?: string;
  }): Promise<{ file: string }>;
}

export interface EngineVersion {
  onnxplain: string;
  onnxruntime: string;
  node: string;
  providers: string[];
  /** What `map` can draw, in the order to offer it. */
  methods?: MapMethod[];
}

/** Which inputs to explain with. */
export type ProbeChoice =
  | { kind: 'file'; path: string }
  /** A folder of pictures, .csv, .npy or .npz without a probe file. */
  | { kind: 'data'; path: string }
  | { kind: 'bundled'; name: string }
  /** Inputs drawn by the engine, because nothing else fits. */
  | { kind: 'drawn' };

export interface ProbeProposal {
  choice: ProbeChoice;
  /** `Fashion-MNIST test, 1,000 pictures` */
  title: string;
  /** Where it is and why it is offered. */
  detail: string;
  origin: 'near the model' | 'workspace' | 'bundled' | 'drawn';
}

export interface ProbeSummary {
  choice: ProbeChoice;
  kind: ProbeKind;
  title: string;
  path: string | null;
  samples: number;
  /** States: names of the columns. */
  columns: string[];
  concepts: string[];
  /** Of the concepts, in their order; absent where they are not known yet. */
  categories?: string[];
  bundled: boolean;
  drawn: boolean;
  /** What was assumed because nothing said it (preparation, input, layout), one sentence each. */
  assumptions: string[];
}

export interface ExplainRequest {
  model: string | null;
  /** Null: the best proposal. */
  probe: ProbeChoice | null;
  /** Folders in which data may lie (the workspace's). */
  folders: string[];
  /** Tensor names, node names or module paths; empty: the layers worth explaining. */
  layers: string[];
  units: number[] | null;
  settings: Settings;
  limit: number | null;
  threads: number | null;
  provider: string;
  /** Ceiling on the process's resident memory in MB. */
  memory: number;
  /** .npy, .npz or .npz:key: samples × units, or samples × units × height × width, instead of running the model. */
  activations: string | null;
  /** Units get the best concept of each category too, for Network Dissection's tally. */
  tally?: boolean;
}

/** In the order of arrival; everything after `probe` may repeat. */
export type ExplainEvent =
  /** `layers`: tensor names of those that will be explained. */
  | { type: 'structure'; structure: ModelStructure; layers?: string[] }
  | { type: 'probe'; probe: ProbeSummary }
  | ExplainProgress
  | { type: 'statistics'; layer: LayerStatistics }
  | { type: 'labels'; layer: string; explanations: UnitExplanation[] }
  | { type: 'warning'; message: string };

export interface ExplainProgress {
  type: 'progress';
  stage: 'running' | 'concepts' | 'labelling';
  layer: string | null;
  /** Of the stage: samples in all passes, pictures, or the layer's neurons. */
  done: number;
  total: number;
  /** Of the whole explanation, in [0, 1], about; it never goes back. Absent: not known yet. */
  overall?: number;
}

/** A layer's units before they have labels (`label: null`, `iou: 0`, status final but for `no-match`). */
export interface LayerStatistics {
  layer: Layer;
  shape: number[];
  explanations: UnitExplanation[];
  maps: StrongestMaps | null;
}

/** Activation maps of each unit over its strongest inputs; spatial layers only. */
export interface StrongestMaps {
  /** Maps per unit: that many of `top`, in its order; units with fewer have zeros. */
  perUnit: number;
  height: number;
  width: number;
  /** units × perUnit × height × width (units in the order of `explanations`), 0..255 from the unit's lowest to its highest value. */
  values: Uint8Array;
  /** The unit's threshold on that scale, per unit, in 0..255 (fractional). */
  thresholds: Float32Array;
}

/** RGBA, row-major, 8 bits. */
export interface Picture {
  width: number;
  height: number;
  rgba: Uint8Array;
  name: string;
  path: string | null;
}

export interface SampleView {
  name: string;
  path: string | null;
  /** Class or labels of the sample, where the probe set says. */
  labels: string[];
  /** States: the row's values, in the order of the columns. */
  values: number[] | null;
}

export interface TimingsRequest {
  model: string;
  probe: ProbeChoice | null;
  threads?: number | null;
  provider?: string;
}

/** All times in milliseconds of one run, without its warm-up. */
export interface Timings {
  /** By tensor name; layers that ran inside another's node, or of which nothing is told, are absent. */
  layers: { layer: string; milliseconds: number }[];
  /** Layers that ONNX Runtime computes in another layer's node, and in which; null where it may be one of several. */
  fused: { layer: string; into: string | null }[];
  /** The whole run: the layers, and what is no layer (pooling, reordering). */
  total: number;
  /** How many runs this is taken from. */
  runs: number;
  /** Samples in a run. */
  batch: number;
  threads: number;
  /** The execution provider that was used. */
  provider: string;
  notes: string[];
}

export interface ColumnEffect {
  column: string;
  /** The sample's own value. */
  at: number;
  values: number[];
  activations: number[];
}

export interface Feed {
  /** Tensor of the layer that is fed, and its name for people. */
  layer: string;
  target: string;
  unit: number;
  /** The weight; for convolutions the sum over the kernel. */
  weight: number;
}

/** How far a job is that is neither quick nor an explanation. */
export interface JobProgress {
  done: number;
  total: number;
}

/** A model, and the inputs to run it on. */
export interface ProbedModel {
  model: string;
  /** Null: the best proposal. */
  probe: ProbeChoice | null;
  folders: string[];
}

export type AblationRequest = ProbedModel & AblationSettings;
export type CauseRequest = ProbedModel & CauseSettings;
export type EvaluationRequest = ProbedModel & EvaluationSettings;
export type CorrelationRequest = ProbedModel & CorrelationSettings;
