// Bundles the extension, its page, the engine and the command line into dist/. `--watch` rebuilds on change.
import { build, context } from 'esbuild';
import { copyFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

const watch = process.argv.includes('--watch');
const shared = {
  bundle: true,
  sourcemap: true,
  target: 'node20',
  platform: 'node',
  // Some packages' CommonJS entry is UMD, whose requires no bundler sees.
  mainFields: ['module', 'main'],
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
};
const { resolve } = createRequire(import.meta.url);
/**
 * WebAssembly that bundles read from beside them: the picture codecs for the engine and the command line, the parser with its
 * Python grammar for the extension and the command line.
 */
const copyWasm = {
  name: 'copy-wasm',
  setup: ({ onEnd, initialOptions }) =>
    onEnd(async ({ errors }) => {
      if (errors.length) return;
      for (const file of [
        '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
        '@jsquash/webp/codec/dec/webp_dec.wasm',
        'web-tree-sitter/web-tree-sitter.wasm',
        'tree-sitter-python/tree-sitter-python.wasm',
      ]) {
        await copyFile(resolve(file), path.join(path.dirname(initialOptions.outfile), path.basename(file)));
      }
    }),
};
// ES modules that bundle CommonJS packages need a `require`.
const requireBanner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};
const node = { ...shared, format: 'esm', banner: requireBanner, external: ['onnxruntime-node'] };

export const targets = [
  {
    ...shared,
    entryPoints: ['src/extension/extension.ts'],
    outfile: 'dist/extension.cjs',
    format: 'cjs',
    external: ['vscode'],
    // CommonJS knows its own place by another name, and the parser has an entry of its own for it.
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
    define: { ...shared.define, 'import.meta.url': '__url' },
    alias: { 'web-tree-sitter': resolve('web-tree-sitter') },
  },
  { ...node, entryPoints: ['src/engine/main.ts'], outfile: 'dist/engine.js', plugins: [copyWasm] },
  // A thread of the extension host: structures of models, for hovers.
  { ...node, entryPoints: ['src/engine/structureWorker.ts'], outfile: 'dist/structure.js' },
  {
    ...node,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.js',
    banner: { js: `#!/usr/bin/env node\n${requireBanner.js}` },
  },
  {
    ...shared,
    entryPoints: ['src/webview/main.ts'],
    outfile: 'dist/webview.js',
    platform: 'browser',
    format: 'esm',
    target: 'chrome128',
    minify: true,
    tsconfig: 'src/webview/tsconfig.json',
    loader: { '.css': 'text' },
  },
];

if (import.meta.filename === process.argv[1]) {
  if (watch) await Promise.all(targets.map(async (target) => (await context(target)).watch()));
  else {
    await rm('dist', { recursive: true, force: true });
    await Promise.all(targets.map((target) => build(target)));
  }
}
