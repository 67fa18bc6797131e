export { deletion, insertion, type CausalCurve } from './causalCurves.js';
export { adcc, coherency, complexity, drop, explanationOf, increase, pearson, spearman } from './confidence.js';
export { linearImputation } from './imputation.js';
export { boxIousByThreshold, type Box, energyInside, maxBoxAccuracy, pointsAt } from './localisation.js';
export type { ClassProbability, Planes } from './planes.js';
export { classLogits } from './probabilities.js';
export { road, type Road } from './road.js';
export { SeedIou } from './seedIou.js';
export {
  controlMethod,
  evaluateMaps,
  type Evaluation,
  type EvaluationJob,
  type EvaluationRow,
} from './evaluateMaps.js';
export { evaluationMetrics, type EvaluationMetric } from './metrics.js';
