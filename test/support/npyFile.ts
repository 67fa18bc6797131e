/** Bytes of a .npy file, format 1.0, as numpy's documentation has it: nothing of the reader and writer under test. */
export function npy(descr: string, shape: number[], content: ArrayBufferView): Buffer {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`;
  const header = text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11) + '\n';
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([
    head,
    Buffer.from(header, 'latin1'),
    Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  ]);
}

/** Shape and values of a .npy file of float32. */
export function readNpy(bytes: Buffer): { shape: number[]; values: Float32Array } {
  const length = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + length);
  if (!header.includes("'<f4'")) throw new Error(header);
  const shape = (/\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((axis) => axis.trim())
    .map(Number);
  return { shape, values: new Float32Array(new Uint8Array(bytes.subarray(10 + length)).buffer) };
}
