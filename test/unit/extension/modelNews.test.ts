import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ModelNews } from '../../../src/extension/modelNews.js';

describe('news of a model’s files', () => {
  let folder: string;
  let model: string;
  let news: ModelNews;
  let told: number;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'onnxplain-news-'));
    model = path.join(folder, 'a.onnx');
    told = 0;
    await writeFile(model, 'bytes');
    news = new ModelNews(model, () => told++);
    assert.equal(await news.look(), false);
  });
  afterEach(async () => {
    news.dispose();
    await rm(folder, { recursive: true });
  });

  async function isTold(): Promise<void> {
    for (let tries = 0; told === 0 && tries < 200; tries++) await wait(20);
    assert.equal(told, 1);
    assert.equal(await news.look(), false, 'what was told is no news');
  }

  it('come once of what no watcher has seen, to whoever looks', async () => {
    await appendFile(model, 'more');
    assert.deepEqual(await Promise.all([news.look(), news.look()]), [true, true]);
    await isTold();
  });

  it('come of the weights beside it, and when it goes away and comes back', async () => {
    await writeFile(`${model}.data`, 'weights');
    assert.equal(await news.look(), true);
    await isTold();
    for (const [from, to] of [
      [model, `${folder}/away`],
      [`${folder}/away`, model],
    ]) {
      told = 0;
      await rename(from, to);
      assert.equal(await news.look(), true);
      await isTold();
    }
  });

  it('come by themselves of what was written before a watcher was ready', async () => {
    await appendFile(model, 'more');
    await isTold();
  });

  it('come once of a file that is written in several steps', async () => {
    for (let step = 0; step < 5; step++) {
      await appendFile(model, 'more');
      news.watched();
      await wait(50);
    }
    await isTold();
  });

  it('don’t come any more when the model is closed', async () => {
    await appendFile(model, 'more');
    assert.equal(await news.look(), true);
    news.dispose();
    await wait(700);
    assert.equal(told, 0);
  });
});
