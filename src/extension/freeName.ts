import { stat } from 'node:fs/promises';

/** `net.probe.json`, or `net-2.probe.json` where that, or a file that is to lie beside it (`besides`), is there already. */
export async function freeName(stem: string, ending: string, besides: readonly string[] = []): Promise<string> {
  for (let number = 1; ; number++) {
    const own = `${stem}${number === 1 ? '' : `-${number}`}`;
    const there = await Promise.all([ending, ...besides].map((one) => stat(own + one).catch(() => null)));
    if (there.every((one) => one === null)) return own + ending;
  }
}
