import type { MapCall, PanelView } from '../../shared/panelProtocol.js';
import { colourMapTitles, type ColourMapName } from '../charts/colourMap.js';
import type { Rectangle } from '../../shared/engineApi.js';
import type { ConceptDraft } from '../../shared/concepts.js';
import {
  initialCorrelation,
  restoreCorrelation,
  restoreShareSort,
  type CorrelationView,
  type ShareSort,
} from './correlationView.js';
import { initialEvaluation, restoreEvaluation, type EvaluationView } from './evaluationView.js';
import { outputSortTitles, type OutputSort } from './outputRows.js';
import { changeTitles, type ChangeKey } from './changeRows.js';
import { showTitles, sortTitles, type RowQuery } from './rowOrder.js';

export type Comparison = 'one' | 'methods' | 'layers';
/** One input, the whole probe set, or what maps are worth over it. */
export type MapsPart = 'one' | 'set' | 'worth';
export type ModelSort = 'order' | 'layer' | 'operator' | 'units' | 'parameters' | 'time';

/** What survives hiding, moving and reloading: kept by VS Code with the editor. */
export interface ViewState {
  tab: PanelView['tab'];
  layer: string | null;
  unit: number | null;
  /** Beside the list where there is room, instead of it where there is none. */
  detailOpen: boolean;
  rows: RowQuery;
  /** First row in sight. */
  firstRow: number;
  maps: {
    part: MapsPart;
    input: MapCall['input'] | null;
    /** Name of the picture where it is a file. */
    inputName: string | null;
    method: string | null;
    layer: string | null;
    class: number | null;
    /** For a unit's own map. */
    unit: number | null;
    opacity: number;
    colours: ColourMapName;
    /** The overlay's opacity is the same everywhere and does not grow with the map. */
    even: boolean;
    comparison: Comparison;
    eigenSmooth: boolean;
    augSmooth: boolean;
    /** Of segmentations. */
    region: MapCall['region'];
    /** Of detectors; null: the box with the class's highest score. */
    box: number | null;
  };
  evaluation: EvaluationView;
  correlation: CorrelationView;
  /** Of inputs that are no pictures; `method` null: the first, `class` null: the highest. */
  attribution: { sample: number; method: string | null; class: number | null; sort: ShareSort };
  /** `samples` and `cases`: how many are looked at; null: all. */
  outputs: { mode: 'zero' | 'mean'; choice: number; sort: OutputSort; samples: number | null };
  cause: { cases: number | null };
  concepts: {
    part: 'detectors' | 'edit';
    /** Concepts that were changed and are not saved yet, of this probe set. */
    draft: ConceptDraft[] | null;
    of: string | null;
  };
  model: { filter: string; sort: ModelSort; descending: boolean };
  /** `layer` null: all of them. */
  changes: { filter: string; layer: string | null; kind: ChangeKey };
}

export const initialView: ViewState = {
  tab: 'neurons',
  layer: null,
  unit: null,
  detailOpen: false,
  rows: { filter: '', sort: 'lift', descending: true, show: 'all' },
  firstRow: 0,
  maps: {
    part: 'one',
    input: null,
    inputName: null,
    method: null,
    layer: null,
    class: null,
    unit: null,
    opacity: 0.7,
    colours: 'inferno',
    even: false,
    comparison: 'one',
    eigenSmooth: false,
    augSmooth: false,
    region: 'predicted',
    box: null,
  },
  evaluation: initialEvaluation,
  correlation: initialCorrelation,
  attribution: { sample: 0, method: null, class: null, sort: 'size' },
  model: { filter: '', sort: 'order', descending: false },
  outputs: { mode: 'zero', choice: 0, sort: 'size', samples: 500 },
  cause: { cases: 200 },
  concepts: { part: 'detectors', draft: null, of: null },
  changes: { filter: '', layer: null, kind: 'all' },
};

/** Takes what an earlier version of the page may have kept; whatever does not fit stays as it is at first. */
export function restoreView(saved: unknown): ViewState {
  const from = fields(saved);
  const rows = fields(from.rows);
  const maps = fields(from.maps);
  const model = fields(from.model);
  const changes = fields(from.changes);
  const outputs = fields(from.outputs);
  const concepts = fields(from.concepts);
  const cause = fields(from.cause);
  const attribution = fields(from.attribution);
  const start = initialView;
  return {
    tab: oneOf(from.tab, ['neurons', 'maps', 'outputs', 'concepts', 'model', 'changes'], start.tab),
    layer: textOrNull(from.layer),
    unit: wholeOrNull(from.unit),
    detailOpen: from.detailOpen === true,
    rows: {
      filter: typeof rows.filter === 'string' ? rows.filter : '',
      sort: oneOf(rows.sort, keys(sortTitles), start.rows.sort),
      descending: typeof rows.descending === 'boolean' ? rows.descending : start.rows.descending,
      show: oneOf(rows.show, keys(showTitles), start.rows.show),
    },
    firstRow: wholeOrNull(from.firstRow) ?? 0,
    maps: {
      part: oneOf(maps.part, ['one', 'set', 'worth'], 'one'),
      input: mapInput(maps.input),
      inputName: textOrNull(maps.inputName),
      method: textOrNull(maps.method),
      layer: textOrNull(maps.layer),
      class: wholeOrNull(maps.class),
      unit: wholeOrNull(maps.unit),
      opacity:
        typeof maps.opacity === 'number' && maps.opacity >= 0 && maps.opacity <= 1 ? maps.opacity : start.maps.opacity,
      colours: oneOf(maps.colours, keys(colourMapTitles), start.maps.colours),
      even: maps.even === true,
      comparison: oneOf(maps.comparison, ['one', 'methods', 'layers'], start.maps.comparison),
      eigenSmooth: maps.eigenSmooth === true,
      augSmooth: maps.augSmooth === true,
      region: rectangle(maps.region) ?? oneOf<'predicted' | 'all'>(maps.region, ['predicted', 'all'], 'predicted'),
      box: wholeOrNull(maps.box),
    },
    evaluation: restoreEvaluation(fields(from.evaluation)),
    correlation: restoreCorrelation(fields(from.correlation)),
    attribution: {
      sample: wholeOrNull(attribution.sample) ?? 0,
      method: textOrNull(attribution.method),
      class: wholeOrNull(attribution.class),
      sort: restoreShareSort(attribution.sort),
    },
    model: {
      filter: typeof model.filter === 'string' ? model.filter : '',
      sort: oneOf(model.sort, ['order', 'layer', 'operator', 'units', 'parameters', 'time'], start.model.sort),
      descending: model.descending === true,
    },
    outputs: {
      mode: oneOf(outputs.mode, ['zero', 'mean'], start.outputs.mode),
      choice: wholeOrNull(outputs.choice) ?? 0,
      sort: oneOf(outputs.sort, keys(outputSortTitles), start.outputs.sort),
      samples: howMany(outputs.samples, start.outputs.samples),
    },
    cause: { cases: howMany(cause.cases, start.cause.cases) },
    concepts: {
      part: oneOf(concepts.part, ['detectors', 'edit'], start.concepts.part),
      draft: conceptDraft(concepts.draft),
      of: textOrNull(concepts.of),
    },
    changes: {
      filter: typeof changes.filter === 'string' ? changes.filter : '',
      layer: textOrNull(changes.layer),
      kind: oneOf(changes.kind, keys(changeTitles), start.changes.kind),
    },
  };
}

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const keys = <K extends string>(titles: Record<K, string>) => Object.keys(titles) as K[];
const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null);
const wholeOrNull = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;

/** Null stands for all, and is kept. */
const howMany = (value: unknown, otherwise: number | null) =>
  value === null ? null : (wholeOrNull(value) ?? 0) > 0 ? (value as number) : otherwise;

function oneOf<T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.includes(value as T) ? (value as T) : otherwise;
}

function conceptDraft(value: unknown): ConceptDraft[] | null {
  if (!Array.isArray(value)) return null;
  const draft = value.map((entry): ConceptDraft | null => {
    const { key, name, form, text, removed } = fields(entry);
    if (typeof name !== 'string') return null;
    return {
      key: textOrNull(key),
      name,
      form: oneOf(form, ['expression', 'derived', 'measured'], 'measured'),
      text: textOrNull(text),
      removed: removed === true,
    };
  });
  return draft.every((one) => one !== null) ? draft : null;
}

function rectangle(value: unknown): Rectangle | null {
  const { x, y, width, height } = fields(value);
  const [left, top, wide, high] = [x, y, width, height].map(wholeOrNull);
  return left !== null && top !== null && wide && high ? { x: left, y: top, width: wide, height: high } : null;
}

function mapInput(value: unknown): MapCall['input'] | null {
  const { kind, sample, path } = fields(value);
  if (kind === 'sample' && wholeOrNull(sample) !== null) return { kind, sample: sample as number };
  if (kind === 'file' && typeof path === 'string') return { kind, path };
  return null;
}
