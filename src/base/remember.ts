/**
 * A pure function of an object that is never changed in place: its answer is prepared once and lives as long as the
 * object. So what a policy says is read once, however many resources it is held against.
 */
export function oncePerObject<K extends object, V>(prepare: (key: K) => V): (key: K) => V {
  const prepared = new WeakMap<K, V>();
  return (key) => {
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const made = prepare(key);
    prepared.set(key, made);
    return made;
  };
}

/** Longer texts are not worth their place. */
const MAX_LENGTH = 20_000;

/**
 * A pure function of a text that remembers the answers for the texts asked for lately: at least the last `size`, at most
 * twice as many.
 */
export function rememberRecent<V>(size: number, compute: (text: string) => V): (text: string) => V {
  let recent = new Map<string, V>();
  let older = new Map<string, V>();
  return (text) => {
    const known = recent.get(text);
    if (known !== undefined) return known;
    const answer = older.get(text) ?? compute(text);
    if (text.length > MAX_LENGTH) return answer;
    if (recent.size >= size) {
      older = recent;
      recent = new Map();
    }
    recent.set(text, answer);
    return answer;
  };
}
