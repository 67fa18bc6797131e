import { UserError } from '../../shared/userError.js';

/** Beginnings by which other files that end up under the name `.onnx` are known. */
const beginnings: readonly [bytes: string, offset: number, what: string, hint: string][] = [
  ['\x1f\x8b', 0, 'is gzip-compressed', 'decompress it first (gunzip)'],
  ['PK\x03\x04', 0, 'is a ZIP archive or a PyTorch checkpoint', 'unpack it, or export it with torch.onnx.export'],
  ['BZh', 0, 'is bzip2-compressed', 'decompress it first (bunzip2)'],
  ['\xfd7zXZ', 0, 'is xz-compressed', 'decompress it first (unxz)'],
  ['(\xb5/\xfd', 0, 'is Zstandard-compressed', 'decompress it first (unzstd)'],
  ['7z\xbc\xaf', 0, 'is a 7z archive', 'unpack it first'],
  ['\x89HDF\r\n', 0, 'is HDF5 (a Keras model?)', 'export it to ONNX with tf2onnx or model.export'],
  ['ORTM', 4, 'is in ORT format', 'explain the .onnx file that it was converted from'],
  ['TFL3', 4, 'is a TensorFlow Lite model', 'export it to ONNX with tf2onnx'],
  ['GGUF', 0, 'is a GGUF model', 'export it to ONNX instead'],
  ['%PDF', 0, 'is a PDF document', 'name an .onnx file'],
  ['\x89PNG', 0, 'is a PNG picture', 'name an .onnx file'],
];

/**
 * Refuses what is plainly something else than a model, by its first bytes.
 *
 * @param head the file's first bytes, at most 4096
 */
export function refuseOtherFile(name: string, size: number, head: Buffer): void {
  if (size === 0) {
    throw new UserError(`${name} is empty`, {
      hint: 'export it again; an interrupted export or a full disk leaves such files',
      code: 'model/empty',
    });
  }
  const known = beginnings.find(([bytes, at]) =>
    head.subarray(at, at + bytes.length).equals(Buffer.from(bytes, 'latin1')),
  );
  if (known) {
    throw new UserError(`${name} ${known[2]}, not an ONNX model`, { hint: known[3], code: 'model/other-format' });
  }
  // Eight bytes that give the length of a JSON header, and the header.
  if (size > 9 && head[8] === 0x7b && head.readBigUInt64LE(0) < 100_000_000n) {
    throw new UserError(`${name} is a safetensors file, which holds weights and no graph`, {
      hint: 'export the model with torch.onnx.export',
      code: 'model/other-format',
    });
  }
  if (isText(head)) {
    refuseText(name, size, head.toString('utf8'));
  }
}

function refuseText(name: string, size: number, text: string): never {
  const first = text.split(/\r?\n/, 1)[0].trim();
  if (first.startsWith('version https://git-lfs.github.com/')) {
    throw new UserError(`${name} is a Git LFS pointer, not a model`, {
      hint: 'run git lfs pull',
      code: 'model/lfs-pointer',
    });
  }
  if (/^<(!doctype|html|\?xml|head|body)/i.test(first)) {
    throw new UserError(`${name} is a web page, not a model`, {
      hint: 'the download failed and its error page was saved; download the file again',
      code: 'model/web-page',
    });
  }
  if (size < 4096 && /^[^\s<>|]+$/.test(text.trim()) && /[/\\]/.test(first)) {
    throw new UserError(`${name} is the text of a symbolic link to ${quoted(first)}, not a model`, {
      hint: 'open that file, or check the repository out with symbolic links enabled',
      code: 'model/symlink-text',
    });
  }
  throw new UserError(`${name} is a text file (${quoted(first)}), not an ONNX model`, {
    hint: 'name an .onnx file',
    code: 'model/text',
  });
}

const quoted = (text: string): string => `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;

/** No model is without a control character in its beginning: its first field's tag, or a length. */
function isText(head: Buffer): boolean {
  return head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) && !head.includes(0x7f);
}
