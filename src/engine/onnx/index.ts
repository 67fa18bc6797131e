export { appendOutputs } from './appendOutputs.js';
export { defaultLayers } from './defaultLayers.js';
export { describeTensor } from './layers.js';
export type * from './model.js';
export { readModel } from './readModel.js';
export { structureBytes } from './structureBytes.js';
export { structureOf } from './structure.js';
