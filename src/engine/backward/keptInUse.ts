/** Things that are costly to make and to keep, such as sessions: the last ones used stay. */
export interface KeptInUse<T> {
  /**
   * Works with what was made for a key, or makes it. It is not released while somebody works with it, however many others
   * are asked for meanwhile.
   *
   * @param work gets what was made, and whether it was made for this call
   */
  use<R>(key: string, make: () => Promise<T>, work: (made: T, isNew: boolean) => Promise<R>): Promise<R>;
  /** Releases all, once nobody works with it any more. What is asked for afterwards is made for that call alone. */
  release(): Promise<void>;
}

interface Entry<T> {
  made: Promise<T>;
  users: number;
  isDropped: boolean;
}

/** @param limit how many stay beside those in use */
export function keptInUse<T>(limit: number, release: (made: T) => Promise<void>): KeptInUse<T> {
  const entries = new Map<string, Entry<T>>();
  let isClosed = false;

  const releaseUnused = async (entry: Entry<T>): Promise<void> => {
    if (!entry.isDropped || entry.users > 0) return;
    const made = await entry.made.catch(() => null);
    if (made !== null) await release(made);
  };
  const drop = (key: string, entry: Entry<T>): Promise<void> => {
    if (entries.get(key) === entry) entries.delete(key);
    entry.isDropped = true;
    return releaseUnused(entry);
  };

  return {
    async use(key, make, work) {
      const known = entries.get(key);
      const entry = known ?? { made: make(), users: 0, isDropped: false };
      entry.users++;
      // The last used is the last to go.
      entries.delete(key);
      entries.set(key, entry);
      for (const [old, other] of [...entries].slice(0, -limit)) void drop(old, other);
      try {
        return await work(await entry.made, !known);
      } finally {
        entry.users--;
        const isFailed = await entry.made.then(
          () => false,
          () => true,
        );
        if (isClosed || isFailed) await drop(key, entry);
        else await releaseUnused(entry);
      }
    },
    async release() {
      isClosed = true;
      await Promise.all([...entries].map(([key, entry]) => drop(key, entry)));
    },
  };
}
