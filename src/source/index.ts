export { type ModuleReference, moduleReferences, type NodeNames } from './modulePath.js';
export { type SourceLine } from './stackTrace.js';
