export { cachedGradient, releaseGradients } from './cachedGradient.js';
export {
  type ForwardPass,
  type Gradient,
  type GradientOptions,
  type GradientRequest,
  openGradient,
  type Seeds,
} from './openGradient.js';
export type { GraphBuilder, Operand, Value } from './emit/graphBuilder.js';
export type { RuleOf } from './path.js';
export type { Definition, Inputs, Rule, RuleTable, Site } from './rule.js';
export { gradientRules } from './rules/index.js';
export { normalisations } from './rules/normalisation.js';
