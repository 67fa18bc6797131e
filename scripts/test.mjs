// Everything that a clean clone can check about itself, in order, up to the first failure. `npm test -- unit integration` runs
// only the stages named, after installing and building.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { packageScript, runNode } from './command.mjs';
import { setUp } from './setup.mjs';

/** They only read, so they run side by side; what they say is shown when each has ended. */
const check = async (script, ...args) => {
  process.stdout.write(await runNode(packageScript(...script.split('/')), args, { capture: true }));
};
const mocha =
  (...globs) =>
  (env) =>
    runNode(packageScript('mocha/bin/mocha.js'), ['--reporter', 'scripts/countingReporter.cjs', ...globs], { env });

const stages = {
  setup: setUp,
  types: async () => {
    await check('typescript/bin/tsc', '--project', 'tsconfig.json');
    await check('typescript/bin/tsc', '--project', 'src/webview/tsconfig.json', '--noEmit');
    await check('typescript/bin/tsc', '--project', 'test/webview/tsconfig.json', '--noEmit');
  },
  lint: () => check('eslint/bin/eslint.js', '--max-warnings=0', '.'),
  format: () => check('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'),
  imports: () => check('dependency-cruiser/bin/dependency-cruise.mjs', '--output-type=err', 'src'),
  build: () => runNode('scripts/build.mjs'),
  unit: mocha('test/{unit,webview,parity,fuzz}/**/*.test.ts'),
  integration: (env) => runNode('scripts/testIntegration.mjs', [], { env }),
  e2e: mocha('--timeout=180000', 'test/e2e/**/*.test.ts'),
};

/** What every stage after them needs; they take a second when nothing has changed. */
const always = ['setup', 'build'];

/** Stages that start together with the first of them; each is still awaited, and told of, in its turn. */
const together = ['types', 'lint', 'format', 'imports'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in stages));
if (unknown.length > 0) {
  console.error(`There is no stage ${unknown.join(', ')}: there are ${Object.keys(stages).join(', ')}.`);
  process.exit(2);
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-test-'));
const counts = { passed: 0, failed: 0, skipped: 0 };
const wanted = (name) => asked.length === 0 || asked.includes(name) || always.includes(name);
const running = new Map();
for (const [name, stage] of Object.entries(stages)) {
  if (!wanted(name)) continue;
  console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 60 - name.length))}`);
  const started = Date.now();
  const file = path.join(folder, name);
  let failure;
  try {
    if (together.includes(name) && running.size === 0) {
      for (const other of together.filter(wanted)) {
        const run = stages[other]();
        // Heard in its turn; until then its failure is nobody's.
        run.catch(() => undefined);
        running.set(other, run);
      }
    }
    await (running.get(name) ?? stage({ ONNXPLAIN_TEST_COUNTS: file }));
    console.log(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    failure = error;
  }
  await addUp(file);
  if (failure) {
    console.error(`\n${name} failed: ${failure.message.trim()}`);
    // What fails without a test that fails, a check or a build, is a failure all the same.
    counts.failed ||= 1;
    process.exitCode = 1;
    break;
  }
}
await rm(folder, { recursive: true });
if (counts.skipped > 0) console.log(`\n${counts.skipped} skipped: they need what is not on this machine`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);

/** Stages without tests write no counts; a run of several windows appends one line a window. */
async function addUp(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n').filter(Boolean)) {
    const run = JSON.parse(line);
    for (const key of Object.keys(counts)) counts[key] += run[key];
  }
}
