export { type Certainty, type CodeLink, type CodePlace, linkCode, placeAt } from './link.js';
export { type ModuleReference, moduleReferences, type NodeNames } from './modulePath.js';
export { type ModelCandidate, type ModelChoice, type ModelEvidence, modelOfFile } from './modelOfFile.js';
export { type PythonProgram, readProgram } from './program.js';
export { loadPython } from './python/grammar.js';
export { indexCells, indexNotebook, indexPython, largestCode, type PythonIndex } from './python/pythonIndex.js';
export { warmUp } from './warmUp.js';
export { lineOfFolded } from './sourceLines.js';
