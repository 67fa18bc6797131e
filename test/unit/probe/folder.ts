import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of its own for a suite, removed after it. */
export function testFolder(): {
  path(...parts: string[]): string;
  write(name: string, content: string | Uint8Array): string;
} {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onnxplain-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: (...parts) => path.join(folder, ...parts),
    write(name, content) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      return file;
    },
  };
}
