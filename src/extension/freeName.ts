import { stat } from 'node:fs/promises';

/** `net.probe.json`, or `net-2.probe.json` where that is there already. */
export async function freeName(stem: string, ending: string): Promise<string> {
  for (let number = 1; ; number++) {
    const file = `${stem}${number === 1 ? '' : `-${number}`}${ending}`;
    const there = await stat(file).catch(() => null);
    if (!there) return file;
  }
}
