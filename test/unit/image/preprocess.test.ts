import assert from 'node:assert/strict';
import { preparationFor, preprocessFor } from '../../../src/engine/probe/image/preprocess.js';
import { UserError } from '../../../src/shared/userError.js';

const input = (shape: (number | string | null)[] | null, type = 'float') => ({ name: 'image', type, shape });
const says = (assumptions: string[], text: RegExp) =>
  assert.ok(
    assumptions.some((sentence) => text.test(sentence)),
    `${String(text)} in ${assumptions.join(' ')}`,
  );

describe('what is assumed of pictures', () => {
  it('3 × 224 × 224: ImageNet, said', () => {
    const { preprocess, assumptions } = preprocessFor(input(['N', 3, 224, 224]));
    assert.deepEqual(preprocess, {
      resize: 256,
      crop: [224, 224],
      channels: 'rgb',
      layout: 'nchw',
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
    says(assumptions, /256 pixels on the shorter side and cropped to 224 × 224/);
    says(assumptions, /1\/255 and normalised with ImageNet's mean/);
    says(assumptions, /red, green, blue/);
  });

  it('224 × 224 × 3: the same, channels last', () => {
    assert.equal(preprocessFor(input([null, 224, 224, 3])).preprocess.layout, 'nhwc');
  });

  it('1 × 28 × 28: grey, resized exactly, scaled to 0..1', () => {
    const { preprocess, assumptions } = preprocessFor(input([1, 1, 28, 28]));
    const { resize, crop, channels, scale, mean, std } = preprocess;
    assert.deepEqual([resize, crop, channels, scale, mean, std], [[28, 28], [28, 28], 'gray', 1 / 255, [0], [1]]);
    says(assumptions, /grey/);
    says(assumptions, /not normalised/);
  });

  it('3 × 32 × 32: resized exactly, scaled to 0..1', () => {
    const { resize, scale, mean } = preprocessFor(input(['N', 3, 32, 32])).preprocess;
    assert.deepEqual([resize, scale, mean], [[32, 32], 1 / 255, [0, 0, 0]]);
  });

  it('any height and width: 224, said', () => {
    const { preprocess, assumptions } = preprocessFor(input(['N', 3, 'h', 'w']));
    assert.deepEqual(preprocess.crop, [224, 224]);
    says(assumptions, /224 × 224, because the input takes any size/);
  });

  it('784 features: a grey picture of 28 × 28; 3072: RGB of 32 × 32', () => {
    const flat = preparationFor(input(['N', 784]));
    assert.deepEqual([flat.height, flat.width, flat.channels, flat.dims], [28, 28, 1, [784]]);
    says(flat.assumptions, /784 features/);
    const colour = preparationFor(input(['N', 3072]));
    assert.deepEqual([colour.height, colour.channels], [32, 3]);
  });

  it('whole numbers are fed as they are', () => {
    const { preprocess, assumptions } = preprocessFor(input([1, 224, 224, 3], 'uint8'));
    assert.deepEqual([preprocess.scale, preprocess.mean], [1, [0, 0, 0]]);
    says(assumptions, /whole numbers/);
  });

  it('says nothing where the probe file says all', () => {
    const all = {
      resize: 256,
      crop: 224,
      channels: 'bgr',
      layout: 'nchw',
      scale: 1,
      mean: [104, 117, 123],
      std: [1],
    } as const;
    const given = { ...all, mean: [...all.mean], std: [...all.std] };
    assert.deepEqual(preprocessFor(input([1, 3, 224, 224]), given).assumptions, []);
  });

  it("takes means such as Caffe's for those of pixels from 0 to 255", () => {
    const { preprocess, assumptions } = preprocessFor(input([1, 3, 224, 224]), {
      channels: 'bgr',
      mean: [104, 117, 123],
    });
    assert.deepEqual([preprocess.scale, preprocess.std], [1, [1, 1, 1]]);
    says(assumptions, /left at 0\.\.255 .* because the means are those of pixels from 0 to 255/);
  });

  it("turns ImageNet's statistics round for blue, green, red", () => {
    assert.deepEqual(
      preprocessFor(input([1, 3, 224, 224]), { channels: 'bgr' }).preprocess.mean,
      [0.406, 0.456, 0.485],
    );
  });

  const refusals: [string, (number | string | null)[], object, RegExp][] = [
    ['a state vector', ['N', 7], {}, /wants N × 7, which is no picture/],
    ['five axes', [1, 3, 8, 224, 224], {}, /no picture/],
    ['no batch axis', [3, 320, 320], {}, /wants 3 × 320 × 320, a picture without a batch axis/],
    ['many channels', [1, 64, 8, 8], {}, /no picture/],
    ['a crop of another size', [1, 3, 224, 224], { crop: 192 }, /gives pictures of 192 × 192, and .* 224 × 224/],
    ['two means for three channels', [1, 3, 224, 224], { mean: [0.5, 0.5] }, /"mean" has 2 numbers/],
    ['a deviation of zero', [1, 3, 224, 224], { std: [1, 0, 1] }, /"std"/],
    ['colours for one channel', [1, 1, 28, 28], { channels: 'rgb' }, /one channel/],
  ];
  for (const [what, shape, given, message] of refusals) {
    it(`refuses ${what} in a sentence`, () => {
      assert.throws(
        () => preprocessFor(input(shape), given),
        (error) => error instanceof UserError && message.test(error.message) && !!error.hint,
      );
    });
  }
});
