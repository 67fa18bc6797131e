// Writes the VSIX of one platform: `npm run package [-- --target linux-x64] [--out FOLDER] [--built]` (`--built`: dist/ is fresh).
// Only what runs goes in, and the file is read back.
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, runNode } from './command.mjs';
import { setUp } from './setup.mjs';
import { thirdPartyNotices } from './thirdPartyNotices.mjs';

/** VS Code's name of a platform → the folder of ONNX Runtime's binaries, and what of it the CPU provider loads. */
export const platforms = {
  'linux-x64': { folder: 'linux/x64', files: ['onnxruntime_binding.node', 'libonnxruntime.so.1'] },
  'linux-arm64': { folder: 'linux/arm64', files: ['onnxruntime_binding.node', 'libonnxruntime.so.1'] },
  // The binding's load command names this one of two equal libraries.
  'darwin-arm64': { folder: 'darwin/arm64', files: ['onnxruntime_binding.node', 'libonnxruntime.1.dylib'] },
  // DirectML and the shader compilers are 40 MB that the CPU provider does without.
  'win32-x64': { folder: 'win32/x64', files: ['onnxruntime_binding.node', 'onnxruntime.dll'] },
  'win32-arm64': { folder: 'win32/arm64', files: ['onnxruntime_binding.node', 'onnxruntime.dll'] },
};

const megabytes = 2 ** 20;
const largest = 25 * megabytes;
/** Beside the bundles, where Node looks first; vsce leaves out a `node_modules` at the top. */
const modules = 'dist/node_modules';
const binaries = `${modules}/onnxruntime-node/bin/napi-v6`;

export async function packageExtension({ target = `${process.platform}-${process.arch}`, out = root } = {}) {
  const platform = platforms[target];
  if (!platform)
    throw new Error(`There is no ONNX Runtime for ${target}: choose one of ${Object.keys(platforms).join(', ')}.`);
  const staging = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-package-'));
  try {
    await stage(staging, platform);
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    const vsix = path.join(out, `onnxplain-${version}-${target}.vsix`);
    await mkdir(out, { recursive: true });
    const { createVSIX } = await import('@vscode/vsce');
    await createVSIX({
      cwd: staging,
      packagePath: vsix,
      target,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
    await verify(vsix, platform);
    return vsix;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Copies what runs into a folder of its own: what is not copied can't slip in. */
async function stage(staging, { folder, files }) {
  const copy = (from, to = from, filter) =>
    cp(path.join(root, from), path.join(staging, to), { recursive: true, filter });
  const isTest = (file) => path.basename(file) === 'test' && path.basename(path.dirname(file)) === 'dist';
  await copy('dist', 'dist', (file) => !file.endsWith('.map') && !isTest(file));
  await copy('media', 'media', (file) => !isDevelopmentOnly(path.relative(path.join(root, 'media'), file)));
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md', 'package.nls.json', '.vscodeignore']) await copy(file);
  await writeFile(path.join(staging, 'ThirdPartyNotices.txt'), await thirdPartyNotices());
  for (const file of files)
    await copy(`node_modules/onnxruntime-node/bin/napi-v6/${folder}/${file}`, `${binaries}/${folder}/${file}`);
  for (const [name, parts] of [
    ['onnxruntime-node', ['dist']],
    ['onnxruntime-common', ['dist/cjs', 'dist/esm']],
  ]) {
    const from = `node_modules/${name}`;
    const runs = (file) => !/\.(d\.ts|map|tsbuildinfo)$/.test(file);
    for (const part of parts) await copy(`${from}/${part}`, `${modules}/${name}/${part}`, runs);
    await writeManifest(path.join(root, from), path.join(staging, modules, name), [
      'name',
      'version',
      'license',
      'type',
      'main',
      'exports',
    ]);
  }
  await writeManifest(root, staging, null);
}

/** Sources of pictures and the data that the sample's networks were trained on. */
const isDevelopmentOnly = (file) =>
  /(^|[\\/])train\.npz$/.test(file) || file.endsWith('.svg') || file.includes('__pycache__');

async function writeManifest(from, to, keep) {
  const manifest = JSON.parse(await readFile(path.join(from, 'package.json'), 'utf8'));
  const developing = ['scripts', 'dependencies', 'devDependencies', 'private'];
  const kept = keep ?? Object.keys(manifest).filter((key) => !developing.includes(key));
  await mkdir(to, { recursive: true });
  const packed = Object.fromEntries(kept.filter((key) => key in manifest).map((key) => [key, manifest[key]]));
  await writeFile(path.join(to, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`);
}

/** Names and sizes of the files that a VSIX brings, relative to the extension. */
export async function contents(vsix) {
  const { unzipSync } = await import('fflate');
  const files = new Map();
  unzipSync(await readFile(vsix), {
    filter: ({ name, originalSize }) => {
      if (name.startsWith('extension/')) files.set(name.slice('extension/'.length), originalSize);
      return false;
    },
  });
  return files;
}

/** What must be in, what must not, and how large it may be. */
async function verify(vsix, { folder, files }) {
  const { size } = await stat(vsix);
  const list = await contents(vsix);
  const native = [...list.keys()].filter((file) => file.startsWith(`${binaries}/`)).sort();
  const expected = files.map((file) => `${binaries}/${folder}/${file}`).sort();
  const problems = [];
  if (size > largest) problems.push(`it has ${(size / megabytes).toFixed(1)} MB, more than ${largest / megabytes}`);
  if (native.join() !== expected.join()) problems.push(`its binaries are ${native.join(', ')}`);
  for (const file of [
    ...['extension.cjs', 'engine.js', 'structure.js', 'cli.js', 'webview.js'].map((name) => `dist/${name}`),
    'package.json',
    'package.nls.json',
    'readme.md',
    'ThirdPartyNotices.txt',
    'dist/web-tree-sitter.wasm',
    'dist/tree-sitter-python.wasm',
    'media/icon.png',
    'media/probe.schema.json',
    'media/sample/policy/policy.onnx',
    `${modules}/onnxruntime-node/dist/index.js`,
    `${modules}/onnxruntime-common/dist/cjs/index.js`,
  ])
    if (!list.get(file)) problems.push(`${file} is missing or empty`);
  for (const file of list.keys())
    if (/\.(ts|map|svg|vsix)$|(^|\/)(src|test|\.vscode-test)\//.test(file))
      problems.push(`${file} does not belong in it`);
  if (problems.length > 0)
    throw new Error(`${path.basename(vsix)} is not fit to be installed: ${problems.join('; ')}.`);
}

if (import.meta.filename === process.argv[1]) {
  try {
    const { values } = parseArgs({
      options: { target: { type: 'string' }, out: { type: 'string' }, built: { type: 'boolean' } },
    });
    await setUp();
    if (!values.built) await runNode('scripts/build.mjs');
    const vsix = await packageExtension(values);
    const { size } = await stat(vsix);
    console.log(`${vsix}: ${(size / megabytes).toFixed(1)} MB, ${(await contents(vsix)).size} files`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
