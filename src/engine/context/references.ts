import type { Json } from '../../base/json.ts';
import { cleanPath } from '../../expressions/jmespath/go-strings.ts';
import { formatGo } from '../../expressions/jmespath/value.ts';
import { forEachLeaf, type Traversed, traverse } from './traversal.ts';
import { findReferences, leftoverOf, unescapeReferences } from './variable-pattern.ts';

const ANCHOR = /^\s*[+<=X^]?\((.+)\)\s*$/;

/** The path without the anchors around its keys (anchor.RemoveAnchorsFromPath). */
function withoutAnchors(path: string): string {
  const absolute = path.startsWith('/');
  const parts = (absolute ? path.slice(1) : path).split('/');
  const joined = parts
    .map((part) => ANCHOR.exec(part)?.[1] ?? part)
    .filter((part) => part !== '')
    .join('/');
  const cleaned = joined === '' ? '' : cleanPath(joined);
  return absolute ? `/${cleaned}` : cleaned;
}

/** Leaves and keys of a document by path; where several share one, Go takes any of them and we the last. */
function indexOf(document: Json): ReadonlyMap<string, Json> {
  const index = new Map<string, Json>();
  forEachLeaf(document, (element, path) => index.set(withoutAnchors(path), element));
  return index;
}

const RANGE_BOUND = '[-|+]?\\d+(?:\\.\\d+)?[A-Za-z]*';
const NOT_IN_RANGE = new RegExp(`^${RANGE_BOUND}!-${RANGE_BOUND}$`);
const IN_RANGE = new RegExp(`^${RANGE_BOUND}-${RANGE_BOUND}$`);

/** The comparison operator in front of a path (engine/operator). */
function operatorOf(path: string): string {
  if (path.length < 2) return '';
  const leading = ['>=', '<=', '>', '<', '!'].find((operator) => path.startsWith(operator));
  if (leading !== undefined) return leading;
  if (NOT_IN_RANGE.test(path)) return '!-';
  return IN_RANGE.test(path) ? '-' : '';
}

const joinPath = (base: string, path: string): string =>
  cleanPath([base, path].filter((part) => part !== '').join('/'));

function textOfValue(value: Json, operator: string): Traversed {
  if (typeof value === 'string') return { value };
  if (typeof value === 'number') return { value: value.toFixed(6) };
  return {
    error: `incorrect expression: operator ${operator} does not match with value ${formatGo(value)}`,
  };
}

function resolve(reference: string, at: string, index: ReadonlyMap<string, Json>): Traversed {
  const path = reference.replace(/^[$()]+/, '').replace(/[$()]+$/, '');
  const operator = operatorOf(path);
  const target = path.slice(operator.length);
  if (target === '') return { error: 'expected path, found empty reference' };
  const value = index.get(target.startsWith('/') ? target : joinPath(at, target)) ?? null;
  if (operator === '') return { value };
  const text = textOfValue(value, operator);
  return 'error' in text ? text : { value: `${operator}${text.value}` };
}

function substituteOne(text: string, path: string, index: () => ReadonlyMap<string, Json>): Traversed {
  let value = text;
  for (const found of findReferences(text)) {
    const reference = leftoverOf(found.prefix) + found.text;
    const resolved = resolve(reference, path, index());
    if ('error' in resolved)
      return { error: `failed to resolve ${reference} at path ${path}: ${resolved.error}` };
    if (resolved.value === null)
      return { error: `got nil resolved variable ${reference} at path ${path}: <nil>` };
    if (typeof resolved.value !== 'string')
      return {
        error: `NotResolvedReferenceErr,reference ${reference} not resolved at path ${path}`,
      };
    const replacement = found.prefix + resolved.value;
    value = value.replace(found.prefix + found.text, () => replacement);
  }
  return { value: unescapeReferences(value) };
}

/** Replaces `$(path)` by the text at that path of the same document, once (lifecycle I.3). */
export function substituteReferences(document: Json): Traversed {
  let index: ReadonlyMap<string, Json> | undefined;
  const lazyIndex = (): ReadonlyMap<string, Json> => {
    index ??= indexOf(document);
    return index;
  };
  return traverse(document, (element, path) =>
    typeof element === 'string' && element.includes('$(')
      ? substituteOne(element, path, lazyIndex)
      : { value: element },
  );
}
