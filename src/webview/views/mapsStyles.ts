import { css } from 'lit';

export const mapsStyles = css`
  :host {
    position: relative;
    display: grid;
    grid-template: minmax(0, 1fr) / 204px minmax(0, 1fr) 300px;
    flex: 1;
    min-height: 0;
  }
  :host([room='two']) {
    grid-template: minmax(0, 1fr) / 150px minmax(0, 1fr) 236px;
  }
  :host([room='one']) {
    display: block;
    overflow: auto;
  }
  ox-picture-chooser {
    border-inline-end: 1px solid var(--line);
  }
  ox-map-controls {
    border-inline-start: 1px solid var(--line);
  }
  :host([room='one']) ox-picture-chooser {
    border: 0;
    border-bottom: 1px solid var(--line);
  }
  :host([room='one']) ox-map-controls {
    border: 0;
    border-top: 1px solid var(--line);
  }
  :host([room='two']) .stage,
  :host([room='three']) .stage {
    container-type: size;
  }
  ox-map-figure[large] {
    --stage-height: 100cqh;
  }
  .stage {
    min-width: 0;
    padding: 16px;
  }
  :host([room='one']) .stage {
    overflow: visible;
  }
  .several {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(190px, 100%), 1fr));
    gap: 20px 16px;
  }
  .without {
    margin-top: 20px;
    line-height: 1.45;
  }
  .without ul {
    margin: 4px 0 0;
    padding-inline-start: 16px;
  }
  .whole {
    grid-column: 1 / -1;
  }
  .empty {
    padding: 64px 16px;
    text-align: center;
  }
  .empty p {
    max-width: 46ch;
    margin: 0 auto;
    line-height: 1.5;
  }
  .drop {
    position: absolute;
    inset: 8px;
    display: grid;
    place-items: center;
    border: 2px dashed var(--vscode-focusBorder);
    border-radius: 6px;
    background: var(--vscode-editor-dropBackground, var(--vscode-editor-background));
    pointer-events: none;
    font-size: 14px;
    z-index: 3;
  }
`;
