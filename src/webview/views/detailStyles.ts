import { css } from 'lit';

export const detailStyles = css`
  :host {
    --pane: var(--vscode-sideBar-background);
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    background: var(--pane);
    color: var(--vscode-sideBar-foreground, inherit);
  }
  header {
    display: flex;
    align-items: flex-start;
    gap: 8px;
    padding: 10px 10px 6px 16px;
  }
  .title {
    flex: 1;
    min-width: 0;
    font-size: 14px;
    line-height: 22px;
    letter-spacing: 0;
    text-transform: none;
    color: inherit;
    opacity: 1;
    overflow-wrap: anywhere;
    outline: none;
  }
  .title .muted {
    font-weight: 400;
  }
  .body {
    flex: 1 1 auto;
    min-height: 0;
    padding: 0 16px 16px;
  }
  .wait {
    display: grid;
    place-items: center;
    padding: 60px;
  }
  .label {
    line-height: 24px;
  }
  .bar {
    --bar-ground: var(--pane);
    margin-top: 6px;
  }
  .ends {
    display: flex;
    justify-content: space-between;
    font-size: 11px;
    line-height: 14px;
  }
  .remark {
    margin-top: 4px;
    font-size: 12px;
  }
  section,
  ox-strongest-pictures,
  ox-strongest-rows,
  ox-cause,
  ox-feeds {
    display: block;
    margin-top: 18px;
  }
  .distribution {
    margin-top: 10px;
  }
  .note {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    margin-top: 2px;
    font-size: 11px;
  }
  .note button {
    flex: none;
  }
  .table {
    max-height: 140px;
    border: 1px solid var(--line);
    border-radius: 3px;
  }
  .table table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
    font-size: 12px;
  }
  .table th,
  .table td {
    padding: 1px 8px;
    text-align: end;
    font-weight: 400;
  }
  .table th {
    position: sticky;
    top: 0;
    color: var(--muted);
    background: var(--pane);
  }
  .facts {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 3px 20px;
    margin: 12px 0 0;
  }
  .facts div {
    display: flex;
    justify-content: space-between;
    gap: 8px;
  }
  .facts dt {
    color: var(--muted);
  }
  .facts dd {
    margin: 0;
  }
  .proof {
    margin-top: 6px;
    font-size: 12px;
  }
  .runners {
    margin: 6px 0 0;
    padding: 0;
    list-style: none;
  }
  .runners li > :first-child {
    min-width: 0;
  }
  .runners li {
    display: flex;
    justify-content: space-between;
    align-items: baseline;
    gap: 12px;
    padding: 2px 0;
    line-height: 20px;
  }
  footer {
    --button-padding-horizontal: 8px;
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    padding: 10px 16px;
    border-top: 1px solid var(--line);
  }
`;
