import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { draftOf } from '../../src/webview/state/conceptDraft.js';
import type { ModelSession } from '../../src/extension/session.js';
import type { ProbeChoice } from '../../src/shared/engineApi.js';
import type { ConceptDraft } from '../../src/shared/concepts.js';
import { asPage, closeAll, folderOf, inWorkspace, sessionOf, until } from './window.js';

const probeText = `{
  // My own states.
  "kind": "states", "data": "../policy/states.csv",
  "columns": ["cart_position", "cart_velocity", "pole_angle", "pole_velocity"],
  "concepts": {
    "angle high": "pole_angle > 0.1", // to the right
    /* the cart */
    "moving left": "cart_velocity < -0.3",
    "moving right": "cart_velocity > 0.3",
  },
}
`;
const added: ConceptDraft = { key: null, name: 'nearly upright', form: 'expression', text: 'abs(pole_angle) < 0.02', removed: false }; // prettier-ignore
/** As `probeText` is to be with it: after the last concept. */
const withAdded = (text: string): string =>
  text.replace('"cart_velocity > 0.3",', '"cart_velocity > 0.3",\n    "nearly upright": "abs(pole_angle) < 0.02",');
const plain = (text: string): string => text.replace(/,(?=\s*[}\]])/g, '').replace(/\s+/g, ' ');

describe('saving concepts from the panel', () => {
  after(closeAll);

  /** A folder of its own with the policy, a probe file in it, and labels of one layer. */
  async function model(folder: string, probe: string | null, choice?: ProbeChoice): Promise<ModelSession> {
    await mkdir(folderOf(folder));
    await copyFile(folderOf('policy', 'policy.onnx'), folderOf(folder, 'net.onnx'));
    if (probe !== null) await writeFile(folderOf(folder, 'net.probe.json'), probe);
    const uri = inWorkspace(folder, 'net.onnx');
    await vscode.commands.executeCommand('onnxplain.inspectModel', uri);
    const session = await sessionOf(uri);
    await session.explain({ probe: choice, layers: ['act2'] });
    assert.equal(session.status.error, null);
    return session;
  }
  const draft = async (session: ModelSession): Promise<ConceptDraft[]> =>
    draftOf(await asPage(session, 'concepts', {}));
  const save = async (session: ModelSession, ...more: ConceptDraft[]) =>
    asPage(session, 'saveConcepts', { draft: [...(await draft(session)), ...more] });
  const show = async (folder: string) =>
    vscode.window.showTextDocument(await vscode.workspace.openTextDocument(inWorkspace(folder, 'net.probe.json')));
  const onDisk = (folder: string) => readFile(folderOf(folder, 'net.probe.json'), 'utf8');

  it('changes the probe file in use, keeps its comments, and one Undo takes it back', async () => {
    const session = await model('saved', probeText);
    const changed = (await draft(session)).map((one) => (one.name === 'moving left' ? { ...one, name: 'to the left', text: 'cart_velocity < -0.5' } : one)); // prettier-ignore
    const { path, notes } = await asPage(session, 'saveConcepts', { draft: [...changed, added] });
    assert.deepEqual([path, notes], [folderOf('saved', 'net.probe.json'), []]);
    const text = await onDisk('saved');
    for (const comment of ['// My own states.', '// to the right', '/* the cart */']) assert.ok(text.includes(comment));
    const wanted = withAdded(probeText).replace('"moving left": "cart_velocity < -0.3"', '"to the left": "cart_velocity < -0.5"'); // prettier-ignore
    assert.equal(plain(text), plain(wanted));

    const { document } = await show('saved');
    assert.equal(document.isDirty, false);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), probeText);
    await vscode.commands.executeCommand('redo');
    assert.equal(document.getText(), text);
  });

  it('the labels are old then, and explaining again knows the new concepts', async () => {
    const session = await model('again', probeText);
    const { path } = await save(session, added);
    await until('old labels', () => session.status.stale);
    await asPage(session, 'explain', { probe: { kind: 'file', path }, layers: null, settings: null });
    await until('new labels', () => session.status.state === 'done' && !session.status.stale);
    assert.ok(session.results.probe!.concepts.includes('nearly upright'));
    const labels = session.results.explanation!.layers.flatMap(({ explanations }) => explanations.map(({ label }) => label)); // prettier-ignore
    assert.ok(labels.some((label) => label?.includes('nearly upright')), labels.join('\n')); // prettier-ignore
  });

  it('keeps what is not saved yet in the file’s editor, and says that it is saved too', async () => {
    const session = await model('dirty', probeText);
    const before = await draft(session);
    const { document } = await show('dirty');
    const edit = new vscode.WorkspaceEdit();
    const angle = document.getText().indexOf('0.1"');
    edit.replace(document.uri, new vscode.Range(document.positionAt(angle), document.positionAt(angle + 3)), '0.15');
    edit.insert(document.uri, new vscode.Position(1, 0), '  // Not saved.\n');
    await vscode.workspace.applyEdit(edit);
    assert.ok(document.isDirty);
    const { notes } = await asPage(session, 'saveConcepts', { draft: [...before, added] });
    assert.deepEqual(notes, ['What was not saved in its editor is saved too.']);
    const mine = probeText.replace('0.1"', '0.15"').replace('  // My', '  // Not saved.\n  // My');
    assert.equal(plain(await onDisk('dirty')), plain(withAdded(mine)));
    assert.equal(document.isDirty, false);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), mine, 'the concepts alone are taken back');
  });

  it('an editor’s text that can’t be read is left alone, and its line said', async () => {
    const session = await model('half', probeText);
    const before = await draft(session);
    const { document } = await show('half');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(4, 0), '  "conc\n');
    await vscode.workspace.applyEdit(edit);
    const typed = document.getText();
    await assert.rejects(
      asPage(session, 'saveConcepts', { draft: [...before, added] }),
      /^UserError: net\.probe\.json, line 5: .*, in what its editor has not saved$/,
    );
    assert.deepEqual([document.getText(), document.isDirty, await onDisk('half')], [typed, true, probeText]);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('a concept that came into the file since is not taken out of it', async () => {
    const session = await model('since', probeText);
    const before = await draft(session);
    const now = probeText.replace('"concepts": {', '"concepts": {\n    "fast": "abs(cart_velocity) > 1",');
    await writeFile(folderOf('since', 'net.probe.json'), now);
    await asPage(session, 'saveConcepts', { draft: [...before, added] });
    assert.equal(plain(await onDisk('since')), plain(withAdded(now)));
  });

  it('lines that end with CR LF go on doing so', async () => {
    const session = await model('crlf', probeText.replaceAll('\n', '\r\n'));
    await save(session, added);
    const text = await onDisk('crlf');
    assert.equal(plain(text), plain(withAdded(probeText)));
    assert.doesNotMatch(text, /[^\r]\n/);
  });

  it('drawn samples become a file beside the new probe file, and neither goes over what is there', async () => {
    const session = await model('drawn', null, { kind: 'drawn' });
    await writeFile(folderOf('drawn', 'net.states.npy'), 'mine');
    const { columns } = await asPage(session, 'concepts', {});
    const { path } = await save(session, { ...added, text: `${columns[0]} > 1`, name: 'large' });
    assert.equal(path, folderOf('drawn', 'net-2.probe.json'));
    assert.deepEqual((await readdir(folderOf('drawn'))).sort(), ['net-2.probe.json', 'net-2.states.npy', 'net.onnx', 'net.states.npy']); // prettier-ignore
    assert.equal(await readFile(folderOf('drawn', 'net.states.npy'), 'utf8'), 'mine');
    await session.explain({ probe: { kind: 'file', path } });
    assert.ok(session.results.probe!.concepts.includes('large'));
    assert.equal(session.results.probe!.drawn, false);
  });

  for (const [kind, choice] of [
    ['plain data', { kind: 'data', path: '' }],
    ['a bundled set', { kind: 'bundled', name: 'policy/policy' }],
  ] as const)
    it(`${kind} gets a probe file beside the model, which is its own from then on`, async () => {
      const folder = kind.replace(' ', '-').replace(' ', '-');
      const probe = choice.kind === 'data' ? { ...choice, path: folderOf('policy', 'states.csv') } : choice;
      const session = await model(folder, null, probe);
      const { path } = await save(session, added);
      assert.equal(path, folderOf(folder, 'net.probe.json'));
      await session.explain();
      assert.deepEqual(session.results.probe!.choice, { kind: 'file', path });
      assert.ok(session.results.probe!.concepts.includes('nearly upright'));
    });

  it('a file that is read-only is refused in one sentence, and stays as it is', async () => {
    const session = await model('locked', probeText);
    await chmod(folderOf('locked', 'net.probe.json'), 0o444);
    await assert.rejects(save(session, added), /net\.probe\.json can't be written to .*locked: it is read-only$/);
    assert.equal(await onDisk('locked'), probeText);
    const { document } = await show('locked');
    assert.equal(document.isDirty, false);
  });

  it('a folder that is read-only too', async () => {
    const session = await model('shut', null, { kind: 'data', path: folderOf('policy', 'states.csv') });
    const names = await draft(session);
    await unprivileged(folderOf('shut'), () =>
      assert.rejects(
        asPage(session, 'saveConcepts', { draft: [...names, added] }),
        /net\.probe\.json can't be written to .*shut: there is no permission to write there$/,
      ),
    );
    assert.deepEqual(await readdir(folderOf('shut')), ['net.onnx']);
  });

  it('a file that was deleted meanwhile is missed in one sentence', async () => {
    const session = await model('gone', probeText);
    const before = await draft(session);
    await rm(folderOf('gone', 'net.probe.json'));
    await assert.rejects(asPage(session, 'saveConcepts', { draft: [...before, added] }), (error: Error) => {
      assert.match(error.message, /^net\.probe\.json: no such file$/);
      return true;
    });
    assert.deepEqual(await readdir(folderOf('gone')), ['net.onnx']);
  });
});

/** Does something while a folder takes no new files, from root neither. */
async function unprivileged(folder: string, act: () => Promise<unknown>): Promise<void> {
  await chmod(folder, 0o555);
  const isRoot = process.geteuid?.() === 0;
  // The workspace lies in a folder of root's alone.
  if (isRoot) for (const above of [folderOf('..', '..'), folderOf('..'), folderOf()]) await chmod(above, 0o755);
  if (isRoot) process.seteuid!(65_534);
  try {
    await act();
  } finally {
    if (isRoot) process.seteuid!(0);
    await chmod(folder, 0o755);
  }
}
