import { css } from 'lit';

export const mapControlsStyles = css`
  :host {
    display: block;
    overflow: auto;
    padding: 14px 16px 20px;
    background: var(--vscode-sideBar-background);
    color: var(--vscode-sideBar-foreground, inherit);
  }
  section + section {
    margin-top: 18px;
  }
  h3 {
    margin-bottom: 6px;
  }
  ox-select {
    width: 100%;
  }
  .about {
    margin-top: 6px;
    font-size: 12px;
    line-height: 1.45;
  }
  .classes {
    margin: 0;
    padding: 0;
  }
  .classes button {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 56px 50px;
    align-items: center;
    gap: 8px;
    width: 100%;
    padding: 2px 6px;
    border: 1px solid transparent;
    border-radius: 3px;
    font: inherit;
    color: inherit;
    text-align: start;
    background: none;
    cursor: pointer;
  }
  .classes button:hover:not(:disabled) {
    background: var(--vscode-list-hoverBackground);
  }
  .classes button:disabled {
    cursor: default;
  }
  .classes button[aria-checked='true'] {
    background: var(--vscode-list-inactiveSelectionBackground);
    color: var(--vscode-list-inactiveSelectionForeground, inherit);
    border-color: var(--vscode-contrastActiveBorder, transparent);
  }
  .classes bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .classes .number {
    text-align: end;
  }
  .classes svg {
    width: 100%;
    height: 4px;
  }
  .track {
    fill: var(--track);
  }
  .share {
    fill: var(--accent);
  }
  .other {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    margin-top: 6px;
    padding-inline: 6px;
  }
  .edges {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 4px 12px;
    padding-inline: 6px;
  }
  .edge {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 6px;
  }
  .edge .whole {
    width: 64px;
  }
  .whole {
    --input-min-width: 0;
    width: 84px;
  }
  .look {
    display: grid;
    gap: 10px;
  }
`;
