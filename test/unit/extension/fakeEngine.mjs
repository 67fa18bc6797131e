// An engine process that does what a model's name says: refuse, crash, hang, go on after being cancelled. It speaks the
// protocol by plain method names, so that the tests see what is on the wire.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, ResponseError } from 'vscode-jsonrpc/node.js';

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const forever = new Promise(() => {});

const layer = {
  name: 'relu', node: '/relu/Relu', op: 'Relu', module: 'relu', source: null,
  shape: [1, 2], units: 2, unitAxis: 1, parameters: 0,
}; // prettier-ignore
const structure = {
  schema: 'onnxplain/1',
  inputs: [],
  outputs: [],
  opset: 17,
  producer: '',
  parameters: 0,
  layers: [layer],
};

const unit = (number, label, iou) => ({
  unit: number, status: label === null ? 'dead' : 'explained', threshold: 0, fireRate: 0.5, label, formula: null,
  length: 1, iou, precision: 1, recall: iou, floor: 0.1, optimal: false, single: null, alternatives: [],
  histogram: { edges: [0, 1], counts: [4] }, top: [{ sample: 3, position: 0, value: 1 }],
}); // prettier-ignore

const probe = (choice) => ({
  choice, kind: 'states', title: 'states', path: null, samples: 4, columns: ['x'], concepts: ['x > 0'],
  bundled: false, drawn: false, assumptions: [],
}); // prettier-ignore

const name = (params) => params.model.split('/').pop();

connection.onRequest('version', () => ({
  onnxplain: '0',
  onnxruntime: '0',
  node: '0',
  providers: ['cpu'],
  methods: [],
}));
connection.onRequest('memory', () => ({ resident: Number(process.env.FAKE_RESIDENT ?? 1000) }));
connection.onRequest('inspect', async (params) => {
  if (name(params) === 'refused.onnx')
    return new ResponseError(-32803, 'x', {
      code: 'model/empty',
      message: 'refused.onnx is empty',
      hint: 'export it again',
    });
  if (name(params) === 'crash.onnx') process.exit(3);
  if (name(params) === 'hang.onnx') await forever;
  return structure;
});
connection.onRequest('sample', ({ sample }) => ({ name: `row ${sample}`, path: null, labels: [], values: [sample] }));
connection.onRequest('explain', async (params, token) => {
  const send = (event) => connection.sendNotification('explain/event', { id: params.id, event });
  send({ type: 'structure', structure });
  send({ type: 'probe', probe: probe(params.probe ?? { kind: 'drawn' }) });
  const measured = [unit(0, null, 0), { ...unit(1, 'x', 0), label: null }];
  send({ type: 'statistics', layer: { layer, shape: [1, 2], explanations: measured, maps: null } });
  if (name(params) === 'dies.onnx') {
    // What it has said so far is on its way to the other process.
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(process.pid, 'SIGKILL');
  }
  if (name(params) === 'stubborn.onnx') for (;;);
  if (name(params) === 'slow.onnx') {
    await new Promise((resolve) => token.onCancellationRequested(resolve));
    return new ResponseError(-32800, 'Cancelled', { code: 'engine/cancelled', message: 'Cancelled', hint: null });
  }
  const bytes = await readFile(params.model).catch(() => '');
  const explanations = [unit(0, null, 0), String(bytes) === 'dead' ? unit(1, null, 0) : unit(1, 'x > 0', 0.8)];
  send({ type: 'labels', layer: 'relu', explanations });
  return {
    schema: 'onnxplain/1', model: { path: params.model, sha256: createHash('sha256').update(bytes).digest('hex') }, probe: { kind: 'states', samples: 4, positions: 4, sha256: '' },
    settings: params.settings, layers: [{ ...layer, units: 2, explanations }],
  }; // prettier-ignore
});
process.on('disconnect', () => process.exit(0));
connection.listen();
