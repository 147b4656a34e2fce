import type { Json } from '../../src/index.ts';

/** The part of the browser's storage that the studio uses. */
export interface KeyValue {
  get(key: string): string | undefined;
  /** False if there is no room or storage is switched off. */
  set(key: string, value: string): boolean;
  remove(key: string): void;
}

/** The browser's local storage; where it is switched off, nothing is kept and every write says so. */
export function browserKeyValue(): KeyValue {
  return {
    get: (key) => {
      try {
        return localStorage.getItem(key) ?? undefined;
      } catch {
        return undefined;
      }
    },
    set: (key, value) => {
      try {
        localStorage.setItem(key, value);
        return true;
      } catch {
        return false;
      }
    },
    remove: (key) => {
      try {
        localStorage.removeItem(key);
      } catch {
        // Nothing was kept, so nothing is left to remove.
      }
    },
  };
}

/** A studio's state as text, with what a list of it shows. */
export interface KeptItem {
  readonly id: string;
  readonly name: string;
  readonly savedAt: number;
  readonly bytes: number;
}

const PREFIX = 'admission-studio/';
const LIST = `${PREFIX}kept`;
const CURRENT = `${PREFIX}current`;
const MAX_KEPT = 12;

/** Earlier work and the present one, as JSON in key-value storage. */
export interface Shelf {
  readCurrent(): Json | undefined;
  /** False if it could not be saved. */
  saveCurrent(state: Json): boolean;
  list(): readonly KeptItem[];
  keep(name: string, state: Json): boolean;
  read(id: string): Json | undefined;
  remove(id: string): void;
}

export function createShelf(store: KeyValue, now: () => number = () => Date.now()): Shelf {
  const readJson = (key: string): Json | undefined => {
    const text = store.get(key);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as Json;
    } catch {
      return undefined;
    }
  };
  const list = (): readonly KeptItem[] => {
    const items = readJson(LIST);
    return Array.isArray(items) ? (items as unknown as readonly KeptItem[]).filter(isItem) : [];
  };
  const saveList = (items: readonly KeptItem[]): boolean => store.set(LIST, JSON.stringify(items));
  const remove = (id: string): void => {
    store.remove(PREFIX + id);
    saveList(list().filter((item) => item.id !== id));
  };
  return {
    readCurrent: () => readJson(CURRENT),
    saveCurrent: (state) => store.set(CURRENT, JSON.stringify(state)),
    list,
    keep: (name, state) => {
      const text = JSON.stringify(state);
      const same = list().find((item) => store.get(PREFIX + item.id) === text);
      if (same !== undefined) remove(same.id);
      const id = `work-${now().toString(36)}`;
      if (!store.set(PREFIX + id, text)) return false;
      const items = [{ id, name, savedAt: now(), bytes: text.length }, ...list()];
      for (const old of items.slice(MAX_KEPT)) store.remove(PREFIX + old.id);
      return saveList(items.slice(0, MAX_KEPT));
    },
    read: (id) => readJson(PREFIX + id),
    remove,
  };
}

function isItem(value: KeptItem): boolean {
  return typeof value?.id === 'string' && typeof value.name === 'string' && typeof value.savedAt === 'number';
}
