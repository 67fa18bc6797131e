import { constants, promises as fs } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../shared/userError.js';
import { checkGraph } from './checkGraph.js';
import { EndOfFile, FileWindow } from './fileWindow.js';
import { functionOf, graphOf, opsetOf, TooDeep } from './graphMessage.js';
import type { FunctionDefinition, OnnxModel } from './model.js';
import { refuseOtherFile } from './otherFile.js';
import { readKeyValue } from './tensorMessage.js';
import { eachField, type Field, integer, text, WireError } from './wire.js';

/**
 * Reads an ONNX file's structure. Weights are skipped by their length, so time and memory grow with the structure and
 * not with the file.
 *
 * @throws UserError where the file is absent, no ONNX model, cut off, damaged, or its graph contradicts itself
 */
export async function readModel(file: string): Promise<OnnxModel> {
  const size = await sizeOf(file);
  const name = path.basename(file);
  const window = new FileWindow(file, size);
  try {
    refuseOtherFile(name, size, window.bytes(0, Math.min(size, 4096)));
    const model = modelOf(window, file, size);
    checkGraph(name, model.graph);
    return model;
  } catch (error) {
    throw translated(error, name, size);
  } finally {
    window.close();
  }
}

/** Files, folders, pipes and devices: only files are opened, for a pipe would be waited on. */
async function sizeOf(file: string): Promise<number> {
  const name = path.basename(file);
  const status = await fs.stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      throw new UserError(`${name}: no such file`, { hint: `looked for ${file}`, code: 'model/not-found' });
    }
    throw new UserError(`${name}: can't be opened (${error.code})`, { code: 'model/unreadable', cause: error });
  });
  if (!status.isFile()) {
    const what = status.isDirectory() ? 'a folder' : 'not a regular file';
    throw new UserError(`${name} is ${what}, not a model`, { hint: 'name an .onnx file', code: 'model/not-a-file' });
  }
  await fs.access(file, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${name}: can't be read`, {
      hint: 'check the permissions of the file',
      code: 'model/unreadable',
      cause: error,
    });
  });
  return status.size;
}

function modelOf(window: FileWindow, file: string, size: number): OnnxModel {
  let irVersion = 0;
  let producer = '';
  let producerVersion = '';
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions = new Map<string, FunctionDefinition>();
  const graphs: Field[] = [];
  eachField(window, 0, size, (field) => {
    switch (field.number) {
      case 1:
        irVersion = integer(window, field);
        break;
      case 2:
        producer = text(window, field);
        break;
      case 3:
        producerVersion = text(window, field);
        break;
      case 7:
        graphs.push(field);
        break;
      case 8:
        opsets.set(...opsetOf(window, field));
        break;
      case 14:
        readKeyValue(window, field, metadata);
        break;
      case 25: {
        const definition = functionOf(window, field);
        functions.set(`${definition.domain}:${definition.name}`, definition);
      }
    }
  });
  if (graphs.length === 0) {
    throw new WireError(size);
  }
  const graph = graphOf(window, graphs);
  return { path: file, size, irVersion, producer, producerVersion, opsets, metadata, graph, functions };
}

function translated(error: unknown, name: string, size: number): unknown {
  if (error instanceof TooDeep) {
    return new UserError(`${name}: nests more than 33 subgraphs in each other, which ONNX Runtime does not read`, {
      hint: 'export it with a loop instead',
      code: 'model/too-deep',
    });
  }
  const { overrun } = error instanceof WireError ? error : { overrun: null };
  // The top level's own fields are few: a graph or weight that is longer than the file means that the file's end is missing.
  if (error instanceof EndOfFile || (overrun && overrun.field <= 25 && overrun.claims < Number.MAX_SAFE_INTEGER)) {
    const what = overrun ? `: a part of ${count(overrun.claims)} bytes has ${count(overrun.has)} left` : '';
    return new UserError(`${name} is cut off after ${count(size)} bytes${what}`, {
      hint: 'copy, download or export it again',
      code: 'model/cut-off',
    });
  }
  if (error instanceof WireError) {
    return new UserError(`${name} is not an ONNX model, or is damaged at byte ${count(error.at)}`, {
      hint: 'check that it is an .onnx file, then copy, download or export it again',
      code: 'model/not-onnx',
    });
  }
  return error;
}

const count = (n: number): string => n.toLocaleString('en-US');
