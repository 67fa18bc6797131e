import path from 'node:path';
import { UserError } from '../../shared/userError.js';

/** An operator that ONNX Runtime can't run; what it did not say of it is absent. */
export interface RefusedOperator {
  op: string;
  domain?: string;
  /** Name of the node; empty where it has none. */
  node?: string;
}

/** What ONNX Runtime says when it refuses a model, and what that means to the user. The first that matches counts. */
const openingRefusals: readonly {
  says: RegExp;
  means: (found: RegExpExecArray) => string;
  /** Where it is about an operator: which one, as far as it says. */
  operator?: (found: RegExpExecArray) => RefusedOperator;
  hint: string;
  code: string;
}[] = [
  {
    says: /External data path does not exist: "?([^"\n]+)"?/,
    means: ([, file]) => `its weights lie in ${path.basename(file)}, which is not beside it`,
    hint: "put that file into the model's folder",
    code: 'model/external-data-missing',
  },
  {
    says: /External data path escapes model directory\. External data path: "([^"]*)"|Absolute path not allowed/,
    means: ([, file]) => `its weights point outside its folder${file ? ` (${file})` : ''}, which is not followed`,
    hint: 'export the model again with its weights beside it',
    code: 'model/external-data-escapes',
  },
  {
    says: /External initializer: (\S+) offset: (-?\d+) size to read: (\d+) given file_length: (\d+)/,
    means: ([, name, offset, size, length]) =>
      `weight "${name}" wants ${size} bytes at ${offset} of a data file that has ${length}`,
    hint: 'copy or export the model and its data file again, together',
    code: 'model/external-data-range',
  },
  {
    says: /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    means: ([, is, most]) => `has IR version ${is}; ONNX Runtime reads up to ${most}`,
    hint: 'export it with an older version of onnx',
    code: 'model/ir-version',
  },
  {
    says: /Opset (\d+) is under development.*for domain (\S+) is till opset (\d+)/s,
    means: ([, is, domain, most]) => `uses opset ${is} of ${domain}; ONNX Runtime has up to ${most}`,
    hint: 'export it with a lower opset_version',
    code: 'model/opset',
  },
  {
    says: /Missing opset in the model/,
    means: () => 'does not say which operator set it uses (opset_import is missing)',
    hint: 'export it again, or add one with onnx.helper',
    code: 'model/opset',
  },
  {
    says: /Fatal error: ([^:\s]*):(\S+?)\(-?\d+\) is not a registered function\/op/,
    means: ([, domain, op]) =>
      `uses the operator ${op}${domain ? ` of ${domain}` : ''}, which ONNX Runtime does not have`,
    operator: ([, domain, op]) => ({ op, domain }),
    hint: 'explain a version exported with standard operators',
    code: 'model/unknown-operator',
  },
  {
    says: /No Op registered for (\S+) with domain_version of (\d+)/,
    means: ([, op, version]) => `uses the operator ${op}, which opset ${version} does not have`,
    operator: ([, op]) => ({ op }),
    hint: 'export it with standard operators',
    code: 'model/unknown-operator',
  },
  {
    says: /In Node, \("?([^,]*?)"?, (\S+), .*No opset import for domain '([^']*)'/s,
    means: ([, , op, domain]) => `uses the operator ${op} of ${domain}, a domain that it does not import`,
    operator: ([, node, op, domain]) => ({ op, domain, node }),
    hint: 'explain a version exported with standard operators',
    code: 'model/unknown-operator',
  },
  {
    says: /Could not find an implementation for (\S+?)\((\d+)\) node with name '([^']*)'/,
    means: ([, op, version, node]) =>
      `ONNX Runtime can't run ${op} (opset ${version}) on this machine for the types it has here${node ? ` (node "${node}")` : ''}`,
    operator: ([, op, , node]) => ({ op, node }),
    hint: 'export it in float32',
    code: 'model/no-kernel',
  },
  {
    says: /Initializer '([^']*)': raw_data size \((\d+) bytes\) does not match expected size .*\((\d+) bytes\)/,
    means: ([, name, is, wants]) => `weight "${name}" has ${is} bytes where its shape needs ${wants}`,
    hint: 'the file is damaged; export it again',
    code: 'model/damaged-weight',
  },
  {
    says: /Failed to load model because protobuf parsing failed|Protobuf parsing failed/,
    means: () => "is damaged: ONNX Runtime can't parse it",
    hint: 'copy, download or export it again',
    code: 'model/damaged',
  },
  {
    says: /[Cc]annot parse data from external tensors.*tensor: (.+)/,
    means: ([, tensor]) =>
      `has the shape or axes "${tensor.trim()}" in an external file, where ONNX Runtime does not read them`,
    hint: 'save it with small tensors inside: onnx.save_model(…, save_as_external_data=True, size_threshold=1024)',
    code: 'model/external-shape',
  },
  {
    says: /Node \((.*?)\) Op \((\S+?)\) \[\w+\] (.*)/,
    means: ([, node, op, what]) =>
      `${node ? `node "${node}"` : 'a node'} (${op}) has inputs whose shapes or types do not fit: ${lower(what)}`,
    hint: 'export the model again',
    code: 'model/shapes',
  },
  {
    says: /Unsupported data type: 16/,
    means: () => 'has bfloat16 inputs or outputs, which ONNX Runtime does not pass on to Node',
    hint: 'export it in float32 or float16',
    code: 'model/bfloat16',
  },
  {
    says: /bad_alloc|Failed to allocate memory|BFCArena/,
    means: () => 'needs more memory than there is',
    hint: 'close other programs, or explain a smaller model',
    code: 'model/memory',
  },
];

/** ONNX Runtime's refusal to open a model, as one sentence. */
export function openingRefused(model: string, error: unknown): UserError {
  const said = error instanceof Error ? error.message : String(error);
  for (const { says, means, hint, code } of openingRefusals) {
    const found = says.exec(said);
    if (found) {
      return new UserError(about(model, clip(means(found))), { hint, code, cause: error });
    }
  }
  return new UserError(`${model}: ONNX Runtime refuses it (${clip(gist(said))})`, {
    hint: 'check it with onnx.checker.check_model',
    code: 'model/refused',
    cause: error,
  });
}

/** The operator that a refusal to open is about; null where it is about something else. */
export function refusedOperator(refusal: unknown): RefusedOperator | null {
  if (!(refusal instanceof UserError) || !(refusal.cause instanceof Error)) return null;
  for (const { says, operator, code } of openingRefusals) {
    const found = code === refusal.code && operator ? says.exec(refusal.cause.message) : null;
    if (found) return operator!(found);
  }
  return null;
}

/** A run that failed, as one sentence. */
export function runFailed(model: string, error: unknown): UserError {
  const said = error instanceof Error ? error.message : String(error);
  // Nested graphs give nested messages: the last is that of the node that failed.
  const node = /[\s\S]*while running (\S+) node\. Name:'([^']*)' Status Message: ([\s\S]*)/.exec(said);
  const what = node
    ? `${node[2] ? `node "${clip(node[2])}" (${node[1]})` : `a node (${node[1]})`} can't run on this input: ${clip(gist(node[3]))}`
    : `ONNX Runtime can't run it on this input: ${clip(gist(said))}`;
  return new UserError(`${model}: ${what}`, {
    hint: 'check that the inputs fit the model',
    code: 'model/run-failed',
    cause: error,
  });
}

/** Without source locations, function signatures and line breaks. */
function gist(said: string): string {
  return (
    said
      .replace(/\/onnxruntime_src\/\S+:\d+ [^\n]*?\)(?= [A-Z[])/g, '')
      .replace(/\[ONNXRuntimeError\] : \d+ : \w+ :/g, '')
      .replace(/\S+\.(cc|h):\d+ \S+/g, '')
      .replace(/\s+/g, ' ')
      .trim() || 'no reason given'
  );
}

/** One sentence: a predicate follows the file's name, a sentence of its own stands behind a colon. */
const about = (model: string, what: string): string =>
  /^(is|has|uses|needs|does) /.test(what) ? `${model} ${what}` : `${model}: ${what}`;

const clip = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
