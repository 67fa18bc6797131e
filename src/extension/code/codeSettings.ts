import * as vscode from 'vscode';

export interface CodeSettings {
  lens: 'off' | 'models' | 'layers';
  shapes: boolean;
  /** Share of dead and constant units from which on a layer is pointed out; null: nothing is pointed out. */
  silentShare: number | null;
}

/** What the settings say of training code, for a document's folder; what the settings editor would refuse is the default. */
export function codeSettings(scope: vscode.ConfigurationScope): CodeSettings {
  const settings = vscode.workspace.getConfiguration('onnxplain', scope);
  const lens = settings.get<string>('code.lens');
  const share = settings.get<number>('code.silentShare', 25);
  return {
    lens: lens === 'off' || lens === 'layers' ? lens : 'models',
    shapes: settings.get<boolean>('code.shapes', false),
    silentShare: settings.get<boolean>('code.findings', true) ? (share >= 0 && share <= 100 ? share : 25) / 100 : null,
  };
}
