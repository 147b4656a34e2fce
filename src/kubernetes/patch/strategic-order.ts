import { equal, get, type Json } from '../../base/json.ts';

/**
 * The order of a merged list (apimachinery, normalizeElementOrder): elements that the patch names keep the patch's order,
 * the others keep the live order, and the two are woven together by the live order as far as it knows both. What is new
 * and has no place in the live list comes first.
 */
export function orderElements(
  merged: readonly Json[],
  patchOrder: readonly Json[],
  liveOrder: readonly Json[],
  mergeKey: string,
): readonly Json[] {
  const identity = (item: Json): Json => (mergeKey === '' ? item : (get(item, mergeKey) ?? null));
  const placeIn = (list: readonly Json[]): ((item: Json) => number) => {
    const ids = list.map(identity);
    return (item) => ids.findIndex((id) => equal(id, identity(item)));
  };
  const inPatch = placeIn(patchOrder);
  const inLive = placeIn(liveOrder);
  const named = sortBy(
    merged.filter((item) => inPatch(item) >= 0),
    inPatch,
  );
  const others = sortBy(
    merged.filter((item) => inPatch(item) < 0),
    inLive,
  );
  return weave(others, named, inLive);
}

function sortBy(items: readonly Json[], place: (item: Json) => number): readonly Json[] {
  const placed = items.map((item) => ({ item, at: place(item) }));
  return placed.toSorted((left, right) => left.at - right.at).map(({ item }) => item);
}

function weave(
  others: readonly Json[],
  named: readonly Json[],
  inLive: (item: Json) => number,
): readonly Json[] {
  const result: Json[] = [];
  let i = 0;
  let j = 0;
  while (i < others.length || j < named.length) {
    const other = others[i];
    const name = named[j];
    const otherFirst =
      other !== undefined &&
      (name === undefined || (inLive(name) >= 0 && inLive(other) >= 0 && inLive(other) < inLive(name)));
    if (otherFirst) {
      result.push(other);
      i += 1;
    } else {
      if (name !== undefined) result.push(name);
      j += 1;
    }
  }
  return result;
}
