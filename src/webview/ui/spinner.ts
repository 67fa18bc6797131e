import { html, type TemplateResult } from 'lit';

export function spinner(label: string): TemplateResult {
  return html`<vscode-progress-ring aria-label=${label} title=${label}></vscode-progress-ring>`;
}
