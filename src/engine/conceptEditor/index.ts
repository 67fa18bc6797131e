export { checkConcept } from './checkConcept.js';
export { conceptFile } from './conceptFile.js';
export { conceptList } from './conceptList.js';
