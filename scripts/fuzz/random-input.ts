import { parseAllDocuments } from 'yaml';
import type { Random } from '../../src/base/random.ts';
import { LARGE_TEXTS, PIECES, TEXTS, VALUES } from './hostile.ts';

/** A number from 0 up to, not including, `limit`. */
const below = (random: Random, limit: number): number => Math.floor(random() * limit);

function pick<T>(random: Random, list: readonly T[]): T {
  if (list.length === 0) throw new Error('nothing to pick from');
  return list[below(random, list.length)] as T;
}

/** A text made of the corpus: changed letters, a changed tree, words of it in another order, or something hostile. */
export function randomInput(random: Random, corpus: readonly string[], large: boolean): string {
  const kind = random();
  if (kind < 0.02) return pick(random, large ? TEXTS : TEXTS.slice(0, -LARGE_TEXTS))();
  if (kind < 0.12) return soup(random, pick(random, corpus));
  if (kind < 0.5) return changedTree(random, corpus) ?? changedText(random, corpus);
  return changedText(random, corpus);
}

function changedText(random: Random, corpus: readonly string[]): string {
  let text = pick(random, corpus);
  for (let left = 1 + below(random, 5); left > 0; left -= 1) text = changeOnce(random, text, corpus);
  return text;
}

function changeOnce(random: Random, text: string, corpus: readonly string[]): string {
  const start = below(random, text.length + 1);
  const end = Math.min(text.length, start + below(random, pick(random, [2, 8, 80])));
  const [before, taken, after] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  switch (below(random, 8)) {
    case 0:
      return before + after;
    case 1:
      return before + taken + taken + after;
    case 2:
      return before + pick(random, PIECES) + after;
    case 3:
      return before + pick(random, PIECES) + taken + after;
    case 4: {
      const other = pick(random, corpus);
      const from = below(random, other.length + 1);
      return before + other.slice(from, from + below(random, 200)) + after;
    }
    case 5:
      return before + String.fromCharCode(below(random, pick(random, [128, 0x10000]))) + after;
    case 6:
      return text.slice(0, start) || text;
    default:
      return swapLines(random, text);
  }
}

function swapLines(random: Random, text: string): string {
  const lines = text.split('\n');
  const [from, to] = [below(random, lines.length), below(random, lines.length)];
  const moved = lines.splice(from, 1);
  lines.splice(to, 0, ...moved.map((line) => (random() < 0.5 ? line : ` ${line}`)));
  return lines.join('\n');
}

/** Words and signs of a text, some left out, some twice, in any order. */
function soup(random: Random, text: string): string {
  const words = text.match(/\w+|\s+|[^\w\s]/g) ?? [''];
  const count = 1 + below(random, Math.min(60, words.length * 2));
  return Array.from({ length: count }, () =>
    random() < 0.05 ? pick(random, PIECES) : pick(random, words),
  ).join('');
}

/** The documents of a text with something else in some places; undefined if there is no tree in it. */
function changedTree(random: Random, corpus: readonly string[]): string | undefined {
  const trees = treesOf(pick(random, corpus));
  const others = treesOf(pick(random, corpus));
  if (trees === undefined || others === undefined) return undefined;
  const donors = [...VALUES, ...others.flatMap((tree) => partsOf(tree))];
  const changed = trees.map((tree) => {
    let result = tree;
    for (let left = 1 + below(random, 3); left > 0; left -= 1)
      result = changePart(random, result, below(random, partsOf(result).length), donors);
    return result;
  });
  return changed.map((tree) => JSON.stringify(tree) ?? 'null').join('\n---\n');
}

const trees = new Map<string, readonly unknown[] | undefined>();

function treesOf(text: string): readonly unknown[] | undefined {
  if (trees.has(text)) return trees.get(text);
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  const read = Array.isArray(documents)
    ? documents.filter(({ errors }) => errors.length === 0).map((document) => document.toJS() as unknown)
    : [];
  const found = read.some((tree) => typeof tree === 'object' && tree !== null) ? read : undefined;
  trees.set(text, found);
  return found;
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A value and all that is in it. */
function partsOf(value: unknown): unknown[] {
  const parts = [value];
  for (let at = 0; at < parts.length && parts.length < 5000; at += 1) {
    const part = parts[at];
    if (isTree(part)) parts.push(...Object.values(part));
  }
  return parts;
}

/** The value with its part of this number (in the order of a walk) replaced, left out, doubled or renamed. */
function changePart(random: Random, value: unknown, at: number, donors: readonly unknown[]): unknown {
  let number = -1;
  const walk = (part: unknown): unknown => {
    number += 1;
    if (number === at) return random() < 0.8 ? pick(random, donors) : part;
    if (Array.isArray(part)) {
      const items = part.map(walk);
      return random() < 0.02 ? [...items, ...items] : items;
    }
    if (!isTree(part)) return part;
    const entries = Object.entries(part).flatMap(([key, item]): [string, unknown][] => {
      const inside = walk(item);
      const dice = random();
      if (dice < 0.01) return [];
      return [[dice < 0.02 ? pick(random, PIECES) : key, inside]];
    });
    // `__proto__` is a key like any other.
    return Object.fromEntries(entries);
  };
  return walk(value);
}
