import * as vscode from 'vscode';
import type { CodePlace } from '../../source/index.js';
import type { CodeLinks } from './codeLinks.js';
import { codeSettings } from './codeSettings.js';
import { definitionOfLayer } from './definitionOfLayer.js';
import { landmarks, type Landmark } from './landmarks.js';
import { changeWords, count, digestWords, layerDigest, sumOf } from './layerDigest.js';
import { type KnownModel, resultsOf } from './knownModel.js';
import type { ModelKnowledge } from './modelKnowledge.js';

/** Above model classes and export calls, and above every layer where the settings want that: how its neurons stand. */
export const lenses = (
  links: CodeLinks,
  knowledge: ModelKnowledge,
  onDidChange: vscode.Event<void>,
): vscode.CodeLensProvider => ({
  onDidChangeCodeLenses: onDidChange,
  async provideCodeLenses(document, token) {
    const wanted = codeSettings(document).lens;
    if (wanted === 'off') return [];
    await links.refresh(document);
    const found = links.places(document);
    const known = found && knowledge.get(found.model);
    if (!known || token.isCancellationRequested) return [];
    const { places } = found;
    const marks: Landmark[] = landmarks(document.getText(), places);
    if (wanted === 'layers')
      for (const { kind, line, tensors } of places)
        if (kind === 'definition' && !tensors.every((tensor) => standsElsewhere(tensor, places, known)))
          marks.push({ kind: 'layer', line: line - 1, tensors });
    const seen = new Set<number>();
    return marks.flatMap((mark) => {
      const lens = seen.has(mark.line) ? null : lensOf(mark, known);
      if (lens) seen.add(mark.line);
      return lens ?? [];
    });
  },
});

/** Whether a layer's neurons are those of the activation behind it, which is made at a place of its own. */
function standsElsewhere(tensor: string, places: readonly CodePlace[], known: KnownModel): boolean {
  const behind = known.layers.get(known.layers.get(tensor)?.explainedAs ?? '');
  if (!behind || known.results.has(tensor)) return false;
  const place = definitionOfLayer(places, behind);
  return place !== null && !place.tensors.includes(tensor);
}

function lensOf({ line, tensors }: Landmark, known: KnownModel): vscode.CodeLens | null {
  const names = tensors ?? [...known.layers.keys()];
  const layers = names.flatMap((tensor) => known.layers.get(tensor) ?? []);
  if (layers.length === 0) return null;
  const explained = [...new Set(layers.flatMap((layer) => resultsOf(known, layer) ?? []))];
  const changes = known.change?.layers.filter(({ name }) => explained.some(({ layer }) => layer.name === name)) ?? [];
  const counts = { died: 0, woke: 0, relabelled: 0, iou: 0 };
  for (const change of changes)
    for (const kind of Object.keys(counts) as (keyof typeof counts)[]) counts[kind] += change.counts[kind];
  const changed = changes.length > 0 ? changeWords({ counts }) : null;
  const title =
    explained.length === 0
      ? `${count(layers.length)} ${layers.length === 1 ? 'layer' : 'layers'}: explain the neurons`
      : `${digestWords(sumOf(explained.map(layerDigest)))}${known.stale ? ' (model changed since)' : changed ? ` · ${changed}` : ''}`;
  const command =
    explained.length === 0
      ? { title, command: 'onnxplain.explainLinked', arguments: [{ model: known.model }] }
      : {
          ...{ title, command: 'onnxplain.showLayer', tooltip: 'Show in Onnxplain' },
          arguments: [{ model: known.model, layer: (explained[0] ?? layers[0]).layer.name }],
        };
  return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), command);
}
