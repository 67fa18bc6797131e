// Everything that a clean clone can check about itself, in order, up to the first failure. `npm test -- unit integration` runs
// only the stages named, after installing and building.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { packageScript, runNode } from './command.mjs';
import { setUp } from './setup.mjs';

const node = (script, args, options) => runNode(packageScript(...script.split('/')), args, options);
const mocha =
  (...args) =>
  (options) =>
    node('mocha/bin/mocha.js', ['--reporter', 'scripts/countingReporter.cjs', ...args], options);

/** Groups one after the other; the stages of a group side by side, for neither writes what the other reads. */
const groups = [
  { setup: setUp },
  {
    types: async (options) => {
      for (const project of ['.', 'src/webview', 'test/webview'])
        await node('typescript/bin/tsc', ['--project', project, '--noEmit'], options);
    },
    lint: (options) => node('eslint/bin/eslint.js', ['--max-warnings=0', '.'], options),
    format: (options) => node('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.'], options),
    imports: (options) => node('dependency-cruiser/bin/dependency-cruise.mjs', ['--output-type=err', 'src'], options),
  },
  { build: (options) => runNode('scripts/build.mjs', [], options) },
  {
    unit: mocha('test/{unit,parity,fuzz}/**/*.test.ts'),
    page: mocha('test/webview/**/*.test.ts'),
  },
  { integration: (options) => runNode('scripts/testIntegration.mjs', [], options) },
  { e2e: mocha('--timeout=180000', 'test/e2e/**/*.test.ts') },
];

/** What every stage after them needs; they take a second when nothing has changed. */
const always = ['setup', 'build'];

const asked = process.argv.slice(2);
const names = groups.flatMap(Object.keys);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no stage ${unknown.join(', ')}: there are ${names.join(', ')}.`);
  process.exit(2);
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-test-'));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const group of groups) {
  const wanted = Object.entries(group).filter(
    ([name]) => asked.length === 0 || asked.includes(name) || always.includes(name),
  );
  const runs = wanted.map(([name, stage], index) => outcome(name, stage, index > 0));
  for (const [index, [name]] of wanted.entries()) {
    console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 60 - name.length))}`);
    const { said, seconds, failure } = await runs[index];
    process.stdout.write(said);
    console.log(`${name}: ${seconds.toFixed(1)} s`);
    await addUp(path.join(folder, name));
    if (!failure) continue;
    console.error(`\n${name} failed: ${failure.message.trim()}`);
    // What fails without a test that fails, a check or a build, is a failure all the same.
    counts.failed ||= 1;
    process.exitCode = 1;
  }
  if (process.exitCode) break;
}
await rm(folder, { recursive: true });
if (counts.skipped > 0) console.log(`\n${counts.skipped} skipped: they need what is not on this machine`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);

/** How a stage ended. The first of a group is heard while it runs; the others' words are shown in their turn. */
async function outcome(name, stage, capture) {
  const started = Date.now();
  const env = { ONNXPLAIN_TEST_COUNTS: path.join(folder, name) };
  const end = (said, failure) => ({ said: said ?? '', seconds: (Date.now() - started) / 1000, failure });
  try {
    return end(await stage({ env, capture }));
  } catch (error) {
    return end(error.said, error);
  }
}

/** Stages without tests write no counts; a run of several windows appends one line a window. */
async function addUp(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n').filter(Boolean)) {
    const run = JSON.parse(line);
    for (const key of Object.keys(counts)) counts[key] += run[key];
  }
}
