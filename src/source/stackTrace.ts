/** A line of training code, by the file's name alone: where it lay on the exporting machine is nobody's business. */
export interface SourceLine {
  file: string;
  line: number;
}

/** Frames of the framework itself, which are on every stack and tell nothing. */
const isFramework = (file: string): boolean =>
  /[/\\](site-packages|dist-packages)[/\\]/.test(file) || /[/\\]torch[/\\]/.test(file) || file.startsWith('<');

const lineOf = (file: string, line: string): SourceLine => ({ file: file.split(/[/\\]/).at(-1)!, line: Number(line) });

/** The innermost line of the user's own code in a Python stack, as PyTorch's exporter writes it: outermost frame first. */
export function innermostOfTrace(trace: string): SourceLine | null {
  let innermost: SourceLine | null = null;
  for (const [, file, line] of trace.matchAll(/^\s*File "(.+)", line (\d+), in .+$/gm)) {
    if (!isFramework(file)) {
      innermost = lineOf(file, line);
    }
  }
  return innermost;
}

/** As the TorchScript exporter's verbose mode writes it into a node's documentation: `net.py(13): forward`, innermost first. */
export function innermostOfDoc(doc: string): SourceLine | null {
  for (const [, file, line] of doc.matchAll(/^\s*(.+?)\((\d+)\): .+$/gm)) {
    if (!isFramework(file)) {
      return lineOf(file, line);
    }
  }
  return null;
}
