import { ablationCamWeights } from './ablationCam.js';
import { randomWeights, unitMap, weightedSum } from './channelMaps.js';
import { eigenCam } from './eigenCam.js';
import { eigenGradCam } from './eigenGradCam.js';
import { femWeights } from './fem.js';
import { gradCamWeights } from './gradCam.js';
import { gradCamElementWise } from './gradCamElementWise.js';
import { gradCamPlusPlusWeights } from './gradCamPlusPlus.js';
import { hiResCam } from './hiResCam.js';
import { kpcaCam } from './kpcaCam.js';
import { layerCam } from './layerCam.js';
import { type MapContext, type MapMethodDefinition, needed } from './mapMethod.js';
import { scoreCamWeights } from './scoreCam.js';
import { noisyCopies, smoothGradCamPlusPlusWeights } from './smoothGradCamPlusPlus.js';
import { xGradCamWeights } from './xGradCam.js';

const oneRun = 'One forward run.';
const oneGradient = 'One forward and one backward run.';

const gradients = (context: MapContext): Float32Array => needed(context.gradients, 'gradients');
const channelScores = (context: MapContext): ArrayLike<number> => needed(context.channelScores, 'channel scores');

/** The methods by the name that the command line and the panel use, in the order in which they are offered. */
export const mapMethods = {
  gradcam: {
    name: 'gradcam',
    title: 'Grad-CAM',
    shows: 'Where the channels are active whose mean gradient speaks for the class.',
    cost: oneGradient,
    needsClass: true,
    needs: 'gradients',
    rectify: true,
    drawing: { by: 'channels', weights: (layer, context) => gradCamWeights(layer, gradients(context)) },
  },
  'gradcam++': {
    name: 'gradcam++',
    title: 'Grad-CAM++',
    shows: 'As Grad-CAM, but places with a positive gradient count, so that several objects of the class all show.',
    cost: oneGradient,
    needsClass: true,
    needs: 'gradients',
    rectify: true,
    drawing: { by: 'channels', weights: (layer, context) => gradCamPlusPlusWeights(layer, gradients(context)) },
  },
  xgradcam: {
    name: 'xgradcam',
    title: 'XGrad-CAM',
    shows: 'As Grad-CAM, with each place’s gradient weighted by how active the channel is there.',
    cost: oneGradient,
    needsClass: true,
    needs: 'gradients',
    rectify: true,
    drawing: { by: 'channels', weights: (layer, context) => xGradCamWeights(layer, gradients(context)) },
  },
  layercam: {
    name: 'layercam',
    title: 'Layer-CAM',
    shows: 'Each activation times its own positive gradient: fine detail, useful for early layers too.',
    cost: oneGradient,
    needsClass: true,
    needs: 'gradients',
    rectify: true,
    drawing: { by: 'elements', weighted: ({ values }, context) => layerCam(values, gradients(context)) },
  },
  hirescam: {
    name: 'hirescam',
    title: 'HiRes-CAM',
    shows: 'Each activation times its own gradient: exactly what raises the score, where only a linear layer follows.',
    cost: oneGradient,
    needsClass: true,
    needs: 'gradients',
    rectify: true,
    drawing: { by: 'elements', weighted: ({ values }, context) => hiResCam(values, gradients(context)) },
  },
  gradcamelementwise: {
    name: 'gradcamelementwise',
    title: 'Element-wise Grad-CAM',
    shows: 'Only what speaks for the class: activations times gradients where that is positive.',
    cost: oneGradient,
    needsClass: true,
    needs: 'gradients',
    rectify: true,
    drawing: { by: 'elements', weighted: ({ values }, context) => gradCamElementWise(values, gradients(context)) },
  },
  eigengradcam: {
    name: 'eigengradcam',
    title: 'EigenGrad-CAM',
    shows: 'Where activations times gradients vary most together: Eigen-CAM for a class.',
    cost: oneGradient,
    needsClass: true,
    needs: 'gradients',
    rectify: true,
    drawing: {
      by: 'map',
      raw: ({ values, channels }, context) => eigenGradCam(values, gradients(context), channels),
    },
  },
  'smoothgradcam++': {
    name: 'smoothgradcam++',
    title: 'Smooth Grad-CAM++',
    shows: 'Grad-CAM++ with gradients averaged over noisy copies of the picture: less depends on single pixels.',
    cost: `${noisyCopies + 1} forward and ${noisyCopies} backward runs.`,
    needsClass: true,
    needs: 'noisy gradients',
    rectify: true,
    drawing: {
      by: 'channels',
      weights: (layer, { noisyGradients }) =>
        smoothGradCamPlusPlusWeights(layer, needed(noisyGradients, 'noisy gradients')),
    },
  },
  fullgrad: {
    name: 'fullgrad',
    title: 'FullGrad',
    shows: 'The gradients of the input and of all biases in one map; it is of the whole model, not of a layer.',
    cost: 'One forward and one backward run through the whole model.',
    needsClass: true,
    needs: 'bias gradients',
    rectify: true,
    drawing: { by: 'model' },
  },
  scorecam: {
    name: 'scorecam',
    title: 'Score-CAM',
    shows: 'Channels weighted by the score that the picture keeps when only what they see is left: no gradient.',
    cost: 'One forward run a channel.',
    needsClass: true,
    needs: 'masked scores',
    rectify: true,
    drawing: { by: 'channels', weights: (_, context) => scoreCamWeights(channelScores(context)) },
  },
  ablationcam: {
    name: 'ablationcam',
    title: 'Ablation-CAM',
    shows: 'Channels weighted by how far the score falls without them: no gradient.',
    cost: 'One run a channel of what follows the layer.',
    needsClass: true,
    needs: 'ablated scores',
    rectify: true,
    drawing: { by: 'channels', weights: (_, context) => ablationCamWeights(context.score, channelScores(context)) },
  },
  eigencam: {
    name: 'eigencam',
    title: 'Eigen-CAM',
    shows: 'Where the layer’s activations vary most together, whatever the class.',
    cost: oneRun,
    needsClass: false,
    needs: 'activations',
    rectify: true,
    drawing: { by: 'map', raw: ({ values, channels }) => eigenCam(values, channels) },
  },
  kpcacam: {
    name: 'kpcacam',
    title: 'KPCA-CAM',
    shows: 'As Eigen-CAM, by a kernel, so that what varies together need not do so linearly.',
    cost: 'One forward run; slow for layers of many places.',
    needsClass: false,
    needs: 'activations',
    rectify: true,
    drawing: { by: 'map', raw: ({ values, channels }) => kpcaCam(values, channels) },
  },
  fem: {
    name: 'fem',
    title: 'FEM',
    shows: 'Where channels stand out from their own mean by more than two standard deviations, whatever the class.',
    cost: oneRun,
    needsClass: false,
    needs: 'activations',
    rectify: true,
    drawing: { by: 'map', raw: (layer) => weightedSum(layer.values, femWeights(layer)) },
  },
  cam: {
    name: 'cam',
    title: 'CAM',
    shows: 'Which places speak for the class: exact, where pooling and one linear layer follow.',
    cost: oneRun,
    needsClass: true,
    needs: 'head weights',
    rectify: true,
    drawing: { by: 'channels', weights: (_, { headWeights }) => needed(headWeights, 'head weights') },
  },
  activation: {
    name: 'activation',
    title: 'Activation',
    shows: 'Where the neuron itself is active, from its lowest to its highest value in this picture.',
    cost: oneRun,
    needsClass: false,
    needs: 'unit',
    rectify: false,
    drawing: { by: 'map', raw: ({ values, channels }, { unit }) => unitMap(values, channels, needed(unit, 'a unit')) },
  },
  randomcam: {
    name: 'randomcam',
    title: 'Random-CAM',
    shows: 'Channels weighted by chance: a map that should not convince, to compare the others with.',
    cost: oneRun,
    needsClass: false,
    needs: 'activations',
    rectify: true,
    drawing: { by: 'channels', weights: ({ channels }, { seed }) => randomWeights(channels, seed) },
  },
} satisfies Record<string, MapMethodDefinition> as Record<string, MapMethodDefinition>;
