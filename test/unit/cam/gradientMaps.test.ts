import { drawMap, finishMap, mapMethods, type MapContext } from '../../../src/engine/cam/index.js';
import { ablationValue } from '../../../src/engine/cam/ablationCam.js';
import { assertClose } from './close.js';

// Two channels of 2 × 3 places and their gradients; every number below follows from these by the papers' formulas.
const values = Float32Array.of(1, 0, 2, 0.5, 3, 0, 0, 1, -1, 2, 0, 1);
const gradients = Float32Array.of(0.2, -0.1, 0, 0.3, 0.1, 0.4, -0.5, 0.2, 0.1, 0, 0.3, -0.2);
const layer = { values, channels: 2, places: [2, 3] };
const nothing: MapContext = {
  headWeights: null,
  unit: null,
  seed: 0,
  gradients: null,
  noisyGradients: null,
  score: 0,
  channelScores: null,
};
const raw = (method: string, context: Partial<MapContext> = { gradients }, smooth = false) =>
  drawMap(mapMethods[method], layer, { ...nothing, ...context }, smooth);
const finished = (map: Float32Array) => finishMap([{ values: map, places: [2, 3] }], [2, 3]);

describe('Maps by gradients', () => {
  it('Grad-CAM weights channels by their mean gradient: 0.9 / 6 and -0.1 / 6', () => {
    const map = raw('gradcam');
    assertClose(map, [0.15, -0.016667, 0.316667, 0.041667, 0.45, -0.016667], 1e-6);
    assertClose(finished(map), [0.333333, 0, 0.703704, 0.092593, 1, 0], 1e-5);
  });

  it('Grad-CAM++ weights by 0.261246 and 0.223847', () => {
    const map = raw('gradcam++');
    assertClose(map, [0.261246, 0.223847, 0.298645, 0.578316, 0.783737, 0.223847], 1e-5);
    assertClose(finished(map), [0.066797, 0, 0.133594, 0.633105, 1, 0], 1e-5);
  });

  it('XGrad-CAM weights by 0.65 / 6.5 and -0.1 / 3', () => {
    assertClose(finished(raw('xgradcam')), [0.333333, 0, 0.777778, 0, 1, 0], 1e-5);
  });

  it('Layer-CAM and HiRes-CAM weight each activation by its own gradient', () => {
    assertClose(raw('layercam'), [0.2, 0.2, -0.1, 0.15, 0.3, 0], 1e-6);
    assertClose(raw('hirescam'), [0.2, 0.2, -0.1, 0.15, 0.3, -0.2], 1e-6);
    for (const method of ['layercam', 'hirescam']) {
      assertClose(finished(raw(method)), [0.666667, 0.666667, 0, 0.5, 1, 0], 1e-5);
    }
  });

  it('element-wise Grad-CAM keeps the products that are positive', () => {
    assertClose(raw('gradcamelementwise'), [0.2, 0.2, 0, 0.15, 0.3, 0], 1e-6);
  });

  it('EigenGrad-CAM is HiRes-CAM smoothed: the products’ first principal component', () => {
    // Products less their means: 0.2 0 0 0.15 0.3 0 and 0 0.2 -0.1 0 0 -0.2; singular vector (0.601182, 0.799112).
    const products = [0.2, 0, 0, 0.15, 0.3, 0].map((a, i) => [a - 0.65 / 6, [0, 0.2, -0.1, 0, 0, -0.2][i] + 0.1 / 6]);
    const expected = products.map(([a, b]) => 0.601182 * a + 0.799112 * b);
    assertClose(raw('eigengradcam'), expected, 1e-5);
    assertClose(raw('hirescam', { gradients }, true), expected, 1e-5);
  });

  it('Smooth Grad-CAM++ of equal copies has Grad-CAM++’s alpha with the gradients’ own sum', () => {
    // a = g² / (2 g² + Σ A g³): Σ A g³ is 0.008 + 0.0135 + 0.003 = 0.0245 and 0.008 - 0.001 - 0.008 = -0.001.
    const alpha = (g: number, sum: number) => (g * g) / (2 * g * g + sum + 1e-8);
    const weights = [
      [0.2, 0.3, 0.1, 0.4].reduce((total, g) => total + g * alpha(g, 0.0245), 0),
      [0.2, 0.1, 0.3].reduce((total, g) => total + g * alpha(g, -0.001), 0),
    ];
    const map = raw('smoothgradcam++', { noisyGradients: [gradients, gradients, gradients] });
    assertClose(
      map,
      [...values.subarray(0, 6)].map((a, i) => weights[0] * a + weights[1] * values[6 + i]),
      1e-5,
    );
  });
});

describe('Maps by scores', () => {
  it('Score-CAM weights by the softmax of the scores', () => {
    const [a, b] = [Math.exp(2) / (Math.exp(2) + Math.exp(1)), Math.exp(1) / (Math.exp(2) + Math.exp(1))];
    const map = raw('scorecam', { channelScores: [1002, 1001] });
    assertClose(map, [a, b, 2 * a - b, 0.5 * a + 2 * b, 3 * a, b], 1e-5);
  });

  it('Ablation-CAM weights by the share of the score that is lost', () => {
    // 10 falls to 4 and rises to 12: 0.6 and -0.2.
    const map = raw('ablationcam', { score: 10, channelScores: [4, 12] });
    assertClose(map, [0.6, -0.2, 1.4, -0.1, 1.8, -0.2], 1e-6);
    // Without a score to take a share of, by the loss itself.
    assertClose(raw('ablationcam', { score: 0, channelScores: [-1, 0] }), [1, 0, 2, 0.5, 3, 0], 1e-6);
  });

  it('Ablation-CAM sets a channel to 0 behind a ReLU, and otherwise far below, further with each of a run of 32', () => {
    assertClose(
      [0, 5, 40].map((channel) => ablationValue(0, channel)),
      [0, 0, 0],
      0,
    );
    assertClose(
      [0, 1, 31, 32].map((channel) => ablationValue(-2, channel)),
      [-1e7 - 2, -2e7 - 2, -32e7, -1e7 - 2],
      32,
    );
  });
});

describe('Maps by activations', () => {
  it('FEM weights by the share of places above the mean by two standard deviations', () => {
    // One place of nine: mean 1, deviation 2.83, threshold 6.66; and a channel that stands out nowhere.
    const nine = {
      values: Float32Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 2, 1, 2, 1, 2, 1),
      channels: 2,
      places: [3, 3],
    };
    assertClose(drawMap(mapMethods.fem, nine, nothing), [1, 0, 0, 0, 0, 0, 0, 0, 0], 1e-6);
  });

  it('KPCA-CAM’s map is as long as the kernel’s greatest eigenvalue', () => {
    // Two places: the centred kernel is ½ (k11 - k12) on the diagonal for places at ±x, so that its eigenvalue is
    // k11 - k12 = tanh(x² + 1) - tanh(1 - x²), and the eigenvector (1, -1) / √2 or its negative.
    const pair = { values: Float32Array.of(1, 2), channels: 1, places: [1, 2] };
    const length = Math.tanh(0.25 + 1) - Math.tanh(1 - 0.25);
    const map = drawMap(mapMethods.kpcacam, pair, nothing);
    assertClose(map.map(Math.abs), [Math.sqrt(length / 2), Math.sqrt(length / 2)], 1e-6);
    assertClose([map[0] + map[1]], [0], 1e-6);
  });
});
