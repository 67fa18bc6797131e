import type { Explanation, LayerExplanation } from '../../shared/results.js';
import { percent, remarkOn } from './unitWords.js';

const header = ['neuron', 'IoU', 'chance', 'fires', 'label'];
const gap = '  ';

/**
 * The labels as text: one table a layer, aligned columns, the label last so that it may be as long as it is.
 *
 * @param width of the terminal in cells: longer labels continue on the next line, between words; absent: nothing is wrapped
 */
export function explanationTable(explanation: Explanation, { width }: { width?: number } = {}): string {
  return explanation.layers.map((layer) => layerTable(layer, width)).join('\n');
}

function layerTable(layer: LayerExplanation, width: number | undefined): string {
  const rows = layer.explanations.map((unit) => {
    const labelled = unit.label !== null;
    return [
      String(unit.unit),
      labelled ? unit.iou.toFixed(2) : '',
      labelled ? unit.floor.toFixed(2) : '',
      percent(unit.fireRate),
      [unit.label === null ? '' : onOneLine(unit.label), remark(remarkOn(unit, layer.op), labelled)]
        .filter(Boolean)
        .join(gap),
    ];
  });
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const indent = widths.slice(0, 4).reduce((sum, cells) => sum + cells + gap.length, 0);
  const line = (row: string[]) => {
    const numbers = row.slice(0, 4).map((cell, i) => cell.padStart(widths[i]));
    const label = wrapped(row[4], width === undefined ? Infinity : Math.max(width - indent, 20));
    return [[...numbers, label[0]].join(gap).trimEnd(), ...label.slice(1).map((rest) => ' '.repeat(indent) + rest)];
  };
  return [title(layer), ...line(header), ...rows.flatMap(line)].join('\n') + '\n';
}

function title(layer: LayerExplanation): string {
  const name = layer.module ? `${layer.module} (${layer.name})` : layer.name;
  return `${onOneLine(name)}: ${layer.op}, ${layer.units} ${layer.units === 1 ? 'neuron' : 'neurons'}`;
}

const remark = (text: string, labelled: boolean) => (labelled && text ? `(${text})` : text);

/** Breaks at spaces; a word that is longer than the line is left whole, for copying. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current && cells(current) + 1 + cells(word) > width) {
      lines.push(current);
      current = word;
    } else {
      current = current ? `${current} ${word}` : word;
    }
  }
  return [...lines, current];
}

/** Width on a terminal: East Asian wide characters and emoji take two cells, combining marks none. */
function cells(text: string): number {
  let sum = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    sum += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(
      character,
    )
      ? 2
      : 1;
  }
  return sum;
}

/** Names come from files: what would move the cursor, start a colour or turn the direction of writing is spelled out. */
function onOneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
