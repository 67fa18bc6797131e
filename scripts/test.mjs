// Everything that a clean clone can check about itself, in order, up to the first failure. `npm test -- unit integration` runs
// only the stages named (and expects what the others would have made).
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { packageScript, runNode } from './command.mjs';
import { setUp } from './setup.mjs';

const tool = (script, ...args) => runNode(packageScript(...script.split('/')), args);
const mocha =
  (...globs) =>
  (env) =>
    runNode(packageScript('mocha/bin/mocha.js'), ['--reporter', 'scripts/countingReporter.cjs', ...globs], { env });

const stages = {
  setup: setUp,
  types: async () => {
    await tool('typescript/bin/tsc', '--project', 'tsconfig.json');
    await tool('typescript/bin/tsc', '--project', 'src/webview/tsconfig.json', '--noEmit');
    await tool('typescript/bin/tsc', '--project', 'test/webview/tsconfig.json', '--noEmit');
  },
  lint: () => tool('eslint/bin/eslint.js', '--max-warnings=0', '.'),
  format: () => tool('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'),
  imports: () => tool('dependency-cruiser/bin/dependency-cruise.mjs', '--output-type=err', 'src'),
  build: () => runNode('scripts/build.mjs'),
  unit: mocha('test/{unit,webview,parity,fuzz}/**/*.test.ts'),
  integration: (env) => runNode('scripts/testIntegration.mjs', [], { env }),
  'end-to-end': mocha('--timeout=180000', 'test/e2e/**/*.test.ts'),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in stages));
if (unknown.length > 0) {
  console.error(`There is no stage ${unknown.join(', ')}: there are ${Object.keys(stages).join(', ')}.`);
  process.exit(2);
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-test-'));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const [name, stage] of Object.entries(stages)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 60 - name.length))}`);
  const started = Date.now();
  const file = path.join(folder, name);
  try {
    await stage({ ONNXPLAIN_TEST_COUNTS: file });
    console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    console.error(`\n${name} failed: ${error.message.trim()}`);
    process.exitCode = 1;
  }
  await addUp(file);
  if (process.exitCode) break;
}
await rm(folder, { recursive: true });
const { passed, failed, skipped } = counts;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);

/** Stages without tests write no counts; a run of several windows appends one line a window. */
async function addUp(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n').filter(Boolean)) {
    const run = JSON.parse(line);
    for (const key of Object.keys(counts)) counts[key] += run[key];
  }
}
