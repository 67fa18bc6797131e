export { parseThreshold, thresholdRule, type ThresholdRule, type ThresholdSetting } from './threshold.js';
export { thresholdBytes, unitStatistics, type StatisticsOptions, type UnitStatistics } from './statistics.js';
export { unitHistograms, type Histogram } from './histogram.js';
export { strongestMaps } from './strongestMaps.js';
export { firingCounts, type FiringCounts, type FiringOptions } from './firingCounts.js';
export { measuredUnits } from './measuredUnits.js';
export { resizeBilinear } from './bilinear.js';
