import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onnxplain } from '../../support/commandLine.js';
import { modelBytes } from '../../support/onnxFile.js';
import { projectRoot } from '../../support/sharedData.js';
import { slowLoop } from '../engine/slowLoop.js';
import { testFolder } from '../probe/folder.js';
import { writeSmallNetwork } from './smallNetwork.js';

const sample = (...parts: string[]) => path.join(projectRoot, 'media', 'sample', ...parts);

describe('The command line', function () {
  this.timeout(60_000);
  const folder = testFolder();
  let model = '';
  before(() => {
    ({ model } = writeSmallNetwork(folder.path('net')));
  });

  it('ends with 2 and the usage where it is itself wrong', async () => {
    const wrong: [string[], RegExp][] = [
      [[], /no command given/],
      [['explian', model], /there is no command "explian"/],
      [['inspect'], /inspect wants one MODEL/],
      [['inspect', model, model], /inspect wants one MODEL/],
      [['inspect', model, '--jsno'], /Unknown option '--jsno'/],
      [['explain'], /explain wants a MODEL, or --activations/],
      [['explain', '--activations', 'a.npy'], /without a MODEL, explain wants a --probe/],
      [['explain', model, '--search', 'best'], /--search is one of beam, optimal, single, got "best"/],
      [['explain', model, '--limit', '0'], /--limit wants a whole number of at least 1, got "0"/],
      [['explain', model, '--beam', '2.5'], /--beam wants a whole number/],
      [['explain', model, '--seed', '-1'], /seed/],
      [['explain', model, '--units', '3-1'], /--units wants numbers and ranges such as 0,5,7-12, got "3-1"/],
      [['explain', model, '--threshold', 'quantile:2'], /the share of positions must lie between 0 and 1/],
      [['cam', model, '--method', 'eigencam', '--out', 'a.png'], /either --image or --input/],
      [['cam', model, '--image', 'a', '--input', 'b', '--method', 'eigencam', '--out', 'a.png'], /either --image or/],
      [
        ['cam', model, '--image', 'a', '--method', 'eigencm', '--out', 'a.png'],
        /--method is one of gradcam, .*eigencam, .*got "eigencm"/,
      ],
      [['cam', model, '--image', 'a', '--method', 'eigencam', '--out', 'a.gif'], /ends in .npy or .png/],
      [['cam', model, '--image', 'a', '--method', 'activation', '--out', 'a.png'], /wants a --unit/],
    ];
    const ended = await Promise.all(wrong.map(([args]) => onnxplain(args)));
    ended.forEach(({ code, stdout, stderr }, i) => {
      const [args, complaint] = wrong[i];
      assert.equal(code, 2, `${args.join(' ')}\n${stderr}`);
      assert.match(stderr.split('\n')[0], complaint);
      assert.match(stderr, /\nusage: onnxplain /);
      assert.equal(stdout, '');
    });
  });

  it('ends with 1 and one line where the input is refused, and shows a stack for --debug alone', async () => {
    const missing = await onnxplain(['explain', folder.path('absent.onnx')]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /^onnxplain: .*absent\.onnx: there is no such file: check the path\n$/);
    const debugged = await onnxplain(['explain', folder.path('absent.onnx'), '--debug']);
    assert.equal(debugged.code, 1);
    assert.match(debugged.stderr, /\n {4}at /);
    const probe = await onnxplain(['explain', model, '--probe', folder.path('no.probe.json'), '--quiet']);
    assert.equal(probe.code, 1);
    assert.match(probe.stderr, /^onnxplain: .*no\.probe\.json.*\n$/);
  });

  it('prints help and versions on stdout', async () => {
    for (const args of [['--help'], ['help'], ['explain', '--help'], ['cam', '-h'], ['version'], ['--version']]) {
      const { code, stdout, stderr } = await onnxplain(args);
      assert.deepEqual([code, stderr], [0, ''], args.join(' '));
      assert.match(stdout, args.some((arg) => arg.includes('version')) ? /^onnxplain \d+\.\d+\.\d+\n/ : /^usage: /);
    }
  });

  it('tells progress on stderr, and nothing with --quiet', async () => {
    const told = await onnxplain(['explain', model]);
    assert.equal(told.code, 0);
    assert.match(told.stderr, /^probe set: states\.csv · 10 rows$/m);
    assert.equal(told.stderr.match(/probe set:/g)?.length, 1);
    const quiet = await onnxplain(['explain', model, '--quiet']);
    assert.equal(quiet.stderr, '');
    assert.equal(quiet.stdout, told.stdout);
  });

  for (const [doing, name] of [
    ['while the model runs', sample('fashion', 'fashion.onnx')],
    ['while one run takes for ever', 'slow.onnx'],
  ]) {
    it(`stops within a second of Ctrl-C, ${doing}, and leaves no file`, async () => {
      const out = folder.path('stopped', path.basename(name));
      mkdirSync(out, { recursive: true });
      folder.write('slow.onnx', slowLoop());
      let sent = 0;
      const ended = await onnxplain(
        [
          'explain',
          sample('fashion', 'fashion.onnx'),
          '--json',
          path.join(out, 'r.json'),
          '--report',
          path.join(out, 'r'),
        ],
        {
          onStderr(_, kill) {
            if (sent > 0) return;
            sent = performance.now();
            setTimeout(() => kill('SIGINT'), 400);
          },
        },
      );
      const waited = performance.now() - sent - 400;
      assert.equal(ended.signal, 'SIGINT');
      assert.ok(waited < 1000, `${waited} ms`);
      assert.deepEqual(readdirSync(out), []);
      assert.doesNotMatch(ended.stderr, /error| at /);
    });
  }

  it('replaces a result as a whole, and says where it can not be written', async () => {
    const file = folder.write('result.json', 'old');
    assert.equal((await onnxplain(['explain', model, '--json', file, '--quiet'])).code, 0);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).schema, 'onnxplain/1');
    const before = readdirSync(folder.path());
    const below = await onnxplain(['explain', model, '--json', path.join(file, 'x.json'), '--quiet']);
    assert.equal(below.code, 1);
    assert.match(below.stderr, /^onnxplain: .*x\.json: cannot be written \(part of the path is a file\): .*\n$/);
    const onFolder = await onnxplain(['explain', model, '--json', folder.path('net'), '--quiet']);
    assert.equal(onFolder.code, 1);
    assert.match(onFolder.stderr, /net: cannot be written/);
    const report = await onnxplain(['explain', model, '--report', file, '--quiet']);
    assert.equal(report.code, 1);
    assert.match(report.stderr, /^onnxplain: .*result\.json: the report cannot be written there.*\n$/);
    assert.deepEqual(readdirSync(folder.path()), before);
  });

  it('lets no name from a file write on the terminal', async () => {
    const hostile = '\u001b[2Jwiped\r\nonnxplain: all is well';
    const file = folder.write(
      'hostile.onnx',
      modelBytes({
        inputs: { [hostile]: { shape: ['batch', 3] } },
        outputs: { y: { shape: ['batch', 3] } },
        nodes: [{ op: 'Relu', name: hostile, in: [hostile], out: ['y'] }],
      }),
    );
    writeFileSync(folder.path('rows.csv'), 'a,b,c\n1,2,3\n4,5,6\n');
    for (const args of [
      ['inspect', file],
      ['explain', file, '--probe', folder.path('rows.csv')],
      ['explain', file, '--probe', folder.path('net', 'states.csv'), '--layer', hostile],
      ['explain', file, '--layer', '\u001b[31mred'],
      [hostile],
    ]) {
      const { stdout, stderr } = await onnxplain(args);
      assert.doesNotMatch(stdout + stderr, /\u001b|\r|^onnxplain: all is well/m, args.join(' '));
    }
  });

  it('is no failure where the reader of its output stops early', async () => {
    const { spawnSync } = await import('node:child_process');
    const { bundle } = await import('../../support/bundle.js');
    const command = `"${process.execPath}" "${await bundle('cli.js')}" inspect "${sample('squeezenet', 'squeezenet.onnx')}" --json | head -c 10; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.match(stdout, / 0\n$/);
  });
});
