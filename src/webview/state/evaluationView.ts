import { allMetrics, controlMethod, evaluationMetrics, type EvaluationMetric } from '../../shared/evaluation.js';
import type { MapMethod, UnavailableMethod } from '../../shared/engineApi.js';
import type { EvaluationChoice, PanelState } from '../../shared/panelProtocol.js';
import type { EvaluationColumn, EvaluationSort } from './evaluationRows.js';
import { mapLayers } from './mapChoice.js';

/** What is to be evaluated, as the user left it. */
export interface EvaluationView {
  /** Null: those that one would begin with. */
  methods: string[] | null;
  /** Empty: the last spatial layer. */
  layers: string[];
  metrics: EvaluationMetric[];
  samples: number;
  sort: EvaluationSort | null;
}

/** Some that differ, and take one run forth and back at most. */
const firstMethods = ['gradcam', 'layercam', 'eigencam'];

export const initialEvaluation: EvaluationView = {
  methods: null,
  layers: [],
  metrics: ['deletion', 'insertion', 'road', 'drop'],
  samples: 5,
  sort: null,
};

/** Methods whose maps can be judged; the control comes by itself. */
export const judgeable = (methods: readonly MapMethod[]): MapMethod[] =>
  methods.filter(({ name, isAttribution }) => !isAttribution && name !== 'activation' && name !== controlMethod);

/** What the view's choice comes to for this model. */
export function evaluationChoice(
  panel: PanelState,
  view: EvaluationView,
  unavailable: readonly UnavailableMethod[],
): EvaluationChoice {
  const there = judgeable(panel.methods).filter(({ name }) => !unavailable.some((of) => of.name === name));
  const wanted = view.methods ?? firstMethods;
  const methods = there.filter(({ name }) => wanted.includes(name)).map(({ name }) => name);
  const layers = mapLayers(panel).map(({ name }) => name);
  return {
    methods,
    layers: view.layers.filter((name) => layers.includes(name)),
    metrics: allMetrics.filter((metric) => view.metrics.includes(metric)),
    samples: Math.max(1, Math.min(view.samples, panel.probe?.samples ?? view.samples)),
  };
}

export function restoreEvaluation(saved: Record<string, unknown>): EvaluationView {
  const start = initialEvaluation;
  const texts = (value: unknown): string[] | null =>
    Array.isArray(value) && value.every((text) => typeof text === 'string') ? value : null;
  const metrics = texts(saved.metrics)?.filter((name): name is EvaluationMetric => name in evaluationMetrics);
  const { samples } = saved;
  return {
    methods: texts(saved.methods),
    layers: texts(saved.layers) ?? [],
    metrics: metrics ?? start.metrics,
    samples: typeof samples === 'number' && Number.isInteger(samples) && samples > 0 ? samples : start.samples,
    sort: restoreSort(saved.sort),
  };
}

function restoreSort(saved: unknown): EvaluationSort | null {
  const { column, descending } = (saved ?? {}) as Partial<Record<keyof EvaluationSort, unknown>>;
  const isColumn =
    column === 'method' || column === 'layer' || (typeof column === 'string' && column in evaluationMetrics);
  return isColumn ? { column: column as EvaluationColumn, descending: descending === true } : null;
}
