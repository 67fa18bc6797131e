export { appendOutputs } from './appendOutputs.js';
export { readModel } from './readModel.js';
export { structureBytes } from './structureBytes.js';
export type * from './model.js';
