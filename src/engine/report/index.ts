export { readTally, tallyOf, type TallyRow } from './tally.js';
export { explanationTable } from './explanationTable.js';
export { renderReport, type ReportExtras } from './renderReport.js';
export { strongestSamples, type ReportSample } from './strongestSamples.js';
export { writeReport } from './writeReport.js';
