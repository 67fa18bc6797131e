import type { ProbeSummary } from '../shared/engineApi.js';
import type { FoundByJobs } from '../shared/panelProtocol.js';
import { fingerprint, sameFiles, type Fingerprint } from './fingerprint.js';
import type { ProbeJobs } from './probeJobs.js';
import type { ResultStore } from './resultStore.js';

/** What jobs found, and of which files. */
interface Kept {
  made: Fingerprint;
  choice: string;
  found: FoundByJobs;
}

/**
 * Brings back what jobs found before the window was loaded again, where the model and its probe set are still the same
 * files, and keeps what they find from now on.
 */
export async function keepJobs(
  jobs: ProbeJobs,
  store: ResultStore,
  model: string,
  probe: () => ProbeSummary | null,
  log: (line: string) => void,
): Promise<void> {
  const name = `${model} jobs`;
  const now = async () => ({
    made: await fingerprint(model, probe()),
    choice: JSON.stringify(probe()?.choice ?? null),
  });
  const kept = await store.load<Kept>(name);
  const { made, choice } = await now();
  if (kept && kept.choice === choice && sameFiles(kept.made, made)) jobs.restore(kept.found);
  jobs.onFound = () => {
    const found = jobs.found();
    now()
      .then((files) => store.save<Kept>(name, { ...files, found }))
      .catch((error: unknown) => log(`results were not kept: ${String(error)}`));
  };
}
