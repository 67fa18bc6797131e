// Brings a fresh clone to where everything can be built. Needs nothing but Node; does nothing when all is there.
import { existsSync, lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { npm, root } from './command.mjs';

/** The oldest Node that the tools and the tests run on. */
const wanted = 20;

export async function setUp() {
  if (Number(process.versions.node.split('.')[0]) < wanted)
    throw new Error(`Node ${process.versions.node} is too old: Onnxplain needs Node ${wanted} or newer.`);
  if (isInstalled()) return;
  // npm empties the folder before it fills it: behind a link, that would be another clone's.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Error(
      'node_modules is a link, and what it leads to is not what package-lock.json wants: remove the link and run this again.',
    );
  console.log('Installing packages…');
  // Without this, ONNX Runtime's own install step downloads CUDA libraries, and fails where it can't.
  await npm(['ci', '--no-audit', '--no-fund'], { env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } });
}

const modules = path.join(root, 'node_modules');

/** npm writes this file at the end of an install; one that is older than the lock file belongs to another version. */
function isInstalled() {
  const installed = path.join(modules, '.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

if (import.meta.filename === process.argv[1])
  await setUp().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
