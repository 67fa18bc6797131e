import type { SourceFrame } from '../shared/model.js';

/** Frames of the framework itself, which are on every stack and tell nothing. */
const isFramework = (file: string): boolean =>
  /[/\\](site-packages|dist-packages)[/\\]/.test(file) ||
  /[/\\]torch[/\\](_\w+|nn|onnx|export|fx|jit|utils|autograd|functional|overrides)\b/.test(file) ||
  file.startsWith('<');

const frameOf = (file: string, line: string, code: string): SourceFrame => ({
  file: file.split(/[/\\]/).at(-1)!,
  line: Number(line),
  code: code.trim(),
});

/** Frames of the user's own code in a Python stack as PyTorch's exporter writes it; the innermost, which it has last, first. */
export function framesOfTrace(trace: string): SourceFrame[] {
  const frames: SourceFrame[] = [];
  for (const [, file, line, code] of trace.matchAll(/^\s*File "(.+)", line (\d+), in .+(?:\n(?!\s*File ")(.*))?$/gm))
    if (!isFramework(file)) frames.unshift(frameOf(file, line, code ?? ''));
  return frames;
}

/** As the TorchScript exporter's verbose mode writes it into a node's documentation: `net.py(13): forward`, innermost first. */
export function framesOfDoc(doc: string): SourceFrame[] {
  const frames: SourceFrame[] = [];
  for (const [, file, line] of doc.matchAll(/^\s*(.+?)\((\d+)\): .+$/gm))
    if (!isFramework(file)) frames.push(frameOf(file, line, ''));
  return frames;
}
