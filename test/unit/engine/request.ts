import type { ExplainEvent, ExplainRequest } from '../../../src/shared/engineApi.js';
import { createEngine, mediaFolder } from '../../../src/engine/index.js';
import { defaultSettings, type Explanation } from '../../../src/shared/results.js';

export const engine = createEngine({ media: mediaFolder() });

/** A request that asks for nothing in particular. */
export const requestFor = (model: string | null, more: Partial<ExplainRequest> = {}): ExplainRequest => ({
  model,
  probe: null,
  folders: [],
  layers: [],
  units: null,
  settings: defaultSettings,
  limit: null,
  threads: null,
  provider: 'cpu',
  memory: 1024,
  activations: null,
  ...more,
});

/** Explains in this process. */
export const explain = (
  request: ExplainRequest,
  onEvent: (event: ExplainEvent) => void = () => undefined,
): Promise<Explanation> => engine.explain(request, onEvent, new AbortController().signal);
