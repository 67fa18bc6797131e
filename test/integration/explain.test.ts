import assert from 'node:assert/strict';
import { appendFile, copyFile, readFile, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { closeAll, explain, extension, folderOf, inWorkspace, panelOf, reach, sessionOf, until } from './window.js';

const policy = () => inWorkspace('policy', 'policy.onnx');

describe('Explain Neurons', () => {
  after(closeAll);

  it('opens the panel beside the code, and labels the neurons of a policy', async () => {
    await vscode.window.showTextDocument(inWorkspace('policy', 'train.py'), { viewColumn: vscode.ViewColumn.One });
    const session = await explain(policy());
    const tab = await until('a panel', () => panelOf(policy()));
    assert.equal(tab.group.viewColumn, vscode.ViewColumn.Two);
    await reach(session, 'done');
    assert.equal(session.results.probe?.kind, 'states');
    assert.ok(session.results.probe.path?.startsWith(folderOf('policy')), 'the data beside the model are what it used');
    const explained = session.layers().reduce((sum, layer) => sum + layer.explained, 0);
    assert.ok(explained > 20, `${explained} labels`);
  });

  it('shows what it has at once when it is asked again', async () => {
    const before = (await sessionOf(policy())).results.explanation;
    const session = await explain(policy());
    assert.equal(session.status.state, 'done');
    assert.equal(session.results.explanation, before);
  });

  it('uses the panel that is open', async () => {
    await explain(policy());
    const panels = vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputCustom);
    assert.equal(panels.length, 1);
  });

  it('marks the labels as old when the model is written again, and explains it again', async () => {
    const model = inWorkspace('policy', 'again.onnx');
    await copyFile(policy().fsPath, model.fsPath);
    const session = await explain(model);
    await reach(session, 'done');
    // An unknown field at the end leaves the model valid: field 1000, length 0.
    await appendFile(model.fsPath, Buffer.from([0xc2, 0x3e, 0x00]));
    await until('old labels', () => session.status.stale);
    assert.equal(session.status.state, 'done');
    assert.ok(session.layers().length > 0, 'the old labels stay');
    await explain(model);
    await until('new labels', () => session.status.state === 'done' && !session.status.stale, 60);
  });

  it('marks the labels as old when the panel is shown again after other data were written', async () => {
    for (const file of ['policy.onnx', 'policy.probe.json', 'states.csv'])
      await copyFile(folderOf('policy', file), folderOf('policy', `hidden.${file}`));
    const probe = folderOf('policy', 'hidden.policy.probe.json');
    await writeFile(probe, (await readFile(probe, 'utf8')).replace('states.csv', 'hidden.states.csv'));
    const model = inWorkspace('policy', 'hidden.policy.onnx');
    const session = await explain(model);
    await reach(session, 'done');
    assert.equal(session.results.probe?.path, folderOf('policy', 'hidden.states.csv'));
    await vscode.window.showTextDocument(inWorkspace('policy', 'train.py'), { viewColumn: vscode.ViewColumn.Two });
    await appendFile(folderOf('policy', 'hidden.states.csv'), '0,0,0,0\n');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    assert.equal(await until('old labels', () => session.status.stale), 'The probe set changed on disk');
  });

  it('keeps results for a window that is opened later', async () => {
    const session = await sessionOf(policy());
    const unit = session.results.layer(session.layers()[0].layer.name).explanations[0];
    const { sessions } = await extension().activate();
    await sessions.end();
    await closeAll();
    const again = await explain(policy());
    await until('labels', () => again.status.state === 'done');
    assert.notEqual(again, session);
    assert.equal(again.status.milliseconds, session.status.milliseconds, 'the time that the work took before');
    assert.deepEqual(again.results.layer(session.layers()[0].layer.name).explanations[0], unit);
  });

  it('takes the probe set that the settings name', async () => {
    const model = inWorkspace('policy', 'named.onnx');
    await copyFile(policy().fsPath, model.fsPath);
    await copyFile(folderOf('policy', 'states.csv'), folderOf('elsewhere.csv'));
    const settings = vscode.workspace.getConfiguration('onnxplain');
    await settings.update('probeSets', { '**/named.onnx': 'elsewhere.csv' }, vscode.ConfigurationTarget.Workspace);
    try {
      const session = await explain(model);
      await reach(session, 'done');
      assert.equal(session.results.probe?.path, folderOf('elsewhere.csv'));
    } finally {
      await settings.update('probeSets', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('stops within a second and keeps what has arrived', async () => {
    const model = inWorkspace('squeezenet', 'squeezenet.onnx');
    const session = await explain(model);
    await reach(session, 'working');
    await until('something to keep', () => session.results.probe);
    const asked = Date.now();
    await vscode.commands.executeCommand('onnxplain.stop');
    const took = Date.now() - asked;
    assert.equal(session.status.state, 'stopped');
    assert.ok(took < 1500, `${took} ms`);
    assert.ok(session.results.structure);
    // A machine that is busy with something else may miss a second once.
  }).retries(2);

  it('labels a network of pictures and draws its strongest inputs', async () => {
    const model = inWorkspace('fashion', 'fashion.onnx');
    const session = await explain(model);
    await reach(session, 'done');
    const spatial = session.layers().find(({ layer }) => session.results.layer(layer.name).maps);
    assert.ok(spatial, 'a layer with maps');
    const { explanations } = session.results.layer(spatial.layer.name);
    const unit = explanations.find(({ status }) => status === 'explained')!.unit;
    const [first] = await session.queries.strongest(spatial.layer.name, unit, 1, 56);
    assert.equal(first.picture.rgba.length, first.picture.width * first.picture.height * 4);
    assert.equal(first.map?.values.length, first.map!.width * first.map!.height);
  }).timeout(120_000);

  it('shows the structure alone when it is asked to inspect', async () => {
    const model = inWorkspace('policy', 'inspected.onnx');
    await copyFile(policy().fsPath, model.fsPath);
    await vscode.commands.executeCommand('onnxplain.inspectModel', model);
    const session = await sessionOf(model);
    const { structure, view, status } = await session.state();
    assert.ok(structure!.layers.length > 2);
    assert.equal(view.tab, 'model');
    assert.equal(status.state, 'empty');
  });

  it('draws a map of a picture with the only model there is an explanation of', async () => {
    const model = inWorkspace('squeezenet', 'squeezenet.onnx');
    const session = await sessionOf(model);
    const photo = (await vscode.workspace.fs.readDirectory(inWorkspace('squeezenet', 'photos')))
      .map(([name]) => name)
      .find((name) => /\.(jpe?g|png)$/i.test(name))!;
    const file = folderOf('squeezenet', 'photos', photo);
    const map = await session.queries.map({
      input: { kind: 'file', path: file },
      method: 'eigencam',
      layers: [],
      class: null,
      unit: null,
      eigenSmooth: false,
      augSmooth: false,
      region: 'predicted',
      box: null,
    });
    assert.equal(map.values.length, map.width * map.height);
    assert.ok(map.values.every((value) => value >= 0 && value <= 1));
    assert.equal(map.top.length, 5);
  });

  it('writes the report', async () => {
    const session = await explain(policy());
    await reach(session, 'done');
    const { file } = await session.report(folderOf());
    const { size } = await vscode.workspace.fs.stat(vscode.Uri.file(file));
    assert.ok(size > 10_000);
  });
});
