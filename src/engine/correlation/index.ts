export { outputClasses } from './outputClasses.js';
export { probeCorrelation } from './probeCorrelation.js';
export { correlationTargets } from './targets.js';
