export { maskSize } from './maskSize.js';
export { measuring } from './measure.js';
