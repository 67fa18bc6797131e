import { createRequire } from 'node:module';
import path from 'node:path';
import type { EngineApi } from '../shared/engineApi.js';
import { UserError } from '../shared/userError.js';
import { causes } from './cause/index.js';
import { columnEffect } from './columnEffect.js';
import { checkConcept, conceptFile, conceptList } from './conceptEditor/index.js';
import { ablate } from './effect/index.js';
import { outputClasses, probeCorrelation, targetColumns } from './correlation/index.js';
import { explain } from './explain/index.js';
import { findLayer, outgoingWeights } from './onnx/index.js';
import { Opened } from './opened.js';
import { packageVersion } from './packageVersion.js';
import { unavailableMethods } from './map/unavailable.js';
import { pictureMethods, PictureRequests } from './pictureRequests.js';
import { probeFileText } from './probe/index.js';
import { evaluateProbe, probeEvaluationCost } from './probeEvaluation.js';
import { reportOf } from './reportOf.js';
import { sampleOf, unitOf } from './request.js';
import { SampleAttributions } from './sampleAttributions.js';
import { timings } from './timing/index.js';

/**
 * The engine behind the panel and the command line. It holds no results: what it is asked is computed from files, and
 * what it opened is kept only to be faster the next time.
 *
 * @param media the package's folder of bundled files
 */
export function createEngine({ media }: { media: string }): EngineApi {
  const opened = new Opened(media);
  const pictures = new PictureRequests(opened);
  const attributions = new SampleAttributions(opened);
  return {
    async version() {
      const ort = (await import('onnxruntime-node')) as unknown as { listSupportedBackends(): { name: string }[] };
      const require = createRequire(import.meta.url);
      const runtime = require('onnxruntime-node/package.json') as { version: string };
      return {
        onnxplain: packageVersion(media),
        onnxruntime: runtime.version,
        node: process.versions.node,
        providers: ort.listSupportedBackends().map(({ name }) => name),
        methods: pictureMethods(),
      };
    },
    async inspect({ model }) {
      return (await opened.model(model)).structure;
    },
    async proposeProbes({ model, folders }) {
      return opened.proposals((await opened.model(model)).model, folders);
    },
    async probeFileText({ model, probe }) {
      return probeFileText(await opened.probe(model, probe), { folder: path.dirname(path.resolve(model)) });
    },
    explain: (request, onEvent, signal) => explain(request, opened, onEvent, signal),
    async picture({ model, probe, sample, size }) {
      const set = await opened.probe(model, probe);
      if (!set.picture) throw new UserError('this probe set has no pictures', { code: 'probe/no-pictures' });
      return set.picture(sampleOf(set, sample), size);
    },
    async sample({ model, probe, sample }) {
      const set = await opened.probe(model, probe);
      return set.view(sampleOf(set, sample));
    },
    map: (request, signal) => pictures.map(request, signal),
    judge: (request, signal) => pictures.judge(request, signal),
    attribution: (request, signal) => attributions.of(request, signal),
    reasons: (request) => pictures.reasons(request),
    async unavailableMethods({ model, layers }) {
      return unavailableMethods((await opened.model(model)).model, layers);
    },
    async columnEffect({ model: file, probe, layer, unit, sample, threads }) {
      const { model, structure } = await opened.model(file);
      const set = await opened.probe(file, probe);
      const found = findLayer(structure, layer);
      return columnEffect(model, set, found, unitOf(found, unit), sampleOf(set, sample), threads);
    },
    async feeds({ model: file, layer, unit, limit }) {
      const { model, structure } = await opened.model(file);
      const found = findLayer(structure, layer);
      return (await outgoingWeights(model, found.name, unitOf(found, unit))).slice(0, limit);
    },
    async timings({ model: file, probe, threads, provider }, signal) {
      const { model } = await opened.model(file);
      const set = await opened.probe(file, probe);
      return timings(model, set, { threads: threads ?? null, provider: provider ?? 'cpu' }, signal);
    },
    async ablate({ model: file, probe, folders, layer, ...request }, onProgress, signal) {
      const { model, structure } = await opened.model(file);
      const set = await opened.probe(file, probe, folders);
      const found = findLayer(structure, layer);
      return ablate(model, set, found, request, (done, total) => onProgress({ done, total }), signal);
    },
    async cause({ model: file, probe, folders, layer, ...request }, onProgress, signal) {
      const { model, structure } = await opened.model(file);
      const set = await opened.probe(file, probe, folders);
      const found = findLayer(structure, layer);
      const concepts = await set.concepts(set.samples, signal);
      return causes(model, set, concepts, found, request, (done, total) => onProgress({ done, total }), signal);
    },
    evaluate: (request, onProgress, signal) => evaluateProbe(request, opened, onProgress, signal),
    evaluationCost: (request, signal) => probeEvaluationCost(request, opened, signal),
    async correlate({ model: file, probe, folders, ...request }, onProgress, signal) {
      const { model } = await opened.model(file);
      const set = await opened.probe(file, probe, folders);
      return probeCorrelation(model, set, request, {
        signal,
        onProgress: (done, total) => onProgress({ done, total }),
      });
    },
    async outputClasses({ model: file, probe, folders }) {
      const classes = await outputClasses((await opened.model(file)).model, null);
      const targets = classes.count === 1 ? targetColumns(await opened.probe(file, probe, folders)) : [];
      return { ...classes, targets };
    },
    async concepts({ model, probe }, signal) {
      return conceptList(await opened.probe(model, probe), signal);
    },
    async checkConcept({ model, probe, draft, at }, signal) {
      return checkConcept(await opened.probe(model, probe), draft, at, signal);
    },
    async conceptFile({ model, probe, draft, target, text }, signal) {
      return conceptFile(await opened.probe(model, probe), draft, target, signal, text);
    },
    report: (request) => reportOf(request, opened, packageVersion(media)),
  };
}
