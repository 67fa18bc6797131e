import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type CodePlace, indexPython, type PythonProgram, readProgram } from '../../../src/source/index.js';
import { projectRoot } from '../../support/sharedData.js';
import type { ModelStructure } from '../../../src/shared/model.js';

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

/** A model of which nothing is known but its layers: module, operator, units. */
export function modelOfLayers(
  layers: [module: string | null, op: string, units?: number][],
  modules?: ModelStructure['modules'],
): ModelStructure {
  return {
    schema: 'onnxplain/1',
    inputs: [],
    outputs: [],
    opset: 17,
    producer: 'by hand',
    parameters: 0,
    layers: layers.map(([module, op, units], i) => ({
      name: `t${i}`,
      node: '',
      op,
      module,
      source: null,
      shape: units === undefined ? null : ['batch', units],
      units: units ?? null,
      unitAxis: units === undefined ? null : 1,
      parameters: 1,
    })),
    ...(modules ? { modules } : {}),
  };
}

/** Each place in one line: `4:14 conv1 → layer1.conv1, layer2.conv1`; uses behind `use`. */
export const placesText = (places: readonly CodePlace[], kind: CodePlace['kind'] = 'definition'): string[] =>
  places
    .filter((place) => place.kind === kind)
    .map(({ line, column, text, layers }) => `${line}:${column} ${text} → ${layers.join(', ')}`);
