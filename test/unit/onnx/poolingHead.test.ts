import assert from 'node:assert/strict';
import { poolingHead, readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { openSession, type Tensor, toActivationBatch } from '../../../src/engine/runtime/index.js';
import { modelBytes, temporaryFolder } from '../../support/onnxFile.js';
import { sharedData } from '../../support/sharedData.js';

/** Numbers in [0, scale) that are the same in every run. */
function noise(dims: number[], scale: number): Tensor {
  let state = 1;
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => {
    state = (state * 48271) % 0x7fffffff;
    return (state / 0x7fffffff) * scale;
  });
  return { type: 'float32', dims, data };
}

describe('a head of pooling and a linear layer', () => {
  const folder = temporaryFolder();

  /** The head's claim: logits[class] = bias[class] + Σ weights[class][channel] · mean over places of the layer. */
  async function holds(file: string, dims: number[], scale: number, tolerance: number): Promise<void> {
    const model = await readModel(file);
    const head = await poolingHead(model);
    assert.ok(head);
    assert.ok(structureOf(model).layers.some(({ name }) => name === head.layer));
    const session = await openSession(model, { outputs: [head.layer, head.logits], threads: 1 });
    const [{ name }] = session.inputs;
    const values = await session.run({ [name]: noise(dims, scale) }, [head.layer, head.logits]);
    await session.release();
    const layer = structureOf(model).layers.find((candidate) => candidate.name === head.layer)!;
    const map = toActivationBatch(values[head.layer], layer, 0, 1);
    assert.equal(map.units, head.channels);
    const places = map.height * map.width;
    const means = Array.from({ length: map.units }, (_, unit) =>
      map.values.subarray(unit * places, (unit + 1) * places).reduce((sum, value) => sum + value / places, 0),
    );
    const logits = Array.from(values[head.logits].data as Float32Array);
    assert.equal(logits.length, head.classes);
    const size = Math.max(...logits.map(Math.abs));
    for (let c = 0; c < head.classes; c++) {
      const linear = head.weights
        ? means.reduce((sum, mean, k) => sum + mean * head.weights![c * head.channels + k], 0)
        : means[c];
      assert.ok(Math.abs((head.bias?.[c] ?? 0) + linear - logits[c]) <= tolerance * size, `class ${c}`);
    }
  }

  for (const [file, dims, scale] of [
    ['cifar_small/resnet8_cifar10_DERIVED.onnx', [1, 3, 32, 32], 255],
    ['cifar_small/vww_mobilenetv1_025_person_DERIVED.onnx', [1, 3, 96, 96], 1],
    ['imagenet/mobilenetv2_fp32_DERIVED.onnx', [1, 3, 224, 224], 1],
    ['imagenet/squeezenet_fp32_DERIVED.onnx', [1, 3, 224, 224], 100],
    ['light_structure_only/light_shufflenet.onnx', [1, 3, 224, 224], 1],
  ] as const) {
    it(`${file}: its weights give the logits`, async function () {
      this.timeout(60_000);
      await holds(sharedData(this, 'models', file), [...dims], scale, 1e-4);
    });
  }

  it('ReduceMean over channels-last maps, MatMul and Add', async () => {
    const file = folder.write(
      'nhwc.onnx',
      modelBytes({
        nodes: [
          { op: 'Conv', in: ['x', 'k'], out: ['c'] },
          { op: 'Transpose', in: ['c'], out: ['t'], attributes: { perm: [0, 2, 3, 1] } },
          { op: 'Relu', in: ['t'], out: ['r'] },
          { op: 'ReduceMean', in: ['r'], out: ['p'], attributes: { axes: [1, 2], keepdims: 0 } },
          { op: 'MatMul', in: ['p', 'w'], out: ['m'] },
          { op: 'Add', in: ['m', 'b'], out: ['y'] },
        ],
        inputs: { x: { shape: ['n', 1, 3, 4] } },
        outputs: { y: {} },
        initializers: {
          k: { dims: [2, 1, 1, 1], values: [1, -1] },
          w: { dims: [2, 3], values: [1, 2, 3, 4, 5, 6] },
          b: { dims: [3], values: [0.5, 0, -0.5] },
        },
      }),
    );
    await holds(file, [1, 1, 3, 4], 1, 1e-6);
    const head = await poolingHead(await readModel(file));
    assert.deepEqual([head?.layer, head?.link, [...head!.weights!]], ['r', null, [1, 4, 2, 5, 3, 6]]);
  });

  it('is not seen where there is none', async function () {
    for (const file of [
      'mnist/mnist_cntk.onnx',
      'transformer/fashion_vit_dynamo_opset20.onnx',
      'rl/cartpole_sb3_ppo_DERIVED.onnx',
      'light_structure_only/light_vgg19.onnx',
    ]) {
      assert.equal(await poolingHead(await readModel(sharedData(this, 'models', file))), null, file);
    }
  });
});
