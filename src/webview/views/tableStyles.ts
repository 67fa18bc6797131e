import { css } from 'lit';

/**
 * A long table: a head that stays, and rows in a virtual list below it, whose columns stand below those of the head. What the
 * columns are is each table's own (`grid-template` of `.row`).
 */
export const tableStyles = css`
  .table {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-height: 0;
  }
  .row {
    display: grid;
    align-items: center;
    width: 100%;
    border-bottom: 1px solid color-mix(in srgb, var(--vscode-foreground) 8%, transparent);
  }
  .row:not(.head):hover {
    background: var(--vscode-list-hoverBackground);
  }
  .row.head {
    min-height: 24px;
    border-bottom: 1px solid var(--line);
    font-size: 11px;
    color: var(--muted);
    overflow-y: hidden;
    scrollbar-gutter: stable;
  }
  lit-virtualizer {
    flex: 1;
    min-height: 0 !important;
    scrollbar-gutter: stable;
  }
`;
