import { UserError } from '../shared/userError.js';
import { ablate } from './ablate.js';
import { attribute } from './attribute.js';
import { cam } from './cam.js';
import { code } from './code.js';
import { cause } from './cause.js';
import { evaluate } from './evaluate.js';
import { diff } from './diff.js';
import { explain } from './explain.js';
import { igc } from './igc.js';
import { inspect } from './inspect.js';
import { onOneLine } from './printable.js';
import { tally } from './tally.js';
import { usageOf, UsageError } from './usage.js';
import { version } from './version.js';

const commands: Record<string, (args: string[]) => Promise<void>> = {
  inspect,
  explain,
  cam,
  evaluate,
  attribute,
  igc,
  code,
  diff,
  ablate,
  cause,
  tally,
  version,
};

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (rest.includes('--help') || rest.includes('-h') || name === 'help' || name === '--help' || name === '-h') {
      process.stdout.write(`${usageOf(command ? name : null)}\n`);
      return 0;
    }
    if (name === '--version') {
      await version([]);
      return 0;
    }
    if (!command) throw new UsageError(name === undefined ? 'no command given' : `there is no command "${name}"`);
    await command(rest);
    return 0;
  } catch (error) {
    if (args.includes('--debug')) console.error(error);
    if (error instanceof UsageError) {
      console.error(`onnxplain: ${onOneLine(error.message)}\n${usageOf(error.command)}`);
      return 2;
    }
    console.error(`onnxplain: ${onOneLine(error instanceof UserError ? error.sentence : internalError(error))}`);
    return 1;
  }
}

const internalError = (error: unknown) =>
  `internal error: ${error instanceof Error ? error.message : String(error)}; run again with --debug and report it`;

// A reader of our output that stops early (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const exitCode = await main(process.argv.slice(2));
// ONNX Runtime's own threads may crash when torn down at a normal exit; so leave as soon as the output is out.
process.exitCode = exitCode;
process.stdout.write('', () => process.exit(exitCode));
