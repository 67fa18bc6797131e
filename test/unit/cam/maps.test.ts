import assert from 'node:assert/strict';
import { decode } from 'fast-png';
import {
  colormaps,
  drawMap,
  encodePng,
  finishMap,
  type MapContext,
  mapMethods,
  overlay,
  randomWeights,
  resizeBilinear,
  unitMap,
  weightedSum,
} from '../../../src/engine/cam/index.js';
import { assertClose } from './close.js';

const a1 = [1, 0, 2, 0.5, 3, 0];
const a2 = [0, 1, -1, 2, 0, 1];
const activations = Float32Array.from([...a1, ...a2]);

describe('CAM', () => {
  // Over pooling and a linear layer, with Grad-CAM's channel weights for these activations and gradients.
  const raw = weightedSum(activations, [0.15, -0.1 / 6]);

  it('weights the channels', () => {
    assertClose(raw, [0.15, -0.016667, 0.316667, 0.041667, 0.45, -0.016667], 1e-6);
  });

  it('is cut off at 0 and scaled', () => {
    assertClose(finishMap([{ values: raw, places: [2, 3] }], [2, 3]), [0.333333, 0, 0.703704, 0.092593, 1, 0], 1e-5);
  });

  it('is resized with half-pixel centres and clamped edges', () => {
    const map = finishMap([{ values: raw, places: [2, 3] }], [2, 3]);
    const rows = [
      [0.333333, 0.25, 0.083333, 0.175926, 0.527778, 0.703704],
      [0.273148, 0.267361, 0.255787, 0.319444, 0.458333, 0.527778],
      [0.152778, 0.302083, 0.600694, 0.606481, 0.319444, 0.175926],
      [0.092593, 0.319444, 0.773148, 0.75, 0.25, 0],
    ];
    assertClose(resizeBilinear(map, 2, 3, 4, 6), rows.flat(), 1e-5);
  });
});

describe('Resizing', () => {
  it('leaves a map of the same size as it is', () => {
    assert.deepEqual(resizeBilinear(activations, 4, 3, 4, 3), Float64Array.from(activations));
  });

  it('averages blocks of 2 × 2 at half the size', () => {
    assertClose(resizeBilinear(Float32Array.of(1, 2, 5, 6, 3, 4, 7, 8), 2, 4, 1, 2), [2.5, 6.5], 1e-7);
  });

  it('spreads a single value', () => {
    assertClose(resizeBilinear(Float32Array.of(4), 1, 1, 2, 3), [4, 4, 4, 4, 4, 4], 0);
  });
});

describe('Finishing a map', () => {
  const finish = (values: number[], rectify?: boolean) =>
    finishMap([{ values: Float32Array.from(values), places: [values.length] }], [values.length], rectify);

  it('makes zeros of a map without contrast', () => {
    assertClose(finish([0, 0, 0]), [0, 0, 0], 0);
    assertClose(finish([7, 7, 7]), [0, 0, 0], 0);
    assertClose(finish([-1, -2, -3]), [0, 0, 0], 0);
  });

  it('keeps what is below 0 where asked to', () => {
    assertClose(finish([-2, 0, 2]), [0, 0, 1], 1e-6);
    assertClose(finish([-2, 0, 2], false), [0, 0.5, 1], 1e-6);
  });

  it('is within [0, 1] with NaN and infinite values', () => {
    assertClose(finish([NaN, Infinity, -Infinity, 2, 1]), [0, 0, 0, 1, 0.5], 1e-6);
  });

  it('averages layers of different sizes, each scaled first', () => {
    const small = { values: Float32Array.of(0, 1000), places: [1, 2] };
    const large = { values: Float32Array.of(0, 0, 1, 0), places: [1, 4] };
    // The small one resized: 0, 0.25, 0.75, 1. The mean with the large one: 0, 0.125, 0.875, 0.5.
    assertClose(finishMap([small, large], [1, 4]), [0, 0.125 / 0.875, 1, 0.5 / 0.875], 1e-6);
  });
});

describe('Map methods', () => {
  const layer = { values: activations, channels: 2, places: [2, 3] };
  const context: MapContext = {
    headWeights: null,
    unit: null,
    seed: 0,
    gradients: null,
    noisyGradients: null,
    score: 0,
    channelScores: null,
  };

  it('are listed under their own names', () => {
    for (const [name, method] of Object.entries(mapMethods)) {
      assert.equal(method.name, name);
      assert.ok(method.title && method.shows.endsWith('.') && method.cost.endsWith('.'));
    }
  });

  it('show a unit by itself', () => {
    assert.deepEqual(drawMap(mapMethods.activation, layer, { ...context, unit: 1 }), Float32Array.from(a2));
    assert.deepEqual(unitMap(activations, 2, 0), Float32Array.from(a1));
  });

  it('draw chance maps that depend on the seed alone', () => {
    const draw = (seed: number) => drawMap(mapMethods.randomcam, layer, { ...context, seed });
    assert.deepEqual(draw(3), draw(3));
    assert.notDeepEqual(draw(3), draw(4));
    // Uniform in [-1, 1), so a mean near 0 and a variance near 1/3.
    const weights = Array.from({ length: 2000 }, (_, seed) => randomWeights(1, seed)[0]);
    const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
    const variance = weights.reduce((sum, weight) => sum + weight * weight, 0) / weights.length;
    assert.ok(Math.abs(mean) < 0.05 && Math.abs(variance - 1 / 3) < 0.03, `${mean} ${variance}`);
    assert.ok(Math.max(...weights) < 1 && Math.min(...weights) >= -1);
  });

  it('refuse to guess what they were not given', () => {
    assert.throws(() => drawMap(mapMethods.cam, layer, context), /wants head weights/);
    assert.throws(() => drawMap(mapMethods.activation, layer, context), /wants a unit/);
  });
});

describe('Overlay', () => {
  const grey = {
    width: 2,
    height: 1,
    rgba: Uint8Array.of(100, 100, 100, 255, 200, 200, 200, 255),
    name: '',
    path: null,
  };

  it('mixes the picture with the map’s colours, by more where the map is higher', () => {
    // Viridis ends at #fde725: half of it over 200 is 227, 216, 119. Nothing hides where the map is 0.
    const { rgba } = overlay(grey, Float32Array.of(0, 1), 0.5, 'viridis');
    assert.deepEqual([...rgba], [100, 100, 100, 255, 227, 216, 119, 255]);
  });

  it('grows with the square root of the map', () => {
    // OpenCV's jet at round(255 · 0.25) = 64 is 0, 128, 255 (below); √0.25 = half of it lies over 100.
    const { rgba } = overlay(grey, Float32Array.of(0.25, 1), 1, 'jet');
    assertClose([...rgba.subarray(0, 3)], [50, 114, 177.5], 2);
    assert.deepEqual([...rgba.subarray(4)], [128, 0, 0, 255]);
  });

  it('is the picture at an opacity of 0', () => {
    assert.deepEqual(overlay(grey, Float32Array.of(0, 1), 0).rgba, grey.rgba);
  });

  it('knows jet as OpenCV draws it', () => {
    // cv2.applyColorMap(np.uint8([[0, 32, 64, 96, 128, 160, 192, 224, 255]]), cv2.COLORMAP_JET), as RGB.
    const opencv = [
      [0, 0, 128], [0, 0, 255], [0, 128, 255], [2, 255, 254], [130, 255, 126], [255, 252, 0], [255, 124, 0], [252, 0, 0],
      [128, 0, 0],
    ]; // prettier-ignore
    [0, 32, 64, 96, 128, 160, 192, 224, 255].forEach((at, i) =>
      assertClose(colormaps.jet.subarray(3 * at, 3 * at + 3), opencv[i], 4),
    );
  });
});

describe('PNG', () => {
  const decoded = (rgba: number[]) => {
    const { data, channels } = decode(encodePng({ width: 2, height: 1, rgba: Uint8Array.from(rgba) }));
    return { data: [...data], channels };
  };

  it('keeps every pixel, in as few channels as it takes', () => {
    assert.deepEqual(decoded([1, 1, 1, 255, 9, 9, 9, 255]), { data: [1, 9], channels: 1 });
    assert.deepEqual(decoded([1, 2, 3, 255, 9, 9, 9, 255]), { data: [1, 2, 3, 9, 9, 9], channels: 3 });
    assert.deepEqual(decoded([1, 2, 3, 0, 9, 9, 9, 255]), { data: [1, 2, 3, 0, 9, 9, 9, 255], channels: 4 });
  });
});
