import type * as vscode from 'vscode';
import type { ProbeChoice } from '../shared/engineApi.js';
import { probeSetting } from './userSettings.js';

interface Chosen {
  choice: ProbeChoice;
  /** What the setting said then: a setting that was changed since wins. */
  setting: string;
}

/** Which probe set the user chose for which model, remembered with the workspace; a setting that is newer goes first. */
export class ChosenProbes {
  constructor(private readonly memento: vscode.Memento) {}

  get(model: string): ProbeChoice | null {
    const setting = probeSetting(model);
    const chosen = this.memento.get<Chosen>(`probe:${model}`);
    return chosen && chosen.setting === JSON.stringify(setting) ? chosen.choice : setting;
  }

  async set(model: string, choice: ProbeChoice): Promise<void> {
    const chosen: Chosen = { choice, setting: JSON.stringify(probeSetting(model)) };
    await this.memento.update(`probe:${model}`, chosen);
  }
}
