import path from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import { say } from './window.js';

/** What VS Code calls in the extension host; a failed test is a failed run. */
export async function run(): Promise<void> {
  const root = process.env.ONNXPLAIN_TEST_ROOT!;
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    color: true,
    grep: process.env.ONNXPLAIN_TEST_GREP,
    reporter: path.join(root, 'scripts/countingReporter.cjs'),
  });
  const { ONNXPLAIN_TEST_GREP: wanted } = process.env;
  if (wanted) mocha.grep(wanted);
  Mocha.reporters.Base.consoleLog = say;
  say(`VS Code ${vscode.version}, Node ${process.versions.node}, ${process.env.ONNXPLAIN_TEST_WINDOW} workspace`);
  // The suites are bundled into this file: they are evaluated with Mocha's globals in place.
  mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha);
  if (process.env.ONNXPLAIN_TEST_WINDOW === 'restricted') await import('./restricted.test.js');
  else {
    await import('./activation.test.js');
    await import('./firstHover.test.js');
    await import('./explain.test.js');
    await import('./concepts.test.js');
    await import('./jobs.test.js');
    await import('./probeJobs.test.js');
    await import('./engineLost.test.js');
    await import('./badFiles.test.js');
    await import('./code.test.js');
    await import('./codeFixtures.test.js');
    await import('./notebook.test.js');
    await import('./assistant.test.js');
    await import('./sample.test.js');
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
