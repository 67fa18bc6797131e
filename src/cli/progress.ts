import { onOneLine } from './printable.js';

/** Progress on stderr: a bar on a terminal, plain lines elsewhere (at most one every two seconds), nothing with --quiet. */
export interface Progress {
  update(what: string, done: number, total: number): void;
  /** A line of its own. */
  say(message: string): void;
  end(): void;
}

const barWidth = 24;
const plainInterval = 2000;

export function createProgress(quiet: boolean, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (quiet) return { update() {}, say() {}, end() {} };
  let drawn = false;
  let lastPlain = Date.now();
  const clear = () => {
    if (drawn) stream.write('\r\x1b[K');
    drawn = false;
  };
  return {
    update(what, done, total) {
      if (stream.isTTY) {
        const filled = total > 0 ? Math.round((barWidth * done) / total) : 0;
        const line = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${percent(done, total)} ${onOneLine(what)}`;
        stream.write(`\r\x1b[K${line.slice(0, (stream.columns || 80) - 1)}`);
        drawn = true;
      } else if (Date.now() - lastPlain >= plainInterval) {
        lastPlain = Date.now();
        stream.write(`${onOneLine(what)}: ${percent(done, total)}\n`);
      }
    },
    say(message) {
      clear();
      stream.write(`${message.startsWith('  ') ? '  ' : ''}${onOneLine(message)}\n`);
    },
    end: clear,
  };
}

const percent = (done: number, total: number) => `${total > 0 ? Math.floor((100 * done) / total) : 0} %`;
