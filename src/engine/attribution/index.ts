export {
  attribute,
  attributeBatches,
  type AttributedBatch,
  type AttributionInputs,
  type AttributionJob,
  type Attributions,
  defaultAttribution,
  KeptGradient,
} from './attribute.js';
export { gradientCorrelation, type CorrelationJob, type OutputCorrelation } from './igc.js';
export { GradientCorrelationSum, type GradientCorrelation } from './gradientCorrelation.js';
export { type GradientAt, integratedGradients, type IntegratedGradients } from './integratedGradients.js';
export { type AttributionMethod, attributionMethods } from './methods.js';
export { smoothGrad } from './smoothGrad.js';
export { classScore } from './classTarget.js';
export { decisionReasons } from './decisionReasons.js';
export { channelSums, magnitudeMap } from './magnitudeMap.js';
export { embeddedModel } from './embeddedModel.js';
export { fractionalInputs } from './fractionalInputs.js';
