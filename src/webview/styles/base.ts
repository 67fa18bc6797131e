import { css } from 'lit';

/**
 * What every view shares. All colours come from the editor's theme; the names here say what they are used for, and are
 * set once, on the panel (`palette`), from where they reach every view.
 */
export const palette = css`
  :host {
    --line: var(--vscode-panel-border, var(--vscode-editorGroup-border, var(--vscode-contrastBorder)));
    /* descriptionForeground is no quieter than the text in the light theme. */
    --muted: color-mix(in srgb, var(--vscode-foreground) 80%, var(--vscode-editor-background));
    --worth: var(--vscode-charts-green);
    --chance: var(--vscode-charts-yellow);
    --silent: var(--vscode-charts-red);
    --accent: var(--vscode-charts-blue);
    --quiet: color-mix(in srgb, var(--vscode-foreground) 38%, transparent);
    --track: color-mix(in srgb, var(--vscode-foreground) 12%, transparent);
    --chip: color-mix(in srgb, var(--vscode-foreground) 9%, transparent);
    --edge: var(--vscode-contrastBorder, transparent);
    --button-padding-horizontal: 10px;
    --button-padding-vertical: 3px;
    color-scheme: light;
    scrollbar-color: var(--vscode-scrollbarSlider-background) transparent;
  }
  :host-context(.vscode-dark),
  :host-context(.vscode-high-contrast:not(.vscode-high-contrast-light)) {
    color-scheme: dark;
  }
  :host-context(.vscode-high-contrast) {
    --muted: var(--vscode-foreground);
    --quiet: color-mix(in srgb, var(--vscode-foreground) 62%, transparent);
    --track: color-mix(in srgb, var(--vscode-foreground) 24%, transparent);
    --chip: transparent;
    /* These themes leave out what the toolkit would fill in with greys of its own; VS Code draws buttons as outlines. */
    --button-primary-background: var(--vscode-button-background, var(--vscode-editor-background));
    --button-primary-hover-background: var(--vscode-button-hoverBackground, var(--button-primary-background));
    --button-secondary-background: var(--vscode-button-secondaryBackground, var(--vscode-editor-background));
    --button-secondary-hover-background: var(
      --vscode-button-secondaryHoverBackground,
      var(--button-secondary-background)
    );
    --button-icon-hover-background: var(--vscode-toolbar-hoverBackground, transparent);
  }
`;

export const base = css`
  :host {
    box-sizing: border-box;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h2,
  h3 {
    margin: 0;
    font-size: 11px;
    font-weight: 600;
    letter-spacing: 0.04em;
    text-transform: uppercase;
    color: var(--vscode-sideBarSectionHeader-foreground, var(--vscode-foreground));
    opacity: 0.85;
  }
  p {
    margin: 0;
  }
  bdi {
    unicode-bidi: isolate;
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .muted {
    color: var(--muted);
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .icon,
  .icon svg,
  vscode-button svg {
    width: 16px;
    height: 16px;
    flex: none;
  }
  :host-context(.vscode-high-contrast) vscode-button:hover:not([disabled]) {
    outline: 1px dashed var(--vscode-contrastActiveBorder);
    outline-offset: 1px;
  }
  svg.drawn {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  :focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  a,
  button.link {
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
  }
  button.link {
    font: inherit;
    padding: 0;
    border: 0;
    background: none;
    text-align: start;
  }
  button.link:hover {
    text-decoration: underline;
  }
  .chip {
    display: inline-block;
    max-width: 100%;
    padding: 0 5px;
    border-radius: 3px;
    background: var(--chip);
    border: 1px solid var(--edge);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    vertical-align: bottom;
  }
  .operator {
    font-size: 10px;
    letter-spacing: 0.03em;
    color: var(--vscode-textLink-foreground);
    margin-inline-end: 4px;
  }
  .bracket {
    color: var(--muted);
    margin: 0 1px;
  }
  .piece {
    display: inline-flex;
    align-items: baseline;
    max-width: 100%;
    min-width: 0;
    vertical-align: bottom;
  }
  .scroll {
    overflow: auto;
    overscroll-behavior: contain;
  }
  @media (prefers-reduced-motion: no-preference) {
    :host-context(body:not(.vscode-reduce-motion)) .eased {
      transition: width 0.2s ease-out;
    }
  }
`;
