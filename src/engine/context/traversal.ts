import type { Json, JsonObject } from '../../base/json.ts';
import { isObject, setKey } from '../../base/json.ts';

export type Traversed = { readonly value: Json } | { readonly error: string };

/** What happens to a leaf or a key; `path` is the leaf's, or that of the object around the key. */
export type LeafAction = (element: Json, path: string) => Traversed;

/** Bounds of ours: variables can bring in values with variables without end. */
const MAX_DEPTH = 300;
const MAX_ELEMENTS = 1_000_000;

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

class Traversal {
  private readonly action: LeafAction;
  private readonly untouched: ReadonlySet<Json> | undefined;
  private elements = 0;

  constructor(action: LeafAction, untouched: ReadonlySet<Json> | undefined) {
    this.action = action;
    this.untouched = untouched;
  }

  visit(element: Json, path: string, depth: number): Traversed {
    this.elements += 1;
    if (depth > MAX_DEPTH || this.elements > MAX_ELEMENTS)
      return { error: `variables are nested without end at path ${path.slice(0, 200)}` };
    if (this.untouched?.has(element)) return { value: element };
    if (isList(element)) return this.list(element, path, depth);
    if (isObject(element)) return this.object(element, path, depth);
    const acted = this.action(element, path);
    if ('error' in acted || typeof acted.value !== 'object' || acted.value === null) return acted;
    return this.visit(acted.value, path, depth + 1);
  }

  private list(list: readonly Json[], path: string, depth: number): Traversed {
    let copy: Json[] | undefined;
    for (const [i, item] of list.entries()) {
      const visited = this.visit(item, `${path}/${i}`, depth + 1);
      if ('error' in visited) return visited;
      if (visited.value === item) continue;
      copy ??= [...list];
      copy[i] = visited.value;
    }
    return { value: copy ?? list };
  }

  /**
   * A renamed key takes the place of one that has its new name, and its turn comes once more: Go adds it to the map that
   * it walks, and nearly always meets it again.
   */
  private object(object: JsonObject, path: string, depth: number): Traversed {
    let current: Record<string, Json> | undefined;
    const keys = new Set(Object.keys(object));
    for (const key of keys) {
      const source: JsonObject = current ?? object;
      const element = source[key];
      if (element === undefined || !Object.hasOwn(source, key)) continue;
      const renamed = this.key(key, path);
      if (typeof renamed !== 'string') return renamed;
      const visited = this.visit(element, `${path}/${key.replaceAll('/', '\\/')}`, depth + 1);
      if ('error' in visited) return visited;
      if (renamed === key && visited.value === element) continue;
      current ??= { ...object };
      if (renamed !== key) {
        delete current[key];
        keys.add(renamed);
      }
      setKey(current, renamed, visited.value);
    }
    return { value: current ?? object };
  }

  /** The key's new text; a key that becomes null stays as it was. */
  private key(key: string, path: string): string | { readonly error: string } {
    const acted = this.action(key, path);
    if ('error' in acted) return acted;
    if (acted.value === null) return key;
    if (typeof acted.value === 'string') return acted.value;
    return { error: `expected string after substituting variables in key "${key}"` };
  }
}

/**
 * Runs an action on all leaves and keys of a document, and on those of what it puts in their place. Unchanged parts are
 * not copied (Kyverno: engine/jsonutils/traverse.go). Lists and maps that are known to be `untouched` are not walked.
 */
export const traverse = (document: Json, action: LeafAction, untouched?: ReadonlySet<Json>): Traversed =>
  new Traversal(action, untouched).visit(document, '', 0);

/** Calls back for all leaves and keys, keys with the path of the object around them. */
export function forEachLeaf(document: Json, visit: (element: Json, path: string) => void): void {
  traverse(document, (element, path) => {
    visit(element, path);
    return { value: element };
  });
}

/** Whether a leaf or key holds the text. */
export function mentions(document: Json, text: string): boolean {
  const pending: Json[] = [document];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next === 'string') {
      if (next.includes(text)) return true;
    } else if (isList(next)) for (const item of next) pending.push(item);
    else if (isObject(next))
      for (const [key, item] of Object.entries(next)) {
        if (key.includes(text)) return true;
        pending.push(item);
      }
  }
  return false;
}

/** The largest lists and maps of a document in which neither leaf nor key holds the text. */
export function partsWithout(document: Json, text: string): ReadonlySet<Json> {
  const found = new Set<Json>();
  /** Whether the value, at this depth, is without the text; its parts are noted only if it is not. */
  const look = (value: Json, depth: number): boolean => {
    if (typeof value === 'string') return !value.includes(text);
    if (typeof value !== 'object' || value === null) return true;
    if (depth > MAX_DEPTH) return false;
    const items = isList(value) ? value : Object.values(value);
    const clean = items.filter((item) => look(item, depth + 1));
    if (
      clean.length === items.length &&
      (isList(value) || !Object.keys(value).some((key) => key.includes(text)))
    )
      return true;
    for (const item of clean) if (typeof item === 'object' && item !== null) found.add(item);
    return false;
  };
  if (look(document, 0)) found.add(document);
  return found;
}
