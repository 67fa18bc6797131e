export { ablate } from './ablation.js';
export { trackedOutputs, featureMeans, type TrackedOutput } from './tracked.js';
export { type SampleLabels, sampleLabels } from './sampleLabels.js';
export { eachBatch, type RunBatch } from './eachBatch.js';
