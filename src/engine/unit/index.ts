export { parseThreshold, thresholdRule, type ThresholdRule, type ThresholdSetting } from './threshold.js';
export { thresholdBytes, unitStatistics, type StatisticsOptions, type UnitStatistics } from './statistics.js';
export { unitHistograms, type Histogram } from './histogram.js';
export { strongestMaps } from './strongestMaps.js';
export { countFiring, firingCounts, type FiringCounts, type FiringOptions } from './firingCounts.js';
export { watchFiring } from './firingPlaces.js';
export { KeptFiring } from './keptFiring.js';
export { measuredUnits } from './measuredUnits.js';
export { resizeBilinear } from './bilinear.js';
