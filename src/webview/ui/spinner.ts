import { html, type TemplateResult } from 'lit';
import { named } from './named.js';

export function spinner(label: string): TemplateResult {
  return html`<vscode-progress-ring ${named(label)} title=${label}></vscode-progress-ring>`;
}
