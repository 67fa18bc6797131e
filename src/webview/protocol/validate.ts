import type { PanelEvent, PanelMethods, PanelReply } from '../../shared/panelProtocol.js';

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isArray = (value: unknown): value is unknown[] => Array.isArray(value);

export function isReply(data: unknown): data is PanelReply {
  if (!isObject(data) || typeof data.id !== 'number') return false;
  if (data.ok === true) return true;
  const { error } = data;
  return data.ok === false && isObject(error) && isText(error.message) && isText(error.code);
}

export function isEvent(data: unknown): data is PanelEvent {
  if (!isObject(data)) return false;
  switch (data.event) {
    case 'status':
      return isStatus(data.status);
    case 'structure':
      return isStructure(data.structure);
    case 'probe':
      return isProbe(data.probe);
    case 'layers':
      return isLayers(data.layers);
    case 'rows':
      return isArray(data.layers) && data.layers.every(isText);
    case 'former':
      return data.former === null || isObject(data.former);
    case 'show':
      return isView(data.view);
    default:
      return false;
  }
}

const isView = (value: unknown) =>
  isObject(value) && ['neurons', 'maps', 'outputs', 'concepts', 'model', 'changes'].includes(value.tab as string);
const isStatus = (value: unknown) => isObject(value) && isText(value.state) && isArray(value.warnings);
const isStructure = (value: unknown) => isObject(value) && isArray(value.layers) && value.layers.every(isLayer);
const isLayer = (value: unknown) => isObject(value) && isText(value.name) && isText(value.op);
const isProbe = (value: unknown) =>
  isObject(value) && isText(value.title) && typeof value.samples === 'number' && isArray(value.concepts);
const isLayers = (value: unknown) => isArray(value) && value.every((entry) => isObject(entry) && isLayer(entry.layer));

const isChange = (value: unknown) =>
  isObject(value) && isText(value.name) && isObject(value.counts) && isArray(value.changed);

const isPicture = (value: unknown) =>
  isObject(value) &&
  typeof value.width === 'number' &&
  typeof value.height === 'number' &&
  value.rgba instanceof Uint8Array &&
  value.width > 0 &&
  value.height > 0 &&
  value.rgba.length === value.width * value.height * 4;

const isPlane = (value: unknown) =>
  isObject(value) && (value.values as Uint8Array | undefined)?.length === Number(value.width) * Number(value.height);

const isCause = (value: unknown) => isObject(value) && isArray(value.trials);

function ablationProblem(result: unknown): string | null {
  if (!isObject(result) || !isArray(result.units) || !isArray(result.outputs)) return 'no outputs';
  const units = result.units.length;
  const broken = result.outputs.find(
    (output) =>
      !isObject(output) ||
      (output.effect as Float32Array | undefined)?.length !==
        units * ((output.features as Int32Array | undefined)?.length ?? -1),
  );
  return broken === undefined ? null : 'the size of an output';
}

const isEvaluation = (value: unknown) =>
  isObject(value) &&
  isArray(value.metrics) &&
  isArray(value.rows) &&
  value.rows.every((row) => isObject(row) && isObject(row.values) && isObject(row.samples));

const isCorrelation = (value: unknown) =>
  isObject(value) &&
  value.values instanceof Float64Array &&
  (value.map === null ||
    (isObject(value.map) && value.values.length === Number(value.map.height) * Number(value.map.width)));

const checks: Partial<Record<keyof PanelMethods, (result: unknown) => string | null>> = {
  open: (result) => {
    if (!isObject(result) || !isObject(result.model) || !isText(result.model.name)) return 'no model';
    if (!isStatus(result.status)) return 'no status';
    if (!isLayers(result.layers)) return 'its layers';
    if (result.structure !== null && !isStructure(result.structure)) return 'its structure';
    if (result.probe !== null && !isProbe(result.probe)) return 'its probe set';
    return isArray(result.methods) && isView(result.view) ? null : 'its methods or view';
  },
  rows: (result) => {
    if (!isObject(result) || !(result.units instanceof Uint32Array)) return 'no units';
    const units = result.units.length;
    for (const column of [
      'status',
      'labels',
      'formulas',
      'iou',
      'floor',
      'fireRate',
      'saturated',
      'threshold',
      'sparkThreshold',
    ]) {
      if ((result[column] as unknown[] | undefined)?.length !== units) return `column ${column}`;
    }
    const sparks = (result.sparks as Uint8Array | undefined)?.length;
    return sparks === units * Number(result.sparkBins) ? null : 'column sparks';
  },
  unit: (result) =>
    isObject(result) && isObject(result.explanation) && isLayer(result.layer) && isArray(result.samples)
      ? null
      : 'no explanation',
  changes: (result) =>
    result === null || (isObject(result) && isArray(result.layers) && result.layers.every(isChange))
      ? null
      : 'its layers',
  strongest: (result) => {
    if (!isArray(result)) return 'no list';
    const broken = result.findIndex(
      (entry) => !isObject(entry) || !isPicture(entry.picture) || (entry.map !== null && !isPlane(entry.map)),
    );
    return broken < 0 ? null : `entry ${broken}`;
  },
  picture: (result) => (isPicture(result) ? null : 'its pixels'),
  map: (result) =>
    isObject(result) && isPlane(result) && isPicture(result.picture) && isArray(result.top) && isArray(result.notes)
      ? null
      : 'its size',
  columnEffect: (result) => (isArray(result) ? null : 'no list'),
  ablate: (result) => (result === null ? null : ablationProblem(result)),
  foundAblation: (result) =>
    result === null ? null : isObject(result) ? ablationProblem(result.ablation) : 'no effects',
  cause: (result) => (result === null || isCause(result) ? null : 'no trials'),
  foundCause: (result) => (result === null || (isObject(result) && isCause(result.cause)) ? null : 'no trials'),
  evaluate: (result) => (result === null || isEvaluation(result) ? null : 'its rows'),
  correlate: (result) => (result === null || isCorrelation(result) ? null : 'its size'),
  evaluationCost: (result) => (isObject(result) && typeof result.milliseconds === 'number' ? null : 'no time'),
  outputClasses: (result) => (isObject(result) ? null : 'no classes'),
  found: (result) => {
    if (!isObject(result)) return 'nothing';
    const { evaluation, correlation } = result;
    if (evaluation !== null && !(isObject(evaluation) && isEvaluation(evaluation.result))) return 'its evaluation';
    return correlation === null || (isObject(correlation) && isCorrelation(correlation.result))
      ? null
      : 'its correlation';
  },
  jobProgress: (result) =>
    result === null ||
    (isObject(result) && typeof result.done === 'number' && (!('table' in result) || isEvaluation(result.table)))
      ? null
      : 'its numbers',
  dissection: (result) => (isObject(result) && isArray(result.concepts) ? null : 'no concepts'),
  concepts: (result) => (isObject(result) && isArray(result.concepts) ? null : 'no concepts'),
  feeds: (result) => (isArray(result) ? null : 'no list'),
  measure: (result) =>
    result === null || (isObject(result) && isArray(result.layers) && isArray(result.fused)) ? null : 'no layers',
  judge: (result) => (isObject(result) && isArray(result.metrics) ? null : 'no metrics'),
  attribution: (result) =>
    isObject(result) && result.values instanceof Float32Array && isArray(result.dims) && isArray(result.top)
      ? null
      : 'its values',
  reasons: (result) => (isObject(result) && isArray(result.units) ? null : 'no neurons'),
  proposals: (result) => (isArray(result) ? null : 'no list'),
};

/** What is wrong with a result, or null. Checked is what drawing relies on: lengths, sizes and the fields at the top. */
export function resultProblem(method: keyof PanelMethods, result: unknown): string | null {
  return checks[method]?.(result) ?? null;
}
