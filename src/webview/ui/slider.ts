import { css, html, type TemplateResult } from 'lit';

export const sliderStyles = css`
  .slider {
    display: flex;
    align-items: center;
    gap: 8px;
    min-width: 0;
  }
  .slider input {
    flex: 1;
    min-width: 60px;
    margin: 0;
    height: 16px;
    appearance: none;
    background: none;
    cursor: pointer;
  }
  .slider input::-webkit-slider-runnable-track {
    height: 4px;
    border-radius: 2px;
    outline: 1px solid var(--edge);
    background: linear-gradient(
      to right,
      var(--vscode-focusBorder) var(--filled, 50%),
      color-mix(in srgb, var(--vscode-foreground) 20%, transparent) var(--filled, 50%)
    );
  }
  .slider input::-webkit-slider-thumb {
    appearance: none;
    width: 14px;
    height: 14px;
    margin-top: -5px;
    border: 2px solid var(--vscode-editor-background);
    border-radius: 50%;
    background: var(--vscode-focusBorder);
  }
  .slider output {
    flex: none;
    min-width: 44px;
    white-space: nowrap;
    text-align: end;
    font-variant-numeric: tabular-nums;
    color: var(--muted);
  }
`;

/** A share in [0, 1] by a slider, said in per cent. The toolkit has none, so it is the browser's own. */
export function slider(label: string, value: number, onInput: (value: number) => void): TemplateResult {
  const percent = Math.round(value * 100);
  return html`<label class="slider">
    <span>${label}</span>
    <input
      type="range"
      min="0"
      max="100"
      step="5"
      .value=${String(percent)}
      .style=${`--filled: ${percent}%`}
      aria-valuetext=${`${percent} %`}
      @input=${(event: Event) => onInput(Number((event.target as HTMLInputElement).value) / 100)}
    />
    <output>${percent} %</output>
  </label>`;
}
