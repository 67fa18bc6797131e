import { createEngine, mediaFolder } from '../engine/index.js';

export async function version(_args: string[]): Promise<void> {
  const { onnxplain, onnxruntime, node, providers } = await createEngine({ media: mediaFolder() }).version();
  process.stdout.write(`onnxplain ${onnxplain}\nONNX Runtime ${onnxruntime} (${providers.join(', ')})\nNode ${node}\n`);
}
