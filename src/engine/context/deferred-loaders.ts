/** Produces a context entry's data and puts it into the context; may be called again after a restore. */
export interface EntryLoader {
  readonly name: string;
  hasLoaded(): boolean;
  /** The error text, or undefined. */
  load(): string | undefined;
}

interface Leveled {
  readonly loader: EntryLoader;
  /** How many checkpoints there were when it was added. */
  readonly level: number;
  /** A query asked for it: it is not tried again until the next reset, even if it failed. */
  matched: boolean;
}

const isWord = (character: string | undefined): boolean =>
  character !== undefined && /[0-9A-Za-z_]/.test(character);

/** Whether a query names an entry: as a word that no letter, digit or dot precedes. */
export function namesEntry(query: string, name: string): boolean {
  for (let at = query.indexOf(name); at >= 0; at = query.indexOf(name, at + 1)) {
    const end = at + name.length;
    const bounded = isWord(query[end - 1]) !== isWord(query[end]);
    if (bounded && (at === 0 || !/[.0-9A-Za-z]/.test(query[at - 1] ?? ''))) return true;
  }
  return false;
}

/**
 * Context entries that wait until a query names them (lifecycle A.8, engine/context/deferred.go). While one loads, only
 * those before it may be loaded for it.
 */
export class DeferredLoaders {
  private loaders: Leveled[] = [];
  /** Level and position of the loader at work, or -1. */
  private level = -1;
  private position = -1;

  add(loader: EntryLoader, level: number): void {
    this.loaders.push({ loader, level, matched: false });
  }

  /** Loads what the query names; the first error ends it. */
  loadMatching(query: string, currentLevel: number): string | undefined {
    const level = this.level >= 0 ? this.level : currentLevel;
    const end = this.position >= 0 ? this.position : this.loaders.length;
    for (;;) {
      const position = this.loaders.findIndex(
        (entry, i) =>
          i < end &&
          !entry.matched &&
          entry.level <= level &&
          !entry.loader.hasLoaded() &&
          namesEntry(query, entry.loader.name),
      );
      const entry = this.loaders[position];
      if (!entry) return undefined;
      entry.matched = true;
      const error = this.load(entry, position);
      if (error !== undefined) return error;
    }
  }

  /** After the context went back to the checkpoint of `level`: entries of inner levels go, loaded ones load again. */
  restore(level: number): void {
    const kept: Leveled[] = [];
    for (const [position, entry] of [...this.loaders].entries()) {
      entry.matched = false;
      if (entry.level > level) continue;
      const loaded = entry.loader.hasLoaded();
      if (loaded) this.load(entry, position);
      if (!loaded || entry.level !== level) kept.push(entry);
    }
    this.loaders = kept;
  }

  private load(entry: Leveled, position: number): string | undefined {
    this.level = entry.level;
    this.position = position;
    const error = entry.loader.load();
    this.level = -1;
    this.position = -1;
    return error;
  }
}
