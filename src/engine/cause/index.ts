export { causes } from './cause.js';
