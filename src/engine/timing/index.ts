export { timings } from './timings.js';
