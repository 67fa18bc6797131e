export { GradientCorrelationSum, type GradientCorrelation } from './gradientCorrelation.js';
export type { GradientFunction } from './gradientFunction.js';
export { integratedGradients, type IntegratedGradients } from './integratedGradients.js';
export { smoothGrad } from './smoothGrad.js';
