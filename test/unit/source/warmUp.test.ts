import assert from 'node:assert/strict';
import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { readModel, structureOf } from '../../../src/engine/onnx/index.js';
import { linkCode, modelOfFile, placeAt, warmUp } from '../../../src/source/index.js';
import { projectRoot } from '../../support/sharedData.js';
import { programOf } from './program.js';

describe('what is done before someone waits for it', () => {
  it('is nearly all that code of other networks needs', async () => {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    /** Functions of src/source that ran since this was last asked, and how long their code is. */
    const called = async (): Promise<Map<string, number>> => {
      const { result } = await session.post('Profiler.takePreciseCoverage');
      return new Map(
        result
          .filter(({ url }) => /\/src\/source\//.test(url) && !url.includes('warmUp'))
          .flatMap(({ url, functions }) =>
            functions.flatMap(({ ranges: [{ startOffset, endOffset, count }] }): [string, number][] =>
              count > 0 && startOffset > 0 ? [[`${url}:${startOffset}`, endOffset - startOffset]] : [],
            ),
          ),
      );
    };

    const read = async (name: string) => {
      const folder = path.join(projectRoot, 'media/sample', name);
      const model = path.join(folder, `${name}.onnx`);
      return { file: path.join(folder, 'train.py'), model, structure: structureOf(await readModel(model)) };
    };
    const networks = [await read('policy'), await read('fashion')];
    await called();

    await warmUp();
    const ahead = await called();
    for (const { file, model, structure } of networks) {
      const program = await programOf(file);
      assert.equal(modelOfFile(program, [{ path: model, structure }])?.model, model);
      assert.equal(placeAt(linkCode(program, structure).places, 1, 1), null);
    }
    const needed = await called();
    session.disconnect();

    const size = (lengths: Iterable<number>) => [...lengths].reduce((sum, length) => sum + length, 0);
    const cold = [...needed].filter(([place]) => !ahead.has(place)).map(([, length]) => length);
    assert.ok(size(needed.values()) > 20_000);
    assert.ok(
      size(cold) < 0.05 * size(needed.values()),
      `${size(cold)} of ${size(needed.values())} characters ran first`,
    );
  });
});
