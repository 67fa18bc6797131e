import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One node of the optimised graph as it ran: what it is called, its place in the graph, and how long it took. */
export interface Kernel {
  node: string;
  index: number;
  op: string;
  microseconds: number;
}

export interface ProfiledRun {
  /** Of the whole run, inside ONNX Runtime. */
  microseconds: number;
  /** Nodes of the main graph; what ran inside a Loop or an If is part of that node's time. */
  kernels: Kernel[];
}

export interface Profile {
  runs: ProfiledRun[];
  /** Threads that shared the work inside a node. */
  threads: number;
}

interface Span {
  start: number;
  end: number;
}

/**
 * One event a line, as ONNX Runtime's profiler writes them. Names are not escaped there (a backslash or a quote in a
 * node's name makes the file no JSON), so the fields around the name are looked for instead.
 */
const event = /"cat" ?: ?"(\w+)".*?"dur" ?: ?(\d+), ?"ts" ?: ?(\d+), ?"ph" ?: ?"X", ?"name" ?: ?"(.*)", ?"args" ?: ?\{/;
const kernelSuffix = '_kernel_time';

/** Reads the events of a profile. Runs that are not whole, because the profiler stopped recording, are left out. */
export async function readProfile(file: string): Promise<Profile> {
  const runs: (Span & ProfiledRun)[] = [];
  const kernels: (Span & Kernel)[] = [];
  let threads = 1;
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    const found = event.exec(line);
    if (!found) continue;
    const [head, category, duration, timestamp, name] = found;
    const microseconds = Number(duration);
    const start = Number(timestamp);
    const span = { start, end: start + microseconds, microseconds };
    if (category === 'Session' && name === 'model_run') runs.push({ ...span, kernels: [] });
    if (category !== 'Node' || !name.endsWith(kernelSuffix)) continue;
    const fields = line.slice(found.index + head.length);
    kernels.push({
      ...span,
      node: name.slice(0, -kernelSuffix.length),
      index: Number(/"node_index" ?: ?"(\d+)"/.exec(fields)?.[1] ?? -1),
      op: /"op_name" ?: ?"([^"]*)"/.exec(fields)?.[1] ?? '',
    });
    // The caller's own thread, and the pool's.
    threads = Math.max(threads, 1 + (fields.match(/"num_run"/g)?.length ?? 0));
  }
  runs.sort((a, b) => a.start - b.start);
  // A node that holds others begins no later than they do and ends no earlier.
  kernels.sort((a, b) => a.start - b.start || b.end - a.end);
  let run = 0;
  let covered = -1;
  for (const { start, end, ...kernel } of kernels) {
    while (run < runs.length && runs[run].end < end) run++;
    if (run === runs.length) break;
    if (start < runs[run].start || (start < covered && end <= covered)) continue;
    covered = end;
    runs[run].kernels.push(kernel);
  }
  return { runs: runs.map(({ microseconds, kernels: own }) => ({ microseconds, kernels: own })), threads };
}
