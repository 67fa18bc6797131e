// Brings a fresh clone to where everything can be built. Needs nothing but Node; does nothing when all is there.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { npm, root } from './command.mjs';

/** The oldest Node that the tools and the tests run on. */
const wanted = 20;

export async function setUp() {
  if (Number(process.versions.node.split('.')[0]) < wanted)
    throw new Error(`Node ${process.versions.node} is too old: Onnxplain needs Node ${wanted} or newer.`);
  if (isInstalled()) return;
  console.log('Installing packages…');
  // Without this, ONNX Runtime's own install step downloads CUDA libraries, and fails where it can't.
  await npm(['ci', '--no-audit', '--no-fund'], { env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } });
}

/** npm writes this file at the end of an install; one that is older than the lock file belongs to another version. */
function isInstalled() {
  const installed = path.join(root, 'node_modules/.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

if (import.meta.filename === process.argv[1])
  await setUp().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
