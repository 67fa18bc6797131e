import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { indexPython, type PythonProgram, readProgram } from '../../../src/source/index.js';
import { projectRoot } from '../../support/sharedData.js';

export const codeFixture = (name: string): string => path.join(projectRoot, 'test/fixtures/code', name);

/** A file of code with what it imports, read from disk. */
export async function programOf(file: string): Promise<PythonProgram> {
  const read = (name: string) =>
    readFile(name, 'utf8').then(
      (text) => indexPython(text),
      () => null,
    );
  return readProgram(file, (await read(file))!, read);
}

/** Code that is given as text. */
export const programOfText = (text: string, others: Record<string, string> = {}): PythonProgram => ({
  file: 'net.py',
  files: new Map(Object.entries({ 'net.py': text, ...others }).map(([name, content]) => [name, indexPython(content)])),
});

/** `12:5-10 conv1` */
export const textPlace = ({
  line,
  column,
  endColumn,
  text,
}: {
  line: number;
  column: number;
  endColumn: number;
  text: string;
}) => `${line}:${column}-${endColumn} ${text}`;
