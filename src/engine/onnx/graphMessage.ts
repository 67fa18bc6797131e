import type { FileWindow } from './fileWindow.js';
import type { Attribute, FunctionDefinition, Graph, Node, TensorReference, ValueInfo } from './model.js';
import { readKeyValue, tensorReference } from './tensorMessage.js';
import { valueInfo } from './typeMessage.js';
import { type Field, float, integer, Kind, message, pushFloats, pushIntegers, text, WireError } from './wire.js';

/**
 * Graphs inside attributes of nodes inside graphs (If, Loop, Scan). Protobuf as ONNX Runtime builds it reads 100 nested
 * messages, three to a graph.
 */
const deepestGraph = 33;

export class TooDeep extends Error {}

/** Lists and strings past this are data of an operator (a tree ensemble's thresholds, a tokenizer), not structure. */
const longestAttribute = 1024 * 1024;

/** GraphProto; `parts` are all its occurrences, which protobuf merges. */
export function graphOf(file: FileWindow, parts: readonly Field[], depth = 0): Graph {
  if (depth > deepestGraph) {
    throw new TooDeep();
  }
  let name = '';
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const nodes: Node[] = [];
  const initializers = new Map<string, TensorReference>();
  const stated: ValueInfo[] = [];
  const metadata = new Map<string, string>();
  for (const part of parts) {
    message(file, part, (field) => {
      switch (field.number) {
        case 1:
          nodes.push(nodeOf(file, field, depth));
          break;
        case 2:
          name = text(file, field);
          break;
        case 5: {
          const tensor = tensorReference(file, field);
          initializers.set(tensor.name, tensor);
          break;
        }
        case 11:
          inputs.push(valueInfo(file, field));
          break;
        case 12:
          outputs.push(valueInfo(file, field));
          break;
        case 13:
          stated.push(valueInfo(file, field));
          break;
        case 15: {
          const tensor = sparseTensor(file, field);
          initializers.set(tensor.name, tensor);
          break;
        }
        case 16:
          readKeyValue(file, field, metadata);
      }
    });
  }
  const values = new Map([...stated, ...outputs, ...inputs].map((value) => [value.name, value]));
  return { name, inputs, outputs, nodes, initializers, values, metadata };
}

/** OperatorSetIdProto: domain and version. The default domain has two spellings. */
export function opsetOf(file: FileWindow, field: Field): [string, number] {
  let domain = '';
  let version = 0;
  message(file, field, (part) => {
    if (part.number === 1) {
      domain = text(file, part);
    } else if (part.number === 2) {
      version = integer(file, part);
    }
  });
  return [domain === 'ai.onnx' ? '' : domain, version];
}

/** FunctionProto. */
export function functionOf(file: FileWindow, field: Field): FunctionDefinition {
  const attributes = new Map<string, Attribute>();
  const made: FunctionDefinition = {
    domain: '',
    name: '',
    opset: null,
    inputs: [],
    outputs: [],
    attributes,
    nodes: [],
  };
  message(file, field, (part) => {
    switch (part.number) {
      case 1:
        made.name = text(file, part);
        break;
      case 4:
        made.inputs.push(text(file, part));
        break;
      case 5:
        made.outputs.push(text(file, part));
        break;
      case 7:
        made.nodes.push(nodeOf(file, part, 0));
        break;
      case 9: {
        const [domain, version] = opsetOf(file, part);
        if (domain === '') made.opset = version;
        break;
      }
      case 10:
        made.domain = text(file, part);
        break;
      case 11:
        attributes.set(...attributeOf(file, part, 0));
    }
  });
  return made;
}

function nodeOf(file: FileWindow, field: Field, depth: number): Node {
  const node = { name: '', op: '', domain: '', doc: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  const metadata = new Map<string, string>();
  message(file, field, (part) => {
    switch (part.number) {
      case 1:
        inputs.push(text(file, part));
        break;
      case 2:
        outputs.push(text(file, part));
        break;
      case 3:
        node.name = text(file, part);
        break;
      case 4:
        node.op = text(file, part);
        break;
      case 5: {
        const [name, attribute] = attributeOf(file, part, depth);
        attributes.set(name, attribute);
        break;
      }
      case 6:
        node.doc = text(file, part);
        break;
      case 7: {
        const domain = text(file, part);
        // The default domain has two spellings.
        node.domain = domain === 'ai.onnx' ? '' : domain;
        break;
      }
      case 9:
        readKeyValue(file, part, metadata);
    }
  });
  return { ...node, inputs, outputs, attributes, metadata };
}

/** Type numbers of AttributeProto; files older than IR version 3 state none, so what is filled in decides then. */
const attributeKinds = ['', 'float', 'int', 'string', 'tensor', 'graph', 'floats', 'ints', 'strings'] as const;

function attributeOf(file: FileWindow, field: Field, depth: number): [string, Attribute] {
  let name = '';
  let stated = 0;
  let seen = 0;
  let number = 0;
  let word = '';
  let reference = '';
  const floats: number[] = [];
  const integers: number[] = [];
  const words: string[] = [];
  const tensors: Field[] = [];
  const graphs: Field[] = [];
  let long = false;
  const fits = (part: Field): boolean => {
    long ||= part.end - part.at > longestAttribute || floats.length + integers.length + words.length > longestAttribute;
    return !long;
  };
  message(file, field, (part) => {
    switch (part.number) {
      case 1:
        name = text(file, part);
        break;
      case 2:
        number = float(file, part);
        seen = 1;
        break;
      case 3:
        number = integer(file, part);
        seen = 2;
        break;
      case 4:
        seen = 3;
        word = fits(part) ? text(file, part) : '';
        break;
      case 5:
        seen = 4;
        tensors.push(part);
        break;
      case 6:
        seen = 5;
        graphs.push(part);
        break;
      case 7:
        seen = 6;
        if (fits(part)) {
          pushFloats(file, part, floats);
        }
        break;
      case 8:
        seen = 7;
        if (fits(part)) {
          pushIntegers(file, part, integers);
        }
        break;
      case 9:
        seen = 8;
        if (fits(part)) {
          words.push(text(file, part));
        }
        break;
      case 20:
        stated = integer(file, part);
        break;
      case 21:
        reference = text(file, part);
    }
  });
  if (reference !== '') {
    return [name, { type: 'reference', value: reference }];
  }
  const kind = attributeKinds[stated || seen] ?? '';
  return [name, long ? { type: 'other', value: null } : made(kind)];

  function made(type: (typeof attributeKinds)[number]): Attribute {
    switch (type) {
      case 'float':
      case 'int':
        return { type, value: number };
      case 'string':
        return { type, value: word };
      case 'floats':
        return { type, value: floats };
      case 'ints':
        return { type, value: integers };
      case 'strings':
        return { type, value: words };
      case 'tensor':
        return tensors.length > 0 ? { type, value: tensorReference(file, ...tensors) } : { type: 'other', value: null };
      case 'graph':
        return graphs.length > 0 ? { type, value: graphOf(file, graphs, depth + 1) } : { type: 'other', value: null };
      default:
        return { type: 'other', value: null };
    }
  }
}

/** SparseTensorProto: values 1 (it carries the name), indices 2, dims 3. */
function sparseTensor(file: FileWindow, field: Field): TensorReference {
  const values: Field[] = [];
  const dims: number[] = [];
  message(file, field, (part) => {
    if (part.number === 1) {
      values.push(part);
    } else if (part.number === 3) {
      pushIntegers(file, part, dims);
    }
  });
  for (const part of values) {
    if (part.kind !== Kind.bytes) {
      throw new WireError(part.start);
    }
  }
  const { name, type } = tensorReference(file, ...values);
  return { name, type, dims, data: { in: 'sparse' } };
}
