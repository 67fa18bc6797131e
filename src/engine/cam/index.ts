export { cam, randomCam, unitMap } from './channelMaps.js';
export { colormaps } from './colormaps.js';
export { eigenCam } from './eigenCam.js';
export { finishMap, scaleToUnit, type RawMap } from './finishMap.js';
export { mapMethods, type LayerActivations, type MapContext, type MapMethodDefinition } from './methods.js';
export { overlay } from './overlay.js';
export { encodePng } from './png.js';
export { resizeBilinear } from '../unit/index.js';
