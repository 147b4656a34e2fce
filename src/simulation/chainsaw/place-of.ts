import { isObject, type Json, type PathSegment } from '../../base/json.ts';

/**
 * Where in an assertion tree a difference is: its path is a text (`spec.containers[0].image`) whose keys may hold dots and
 * brackets themselves (`(length(items))`), so it is read along the tree. Indices of elements that a key with `~.` goes
 * through are not in the tree. Ends where path and tree part.
 */
export function placeOf(path: string, tree: Json): readonly PathSegment[] {
  const place: PathSegment[] = [];
  let rest = path;
  let at = tree;
  for (;;) {
    const index = /^\[([^\]]*)\]/.exec(rest);
    if (Array.isArray(at) && index !== null) {
      const number = Number(index[1]);
      const item: Json | undefined = (at as readonly Json[])[number];
      if (item === undefined) return place;
      place.push(number);
      at = item;
      rest = rest.slice(index[0].length);
      continue;
    }
    if (!isObject(at)) return place;
    const inner = index === null ? rest : rest.slice(index[0].length);
    const text = inner.startsWith('.') ? inner.slice(1) : inner;
    const [found] = Object.entries(at)
      .filter(([key]) => text === key || text.startsWith(`${key}.`) || text.startsWith(`${key}[`))
      .sort(([left], [right]) => right.length - left.length);
    if (found === undefined) return place;
    place.push(found[0]);
    at = found[1];
    rest = text.slice(found[0].length);
  }
}
