export { attribute, type AttributionJob, type Attributions, defaultAttribution } from './attribute.js';
export { GradientCorrelationSum, type GradientCorrelation } from './gradientCorrelation.js';
export { type GradientAt, integratedGradients, type IntegratedGradients } from './integratedGradients.js';
export { type AttributionMethod, attributionMethods } from './methods.js';
export { smoothGrad } from './smoothGrad.js';
