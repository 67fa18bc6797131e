export { ablationRun, ablationValue } from './ablationCam.js';
export { randomWeights, unitMap, weightedSum } from './channelMaps.js';
export { colormaps } from './colormaps.js';
export { drawMap } from './drawMap.js';
export { eigenCam } from './eigenCam.js';
export { finishMap, scaleToUnit, type RawMap } from './finishMap.js';
export { fullGrad, type FullGradTerm } from './fullGrad.js';
export {
  placeCount,
  type Drawing,
  type LayerActivations,
  type MapContext,
  type MapMethodDefinition,
  type Need,
} from './mapMethod.js';
export { mapMethods } from './methods.js';
export { overlay } from './overlay.js';
export { encodePng } from './png.js';
export { resizeAligned, resizeMap } from './resizeMap.js';
export { toMask } from './scoreCam.js';
export { noiseDeviation, noisyCopies } from './smoothGradCamPlusPlus.js';
export { resizeBilinear } from '../unit/index.js';
