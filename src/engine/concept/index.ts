export { bitsetWords, hasBit, setBit, type Concept, type ConceptSet } from './conceptSet.js';
export { categoryMatches } from './categoryMatches.js';
export { positionGrid, type PositionGrid } from './positionGrid.js';
export { groupPositions, type Groups } from './groups.js';
export { canonicalFormula, conceptsOf, evaluateFormula, formulaLabel, formulaLength } from './formula.js';
export { searchUnit, type Label, type SearchOptions } from './search.js';
export { firstLabels } from './firstLabels.js';
export { explainUnits, type ExplainUnitsOptions } from './explainUnits.js';
