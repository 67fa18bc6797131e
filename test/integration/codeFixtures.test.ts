import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { codeOfLayer, goToCode } from '../../src/extension/goToCode.js';
import { escaped } from '../../src/extension/code/hoverText.js';
import type { Layer } from '../../src/shared/model.js';
import { closeAll, extension, folderOf, inWorkspace } from './window.js';

interface Place {
  file: string;
  line: number;
  column: number;
  endColumn: number;
  text: string;
}

/** What test/fixtures/code/make.py saw PyTorch do: where each module of a network was made, and how the network was exported. */
type Truth = Record<string, { places: Record<string, Place>; exports: string[] }>;

const fixtures = path.join(process.env.ONNXPLAIN_TEST_ROOT!, 'test/fixtures/code');
const truth = JSON.parse(readFileSync(path.join(fixtures, 'truth.json'), 'utf8')) as Truth;

/** The module's own place, or that of what it is inside of: a module of PyTorch's own (`mha.out_proj`) has no line in this code. */
function placeOf(module: string, places: Record<string, Place>): Place {
  for (let at = module; at !== ''; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '')
    if (places[at]) return places[at];
  throw new Error(`${module} was made by nobody`);
}

const text = ({ file, line, column, endColumn }: Omit<Place, 'text'>) => `${file}:${line}:${column}-${endColumn}`;

/** Onnxplain's hover at a position: what it says and the span it is for. */
async function hoverAt(uri: vscode.Uri, position: vscode.Position): Promise<{ says: string; span: string } | null> {
  const all = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, position);
  for (const { contents, range } of all) {
    const says = (contents as vscode.MarkdownString[]).map(({ value }) => value).join('\n');
    if (says.includes('onnxplain.') && range) return { says, span: spanOf(uri, range) };
  }
  return null;
}

const spanOf = ({ path: file }: vscode.Uri, { start, end }: vscode.Range): string =>
  text({ file: path.basename(file), line: start.line + 1, column: start.character + 1, endColumn: end.character + 1 });

describe('networks of nested blocks, containers, shared and reused modules, from both of PyTorch’s exporters', () => {
  before(() => cp(fixtures, folderOf('networks'), { recursive: true }));
  after(async () => {
    await closeAll();
    await vscode.workspace.fs.delete(inWorkspace('networks'), { recursive: true });
  });

  for (const [name, { places, exports }] of Object.entries(truth))
    it(`every layer of ${name}: the hover where it was made, and Go to Code to that place, by ${exports.length} exports`, async () => {
      const { links, models, knowledge } = (await extension().activate()).code;
      const main = await vscode.workspace.openTextDocument(inWorkspace('networks', `${name}.py`));
      await vscode.window.showTextDocument(main, { viewColumn: vscode.ViewColumn.One, preview: false });
      const wrong: string[] = [];
      const fileOf = ({ module }: Layer) => placeOf(module!, places).file;
      for (const exported of exports) {
        const model = folderOf('networks', `${name}.${exported}.onnx`);
        await models.choose(main.uri.fsPath, model);
        await links.refresh(main);
        const { structure } = (await knowledge.load(model))!;
        const made = structure.layers.filter((layer): layer is Layer & { module: string } => Boolean(layer.module));
        assert.ok(made.length > 10, `${exported}: ${made.length} layers`);
        const hovers = new Map<string, Awaited<ReturnType<typeof hoverAt>>>();
        // By file: an editor that is opened again and again is most of the time.
        for (const layer of made.sort((a, b) => (fileOf(a) < fileOf(b) ? -1 : Number(fileOf(a) > fileOf(b))))) {
          const place = placeOf(layer.module, places);
          const at = text(place);
          const uri = inWorkspace('networks', place.file);
          const where = `${exported} ${layer.module} (${layer.name})`;
          if (!hovers.has(at)) {
            await links.refresh(await vscode.workspace.openTextDocument(uri));
            hovers.set(at, await hoverAt(uri, new vscode.Position(place.line - 1, place.column - 1)));
            // Editors take time to open: they do for one export of each exporter.
            if (['current', 'script'].includes(exported)) {
              await goToCode({ model, results: { structure } }, layer.name, links);
              const { document, selection } = vscode.window.activeTextEditor!;
              const went = spanOf(document.uri, selection);
              if (went !== at) wrong.push(`${where}: Go to Code went to ${went}, not ${at}`);
            }
          }
          const hover = hovers.get(at);
          if (hover?.span !== at) wrong.push(`${where}: a hover for ${hover?.span}, not ${at}`);
          else if (!isOf(hover.says, model, layer)) wrong.push(`${where}: ${hover.says}`);
          const { file, place: found } = await codeOfLayer({ model, results: { structure } }, layer.name, links);
          const leads = text({ ...found, file: path.basename(file) });
          if (leads !== at) wrong.push(`${where}: Go to Code leads to ${leads}, not ${at}`);
        }
      }
      await models.choose(main.uri.fsPath, undefined);
      assert.deepEqual(wrong, []);
    }).timeout(300_000);

  for (const [name, { exports }] of Object.entries(truth))
    it(`onnxplain code and inspect say of ${name} what the editor does, by ${exports.length} exports`, async () => {
      const { links, models, knowledge } = (await extension().activate()).code;
      const main = await vscode.workspace.openTextDocument(inWorkspace('networks', `${name}.py`));
      const modelOf = (exported: string) => folderOf('networks', `${name}.${exported}.onnx`);
      const printed = await commandLine(
        exports.flatMap((exported) => [
          ['code', main.uri.fsPath, '--model', modelOf(exported)],
          ['inspect', modelOf(exported)],
        ]),
      );
      for (const [i, exported] of exports.entries()) {
        const model = modelOf(exported);
        const [code, inspected] = printed.slice(2 * i);
        await models.choose(main.uri.fsPath, model);
        await links.refresh(main);
        const { places } = links.places(main)!;
        const { structure } = (await knowledge.load(model))!;
        const layers = structure.layers.map(({ stack: _, explainedAs: __, ...layer }) => layer);
        assert.deepEqual(code.places, asJson(places.map(({ makes: _, ...place }) => place)), exported);
        assert.deepEqual(inspected.layers, asJson(layers), exported);
        assert.ok(
          layers.some(({ source }) => source) === /current|verbose/.test(exported),
          `${exported}: lines in the file`,
        );
      }
      await models.choose(main.uri.fsPath, undefined);
    }).timeout(300_000);
});

/** Runs the command line's own main file once for each list of arguments, in one process: a start for each takes most of the time. */
const inTurn = `
  const [, cli, runs] = process.argv;
  process.exit = () => undefined;
  for (const [i, args] of JSON.parse(runs).entries()) {
    process.argv = [process.execPath, cli, ...args];
    await import(cli + '?' + i);
    process.stdout.write('\\0');
  }`;

/** What `onnxplain ARGS --json` prints, for several ARGS. */
async function commandLine(runs: string[][]): Promise<Record<string, unknown>[]> {
  const cli = pathToFileURL(path.join(process.env.ONNXPLAIN_TEST_ROOT!, 'dist/cli.js')).href;
  const args = JSON.stringify(runs.map((run) => [...run, '--json']));
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', inTurn, cli, args], { maxBuffer: 2 ** 26 }); // prettier-ignore
  const documents = stdout.split('\0').slice(0, -1);
  assert.equal(documents.length, runs.length);
  return documents.map((text) => JSON.parse(text) as Record<string, unknown>);
}

/** Without keys that hold nothing. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Whether a hover is of this model and has a link to the layer; where a name stands for many, not all are listed. */
const isOf = (hover: string, model: string, { name }: Layer): boolean =>
  hover.includes(`matched to ${escaped(path.basename(model))}`) &&
  (hover.includes(encodeURIComponent(`"layer":${JSON.stringify(name)}`)) || /and \d+ more/.test(hover));
