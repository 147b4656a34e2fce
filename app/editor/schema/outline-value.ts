import type { Json, PathSegment } from '../../../src/index.ts';
import type { OutlineEntry, OutlineNode } from './outline-node.ts';

const MAX_DEPTH = 100;

/** What an outline says, as data: scalars stay text. Only for finding out what a document is about. */
export function outlineValue(node: OutlineNode | undefined, depth = 0): Json {
  if (node === undefined || depth > MAX_DEPTH) return null;
  if (node.type === 'scalar') return node.text;
  if (node.type === 'list') return node.items.map((item) => outlineValue(item.value, depth + 1));
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, outlineValue(value, depth + 1)]));
}

/** The node at a path, or undefined as soon as a step is missing; the first of equal keys. */
export function outlineAt(
  root: OutlineNode | undefined,
  path: readonly PathSegment[],
): OutlineNode | undefined {
  let node = root;
  for (const step of path) {
    if (typeof step === 'number') node = node?.type === 'list' ? node.items[step]?.value : undefined;
    else node = node?.type === 'map' ? node.entries.find(({ key }) => key === step)?.value : undefined;
    if (node === undefined) return undefined;
  }
  return node;
}

/** What stands at an offset: a key or a scalar, and its path. */
export interface OutlineHit {
  readonly path: readonly PathSegment[];
  readonly part: 'key' | 'value';
  readonly start: number;
  readonly end: number;
}

/** The key or scalar at an offset, if there is one. */
export function outlineHit(root: OutlineNode | undefined, offset: number): OutlineHit | undefined {
  const path: PathSegment[] = [];
  let node = root;
  for (;;) {
    if (node === undefined) return undefined;
    if (node.type === 'scalar') {
      const { start, end, style } = node;
      return style !== 'block' && start <= offset && offset <= end
        ? { path, part: 'value', start, end }
        : undefined;
    }
    if (node.type === 'list') {
      const index = node.items.findLastIndex(({ start }) => start <= offset);
      if (index < 0) return undefined;
      path.push(index);
      node = node.items[index]?.value;
      continue;
    }
    const entry: OutlineEntry | undefined = node.entries.findLast(({ keyStart }) => keyStart <= offset);
    if (entry === undefined) return undefined;
    path.push(entry.key);
    if (offset <= entry.keyEnd) return { path, part: 'key', start: entry.keyStart, end: entry.keyEnd };
    node = entry.value;
  }
}
