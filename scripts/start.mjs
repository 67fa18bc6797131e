// The main job on the bundled sample: labels of a policy's and a picture network's neurons, a map, and a report.
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { root, runNode } from './command.mjs';
import { setUp } from './setup.mjs';

const out = path.join('out', 'sample');
const sample = (...parts) => path.join('media', 'sample', ...parts);
const onnxplain = (...args) => runNode(path.join('dist', 'cli.js'), args);

try {
  await setUp();
  if (isStale()) {
    console.log('Building…');
    await runNode(path.join('scripts', 'build.mjs'));
  }
  mkdirSync(path.join(root, out), { recursive: true });

  title('A CartPole policy: what its second hidden layer has learned');
  await onnxplain(
    'explain',
    sample('policy', 'policy.onnx'),
    '--layer',
    'fc2',
    '--report',
    path.join(out, 'policy'),
    '--table',
  );

  title('A Fashion-MNIST network: its last convolution, on 1,000 test pictures');
  await onnxplain(
    'explain',
    sample('fashion', 'fashion.onnx'),
    '--layer',
    'layer3.2',
    '--report',
    path.join(out, 'fashion'),
    '--table',
  );

  title('SqueezeNet: where it sees the cat');
  const cat = readdirSync(path.join(root, sample('squeezenet', 'photos'))).find((name) => /cat|chelsea/i.test(name));
  await onnxplain(
    ...['cam', sample('squeezenet', 'squeezenet.onnx'), '--image', sample('squeezenet', 'photos', cat)],
    ...[
      '--probe',
      sample('squeezenet', 'squeezenet.probe.json'),
      '--method',
      'cam',
      '--out',
      path.join(out, 'cat.png'),
    ],
  );

  title('Written');
  for (const file of ['policy/index.html', 'fashion/index.html', 'cat.png']) console.log(path.join(root, out, file));
  console.log('\nIn VS Code: npm run vscode');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function title(text) {
  console.log(`\n${text}\n${'═'.repeat(text.length)}`);
}

/** Whether a source is newer than what was built from it. */
function isStale() {
  const built = path.join(root, 'dist', 'cli.js');
  if (!existsSync(built)) return true;
  const since = statSync(built).mtimeMs;
  return ['src', 'scripts/build.mjs', 'package-lock.json'].some((place) => newest(path.join(root, place)) > since);
}

function newest(place) {
  const { mtimeMs } = statSync(place);
  if (!statSync(place).isDirectory()) return mtimeMs;
  return Math.max(...readdirSync(place).map((name) => newest(path.join(place, name))));
}
