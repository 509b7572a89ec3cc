// What several answers show alike, such as the summary of an article in every list that names it: kept like the answers
// themselves, so that a list that has to be put together again reads only what has changed.
import type { Purges, Tagged, TaggedStore } from './tagged-store.ts';

export class KeptParts<V extends Tagged> {
  readonly #store: TaggedStore<V>;
  readonly #purges: Purges;
  readonly #isAware: () => boolean;

  /** `isAware` says whether every purge up to now is known. */
  constructor(store: TaggedStore<V>, purges: Purges, isAware: () => boolean) {
    this.#store = store;
    this.#purges = purges;
    this.#isAware = isAware;
  }

  /** The parts under `keys`; `make` is asked for those that are not kept, once for all of them, and may find fewer. */
  async of(
    keys: readonly string[],
    now: number,
    make: (missing: readonly string[]) => Promise<ReadonlyMap<string, V>>,
  ): Promise<Map<string, V>> {
    if (!this.#isAware()) return new Map(await make(keys));
    const since = this.#purges.count;
    const found = new Map<string, V>();
    const missing: string[] = [];
    for (const key of keys) {
      const part = this.#store.get(key, now);
      if (part === undefined) missing.push(key);
      else found.set(key, part);
    }
    if (missing.length === 0) return found;
    for (const [key, part] of await make(missing)) {
      found.set(key, part);
      if (!this.#purges.isLate(part.tags, since) && this.#store.mayKeep(key)) this.#store.keep(key, part);
    }
    return found;
  }
}
