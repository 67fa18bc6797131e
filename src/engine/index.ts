export { createEngine } from './engine.js';
export { mediaFolder } from './mediaFolder.js';
