import type { SampleAttribution } from '../../../src/shared/attribution.js';
import type { ProbeCorrelation } from '../../../src/shared/correlation.js';
import type { ProbeSummary } from '../../../src/shared/engineApi.js';
import type { EvaluationProgress, EvaluationTable } from '../../../src/shared/evaluation.js';
import type { EvaluationChoice, FoundByJobs, PanelMethods } from '../../../src/shared/panelProtocol.js';
import { seeded } from './random.js';
import { regressionTitle } from './scenarios.js';

const garments = ['t-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'];

/** What is found over a whole probe set, of invented numbers: an evaluation, a correlation, shares of one row. */
export function setMethods(
  probe: ProbeSummary | null,
): Pick<
  PanelMethods,
  'evaluate' | 'evaluationCost' | 'correlate' | 'outputClasses' | 'found' | 'attribution' | 'saveCsv'
> & { progressOf(choice: EvaluationChoice): EvaluationProgress } {
  const isStates = probe?.kind === 'states';
  const names = isStates ? ['push left', 'push right'] : garments;
  const kept = sessionStorage.getItem('found by jobs');
  // As the host keeps it over a reload.
  const found: FoundByJobs = kept ? revived(kept) : { evaluation: null, correlation: null };
  const keep = () => sessionStorage.setItem('found by jobs', JSON.stringify(found, (_, value) => (value instanceof Float64Array ? { floats: [...value] } : value))); // prettier-ignore
  return {
    evaluate: (choice) => {
      const result = { ...table(choice, choice.samples), notes: [], milliseconds: 41_200 };
      found.evaluation = { choice, result };
      keep();
      return result;
    },
    evaluationCost: ({ methods, samples }) => ({ runs: 812 * methods.length * samples, milliseconds: 2100 * methods.length * samples }), // prettier-ignore
    correlate: (choice) => {
      const result = correlation(Number(choice.class ?? 0), choice.auto, choice.samples);
      found.correlation = { choice, result };
      keep();
      return result;
    },
    outputClasses: () =>
      probe?.title === regressionTitle
        ? { count: 1, names: null, targets: ['seconds', 'pole angle'] }
        : { count: names.length, names, targets: [] },
    found: () => found,
    attribution: ({ sample, method, class: index }) => attribution(sample, method, index),
    saveCsv: ({ name }) => ({ path: `/home/ada/${name}` }),
    /** The first picture done, the second begun. */
    progressOf: (choice) => ({ done: 30, total: 100, row: 1, table: table(choice, 1) }),
  };

  function table({ methods, layers, metrics, samples }: EvaluationChoice, measured: number): EvaluationTable {
    const rows = [...methods, 'randomcam'].flatMap((method) =>
      (layers.length > 0 ? layers : ['layer2.conv']).map((layer) => {
        const random = seeded(method.length * 31 + layer.length);
        return {
          ...{ method, layer, problem: null },
          values: Object.fromEntries(
            metrics.map((metric) => [metric, measured > 0 ? Number(random().toFixed(4)) : null]),
          ),
          samples: Object.fromEntries(metrics.map((metric) => [metric, measured])),
        };
      }),
    );
    return { rows, metrics, samples };
  }

  function correlation(output: number, auto: boolean, samples: number): ProbeCorrelation {
    const values = isStates
      ? Float64Array.of(-0.021, 0.114, 0.402, 0.391)
      : Float64Array.from({ length: 784 }, (_, i) => {
          const [x, y] = [(i % 28) - 14, Math.floor(i / 28) - 14];
          return (
            0.004 * (Math.exp(-((x + 4) ** 2 + y ** 2) / 30) - 0.6 * Math.exp(-((x - 6) ** 2 + (y - 3) ** 2) / 18))
          );
        });
    const sum = values.reduce((total, value) => total + value, 0);
    return {
      ...{ output, name: names[output], samples, of: probe?.samples ?? 0, steps: 64, values, notes: [] },
      targets: auto ? null : isStates ? 'column "action"' : 'class folders',
      correlation: auto ? 1 : sum + 0.0018,
      completenessError: auto ? sum - 1 : -0.0018,
      attributionError: 0.003,
      dims: isStates ? [4] : [1, 28, 28],
      map: isStates ? null : { height: 28, width: 28 },
      columns: isStates ? (probe?.columns ?? null) : null,
      milliseconds: 8300,
    };
  }

  function attribution(sample: number, method: string, index: number | null): SampleAttribution {
    const values = Float32Array.of(-0.12, 0.31, 1.64 + sample / 100, -0.42);
    const adds = method === 'ig';
    return {
      ...{ method, sample, parts: 'columns', dims: [4], values, columns: probe?.columns ?? null },
      held: Float64Array.of(0.02, -0.31, 0.12, 0.8),
      top: names
        .slice(0, 2)
        .map((name, i) => ({ class: i, name, score: 1.4 - 2 * i, probability: i === 0 ? 0.88 : 0.12 })),
      class: index ?? 0,
      score: 1.4,
      expected: adds ? values.reduce((total, value) => total + value, 0) : null,
      milliseconds: 12,
      notes: [],
    };
  }
}

const revived = (text: string): FoundByJobs =>
  JSON.parse(text, (_, value: { floats?: number[] } | null) => (value?.floats ? Float64Array.from(value.floats) : value)) as FoundByJobs; // prettier-ignore
