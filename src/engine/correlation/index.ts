export { outputClasses } from './outputClasses.js';
export { probeCorrelation } from './probeCorrelation.js';
export { correlationTargets, targetColumns } from './targets.js';
export { inputCorrelation } from './inputCorrelation.js';
