import * as vscode from 'vscode';
import type { ProbeChoice, ProbeProposal } from '../../shared/engineApi.js';
import { openPanel } from '../openPanel.js';
import type { PanelActions } from '../panelCalls.js';
import { modelFor } from '../pickModel.js';
import type { ModelSession } from '../session.js';
import type { Sessions } from '../sessions.js';

interface ProbeItem extends vscode.QuickPickItem {
  choice?: ProbeChoice;
  action?: 'browse' | 'edit';
}

/** Offers the probe sets that fit the model, and explains again with the one that is chosen. */
export async function chooseProbeSet(
  sessions: Sessions,
  actions: PanelActions,
  uri: vscode.Uri | undefined,
): Promise<void> {
  const model = await modelFor(uri);
  if (!model) return;
  const { session, release } = sessions.hold(model);
  try {
    await session.open({ explain: false });
    const item = await pick(session, actions);
    if (item?.action === 'edit') return await actions.editProbe(session);
    const choice = item?.action === 'browse' ? await actions.browseProbe(session) : item?.choice;
    if (!choice) return;
    await actions.chooseProbe(session, choice);
    await openPanel(model);
    void session.explain({ probe: choice });
  } finally {
    release.dispose();
  }
}

/** The list is there at once; the engine's proposals come in when it has looked. */
function pick(session: ModelSession, actions: PanelActions): Promise<ProbeItem | undefined> {
  const list = vscode.window.createQuickPick<ProbeItem>();
  const rest: ProbeItem[] = [
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: '$(folder-opened) Browse…',
      detail: 'A probe file, a table (.csv, .parquet, .npy, .npz), annotations or a folder of pictures',
      action: 'browse',
    },
  ];
  if (session.results.probe)
    rest.push({
      label: '$(edit) Edit as a Probe File',
      detail: 'With all that is assumed spelled out',
      action: 'edit',
    });
  list.title = `Probe set for ${session.name}`;
  list.placeholder = session.results.probe
    ? `In use: ${session.results.probe.title}`
    : 'Which inputs should it be explained with?';
  list.matchOnDetail = true;
  list.items = rest;
  list.busy = true;
  return new Promise((resolve, reject) => {
    list.onDidAccept(() => {
      resolve(list.selectedItems[0]);
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined);
      list.dispose();
    });
    list.show();
    session.queries.proposals(actions.folders()).then(
      (proposals) => {
        list.items = [...proposalItems(proposals), ...rest];
        list.busy = false;
      },
      (error) => {
        reject(error);
        list.hide();
      },
    );
  });
}

function proposalItems(proposals: ProbeProposal[]): ProbeItem[] {
  return proposals.flatMap(({ title, detail, origin, choice }, i) => [
    ...(origin === proposals[i - 1]?.origin ? [] : [{ label: origin, kind: vscode.QuickPickItemKind.Separator }]),
    { label: title, detail, choice },
  ]);
}
