import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { openGradient } from '../../../src/engine/backward/index.js';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { UserError } from '../../../src/shared/userError.js';
import { hasSharedData, sharedData } from '../../support/sharedData.js';

/** Models in which no gradient goes from the first fraction that is fed to the first output, and why. */
const without: Record<string, RegExp> = {
  'tabular/coffee_tree_ensemble_sklearn.onnx': /ai\.onnx\.ml\.TreeEnsembleClassifier .* has no gradient here/,
};

describe('operators of real models', () => {
  const folder = hasSharedData ? path.resolve(import.meta.dirname, '../../../../shared/data/models') : '';
  const files = folder
    ? (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.onnx'))
    : [];
  if (files.length === 0) {
    it('have rules', function () {
      sharedData(this, 'models');
    });
  }
  for (const file of files.sort()) {
    it(`${file}: a gradient leads from its output to its input`, async function () {
      const model = await readModel(sharedData(this, 'models', file));
      const { graph } = model;
      const fractions = new Set(['float', 'float16', 'double']);
      const input = graph.inputs.find(({ name, type }) => fractions.has(type) && !graph.initializers.has(name));
      // Tokens have no gradient: the first layer behind them has.
      const from = input?.name ?? structureOf(model).layers[0].name;
      const open = () => openGradient(model, { targets: [graph.outputs[0].name], wrt: [from] });
      const reason = without[file];
      if (!reason) {
        open();
        return;
      }
      assert.throws(open, (error) => error instanceof UserError && reason.test(error.message));
    });
  }
});
