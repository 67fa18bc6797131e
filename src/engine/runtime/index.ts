export {
  type LayerLayout,
  perSample,
  toActivationBatch,
  type TokenGrid,
  tokenGrid,
  unitElements,
} from './activationBatch.js';
export { checkRunnable } from './checkRunnable.js';
export { refuseForeignOperators, tensorsBefore } from './foreignOperators.js';
export { narrowToFloat16, numberToFloat16, widenBfloat16, widenFloat16 } from './float16.js';
export { type SessionInput, shapeText } from './feed.js';
export { type ModelBytes, modelBytes, openBytes, openSession, type Session, type SessionOptions } from './session.js';
export {
  agrees,
  filledBatch,
  fixedBatchOf,
  type Stream,
  streamActivations,
  type StreamedLayer,
} from './streamActivations.js';
export type * from './tensor.js';
