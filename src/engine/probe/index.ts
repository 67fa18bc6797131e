export { readArray } from './arrayFile.js';
export { bundledProbes, type BundledProbe } from './bundled.js';
export { encodeNpy } from './npy.js';
export { openProbe, summaryOf } from './openProbe.js';
export { probeFileText } from './probeFileText.js';
export { readProbeFile } from './probeFile.js';
export type { ProbeSet } from './probeSet.js';
export { proposeProbes } from './proposals.js';
export { ConceptError } from './stateConcepts.js';
