export { classFolders, folderConcepts } from './classFolders.js';
export { decodeFile, decodePicture, looksLikePicture } from './decode.js';
export { labelConcepts, readLabelTable } from './labelTable.js';
export { findPictures, mapInOrder, type PictureFile } from './pictureFiles.js';
export { cannotPrepare, feeder, preparePicture } from './prepare.js';
export { preparationFor, preprocessFor, type PictureInput, type Preparation } from './preprocess.js';
export { rasterCache } from './rasterCache.js';
export { toRgba, type Raster } from './raster.js';
export { resize } from './resize.js';
