import type { Json } from '../../../base/json.ts';
import { isObject } from '../../../base/json.ts';
import { matchWildcard } from '../../../kubernetes/wildcard.ts';
import { formatGo } from '../go-text.ts';
import { matchScalar, patternOperator } from '../scalar-pattern.ts';
import type { Operand } from './operand.ts';

/** Whether a text or a list is in a value; undefined when the value cannot be looked into. */
type Found = boolean | undefined;

const eitherMatches = (left: string, right: string): boolean =>
  matchWildcard(left, right) || matchWildcard(right, left);

const listTexts = (operand: Operand): readonly string[] =>
  (Array.isArray(operand.value) ? operand.value : []).map((item: Json) => formatGo(item, operand.numbers));

/** A single key as text: its numbers are float64. */
const keyText = (key: Json): string => formatGo(key, 'float');

const isSingle = (key: Json): boolean =>
  typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean';

/** A JSON text begins like this; saying so is much cheaper than a parser's complaint. */
const JSON_START = /^[\t\n\r ]*["[{\dtfn-]/;

function parseJson(text: string): Json | undefined {
  if (!JSON_START.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** A JSON list of texts written as a text; null elements read as ''. Undefined if it is JSON of another kind. */
function textsOfJson(json: Json): readonly string[] | undefined {
  if (json === null) return [];
  if (!Array.isArray(json)) return undefined;
  const texts = json.map((item: Json) => (item === null ? '' : item));
  return texts.every((item) => typeof item === 'string') ? texts : undefined;
}

/** The texts that a text value stands for: a JSON list of them, or itself. */
function textsOf(value: string): readonly string[] | undefined {
  const json = parseJson(value);
  return json === undefined ? [value] : textsOfJson(json);
}

function singleInText(key: string, value: string): Found {
  if (matchWildcard(value, key)) return true;
  if (patternOperator(value) === '-') return matchScalar(key, value);
  return textsOf(value)?.includes(key);
}

function singleIn(key: string, value: Operand): Found {
  if (typeof value.value === 'string') return singleInText(key, value.value);
  if (!Array.isArray(value.value)) return undefined;
  return listTexts(value).some((item) => eitherMatches(item, key));
}

/** How the elements of a list key are asked: some or every one, in or not in. */
interface Quantifier {
  readonly some: boolean;
  readonly negated: boolean;
}

function quantify(
  { some, negated }: Quantifier,
  keys: readonly string[],
  values: readonly string[],
): boolean {
  const test = (key: string): boolean => values.some((value) => eitherMatches(key, value)) !== negated;
  return some ? keys.some(test) : keys.every(test);
}

function quantifyRange({ some, negated }: Quantifier, keys: readonly string[], range: string): boolean {
  if (!some) return keys.every((key) => matchScalar(key, range) !== negated);
  // AnyNotIn asks for the complement range, and a text that is no number is in neither.
  const pattern = negated ? range.replace('-', '!-') : range;
  return keys.some((key) => matchScalar(key, pattern));
}

function listInText(quantifier: Quantifier, keys: readonly string[], value: string): Found {
  if (keys.length === 1 && keys[0] === value) return !quantifier.negated;
  if (patternOperator(value) === '-') return quantifyRange(quantifier, keys, value);
  const values = textsOf(value);
  return values && quantify(quantifier, keys, values);
}

function listIn(quantifier: Quantifier, key: Operand, value: Operand): Found {
  const keys = listTexts(key);
  if (typeof value.value === 'string') return listInText(quantifier, keys, value.value);
  if (Array.isArray(value.value)) return quantify(quantifier, keys, listTexts(value));
  if (quantifier.some && (typeof value.value === 'number' || typeof value.value === 'boolean'))
    return quantify(quantifier, keys, [keyText(value.value)]);
  return undefined;
}

function memberOf(quantifier: Quantifier, key: Operand, value: Operand): boolean {
  if (Array.isArray(key.value)) return listIn(quantifier, key, value) ?? false;
  if (!isSingle(key.value)) return false;
  const found = singleIn(keyText(key.value), value);
  return found === undefined ? false : found !== quantifier.negated;
}

/** AnyIn, AllIn, AnyNotIn, AllNotIn (lifecycle I.5). */
export const membership =
  (quantifier: Quantifier) =>
  (key: Operand, value: Operand): boolean =>
    memberOf(quantifier, key, value);

/** The set semantics of the deprecated In and NotIn: exact, and only texts. */
function textSet(value: Json): readonly string[] | undefined {
  if (Array.isArray(value))
    return value.every((item: Json) => typeof item === 'string') ? (value as readonly string[]) : undefined;
  if (typeof value !== 'string') return undefined;
  const json = parseJson(value);
  return json === undefined ? undefined : textsOfJson(json);
}

function deprecatedSingle(key: string, value: Operand): Found {
  if (Array.isArray(value.value)) return listTexts(value).some((item) => eitherMatches(item, key));
  if (typeof value.value !== 'string') return undefined;
  return matchWildcard(value.value, key) || textSet(value.value)?.includes(key);
}

function deprecatedList(keys: readonly Json[], value: Json, negated: boolean): boolean {
  // Kyverno crashes on elements that are no texts; they are in no set.
  if (keys.length === 1 && typeof value === 'string' && keys[0] === value) return true;
  const set = textSet(value);
  if (!set) return false;
  const isMember = (key: Json): boolean => typeof key === 'string' && set.includes(key);
  return negated ? keys.some((key) => !isMember(key)) : keys.every(isMember);
}

/** In and NotIn, deprecated (lifecycle I.5). */
export const deprecatedMembership =
  (negated: boolean) =>
  (key: Operand, value: Operand): boolean => {
    if (Array.isArray(key.value)) return deprecatedList(key.value, value.value, negated);
    if (isObject(key.value) || key.value === null) return false;
    const found = deprecatedSingle(keyText(key.value), value);
    return found === undefined ? false : found !== negated;
  };
