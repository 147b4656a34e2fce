import { isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { PathSegment } from '../base/json.ts';
import { isMergeKey } from './convert.ts';
import type { TextRange } from './diagnostic.ts';
import { keyText, resolvePlain } from './scalar.ts';

/** Finds the place of a value, or of its key; of the nearest ancestor that exists if the path ends early. */
export function locateNode(
  text: string,
  root: Node,
  aliases: ReadonlyMap<Node, Node>,
  path: readonly PathSegment[],
  part: 'key' | 'value',
): TextRange {
  const resolve = (node: Node): Node => aliases.get(node) ?? node;
  let node = root;
  let pair: Pair | undefined;
  for (const step of path) {
    const parent = resolve(node);
    if (typeof step === 'number') {
      const item = isSeq(parent) ? parent.items[step] : undefined;
      if (item === undefined) break;
      node = item as Node;
      pair = undefined;
    } else {
      const found = isMap(parent) ? findPair(parent.items, step, resolve) : undefined;
      if (found === undefined) break;
      pair = found;
      node = (found.value ?? found.key) as Node;
    }
  }
  const chosen = part === 'key' && pair !== undefined ? (pair.key as Node) : node;
  return trimmed(text, chosen);
}

function findPair(items: readonly unknown[], name: string, resolve: (node: Node) => Node): Pair | undefined {
  const pairs = items.filter((item) => isPair(item));
  const own = pairs.findLast((pair) => !isMergeKey(pair.key) && nameOf(pair.key, resolve) === name);
  if (own !== undefined) return own;
  for (const pair of pairs.filter(({ key }) => isMergeKey(key)).toReversed()) {
    const merged = resolve(pair.value as Node);
    const maps = isSeq(merged) ? merged.items.map((item) => resolve(item as Node)) : [merged];
    for (const map of maps) {
      const found = isMap(map) ? findPair(map.items, name, resolve) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function nameOf(key: unknown, resolve: (node: Node) => Node): string | undefined {
  const node = resolve(key as Node);
  if (!isScalar(node)) return undefined;
  const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
  return node.type === 'PLAIN' && node.tag === undefined ? keyText(resolvePlain(text)) : text;
}

/** A node's range without the line breaks that block collections end with. */
function trimmed(text: string, node: Node): TextRange {
  const [start, end] = node.range ?? [0, 0];
  let stop = Math.max(end, start);
  while (stop > start && /\s/.test(text[stop - 1] ?? '')) stop -= 1;
  return { start, end: stop };
}
