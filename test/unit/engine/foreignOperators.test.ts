import { createEngine } from '../../../src/engine/index.js';
import path from 'node:path';
import assert from 'node:assert/strict';
import { defaultSettings } from '../../../src/shared/results.js';
import { projectRoot, sharedData } from '../../support/sharedData.js';

const name = 'real_custom_domain_ort_extensions_supres.onnx';

describe('a model with operators of somebody’s own, that takes the bytes of a file', () => {
  it('is refused for its operators, whatever probe set is tried', async function () {
    const model = sharedData(this, 'malformed', name);
    const engine = createEngine({ media: path.join(projectRoot, 'media') });
    for (const probe of [
      null,
      { kind: 'data', path: path.join(projectRoot, 'media/sample/squeezenet/photos') } as const,
    ])
      await assert.rejects(
        engine.explain(
          {
            ...{ model, probe, folders: [], layers: [], units: null, settings: defaultSettings, limit: null },
            ...{ threads: null, provider: 'cpu', memory: 4096, activations: null },
          },
          () => undefined,
          new AbortController().signal,
        ),
        /uses the operator SuperResolutionPreProcess of ai\.onnx\.contrib, which ONNX Runtime does not have/,
      );
  });
});
