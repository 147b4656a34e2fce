import type { Json, JsonObject, PathSegment } from '../../base/json.ts';
import { get, isObject, setKey } from '../../base/json.ts';
import { oncePerObject } from '../../base/remember.ts';
import type { NumberKind } from '../match/go-text.ts';
import { formatGo, goType } from '../match/go-text.ts';
import { matchScalar } from '../match/scalar-pattern.ts';
import type { Anchor } from './anchor.ts';
import { parseAnchor } from './anchor.ts';
import { expandMetadata, metadataKeyOf } from './metadata-wildcards.ts';

/** Where the walk stands: in the resource (as Kyverno prints it) and in the pattern. */
interface Place {
  readonly parent: Place | undefined;
  /** Key or index in the resource. */
  readonly key: string;
  /** Key or index in the pattern; undefined where the resource alone is stepped into. */
  readonly step: PathSegment | undefined;
}

/** Which anchor caused a failure; `plain`: none; `skipped`: everything below was left out by conditions. */
type FailureKind = 'condition' | 'global' | 'negation' | 'plain' | 'skipped';

interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** Path that Kyverno reports; may be empty. */
  readonly path: string;
  readonly place: Place;
  readonly expected?: Json;
  readonly actual?: Json;
}

/** Result of a pattern against a resource (engine/validate MatchPattern). */
export type PatternResult =
  | { readonly status: 'pass' }
  | {
      /** `skip`: a condition of the pattern does not apply. `error`: a failure whose path Kyverno does not know. */
      readonly status: 'fail' | 'skip' | 'error';
      /** Kyverno's text. */
      readonly message: string;
      /** `/metadata/labels/team/`; empty for skip and error. */
      readonly path: string;
      /** Where the pattern says it, below the pattern's root. */
      readonly patternPath: readonly PathSegment[];
      readonly expected?: Json;
      readonly actual?: Json;
    };

interface Walk {
  /** Conditional, existence and negation anchors: whether their key was seen anywhere in the resource. */
  readonly anchors: Map<string, boolean>;
  /** Expanded metadata of a pattern map; Kyverno expands in place, so a second look sees the first one's result. */
  readonly expanded: Map<JsonObject, JsonObject>;
  readonly numbers: NumberKind;
  depth: number;
}

const CONDITION_TEXT = 'conditional anchor mismatch';
const GLOBAL_TEXT = 'global anchor mismatch';
const NEGATION_TEXT = 'negation anchor matched in resource';

/** Deeper than any manifest that can be read; only a guard against running out of stack. */
const MAX_DEPTH = 1000;

/** Kyverno recognises anchor errors by type or, once wrapped, by their text. */
function isSkip({ kind, message }: Failure): boolean {
  if (kind === 'condition' || kind === 'global') return true;
  return kind !== 'negation' && (message.includes(CONDITION_TEXT) || message.includes(GLOBAL_TEXT));
}

const isNegation = ({ kind, message }: Failure): boolean =>
  kind === 'negation' || ((kind === 'plain' || kind === 'skipped') && message.includes(NEGATION_TEXT));

const into = (parent: Place, key: string, step: PathSegment): Place => ({ parent, key, step });

/** `/spec/containers/0/`: written only where something fails. */
function textOf(place: Place): string {
  const keys: string[] = [];
  for (let at = place; at.parent; at = at.parent) keys.push(`${at.key}/`);
  return `/${keys.reverse().join('')}`;
}

const fail = (place: Place, message: string, expected?: Json, actual?: Json): Failure => ({
  kind: 'plain',
  message,
  path: textOf(place),
  place,
  ...(expected === undefined ? {} : { expected }),
  ...(actual === undefined ? {} : { actual }),
});

/** Skips of siblings or elements, joined into one that stands for the whole map or list. */
function skipped(place: Place, skips: readonly Failure[]): Failure {
  const last = skips.at(-1);
  return {
    ...(last ?? fail(place, '')),
    kind: 'skipped',
    message: skips.map((failure) => failure.message).join('; '),
    path: textOf(place),
  };
}

function noteAnchors(pattern: JsonObject, resource: JsonObject, walk: Walk): void {
  for (const { key, anchor } of planMap(pattern).noted) {
    if (!anchor || walk.anchors.get(key) === true) continue;
    walk.anchors.set(key, Object.hasOwn(resource, anchor.key));
  }
}

const keysAreMissing = (walk: Walk): boolean =>
  [...walk.anchors].some(([key, seen]) => !seen && parseAnchor(key)?.type !== 'negation');

function matchElement(
  actual: Json | undefined,
  pattern: Json,
  place: Place,
  walk: Walk,
): Failure | undefined {
  if (walk.depth >= MAX_DEPTH) return fail(place, `failed at '${textOf(place)}', pattern is too deep`);
  walk.depth += 1;
  const failure = matchByType(actual, pattern, place, walk);
  walk.depth -= 1;
  return failure;
}

function matchByType(actual: Json | undefined, pattern: Json, place: Place, walk: Walk): Failure | undefined {
  if (isObject(pattern)) {
    if (isObject(actual)) {
      noteAnchors(pattern, actual, walk);
      return matchMap(actual, pattern, place, walk);
    }
    const types = `Expected ${goType(pattern, 'int')}, found ${goType(actual, walk.numbers)}`;
    const message = `pattern and resource have different structures. Path: ${textOf(place)}. ${types}`;
    return fail(place, message, pattern, actual);
  }
  if (Array.isArray(pattern)) {
    if (Array.isArray(actual)) return matchList(actual, pattern, place, walk);
    const message = `validation rule failed at path ${textOf(place)}, resource does not satisfy the expected overlay pattern`;
    return fail(place, message, pattern, actual);
  }
  const fits = Array.isArray(actual)
    ? (actual as readonly Json[]).every((value) => matchScalar(value, pattern, walk.numbers))
    : matchScalar(actual, pattern, walk.numbers);
  if (fits) return undefined;
  const found = formatGo(actual, walk.numbers);
  const texts = `resource value '${found}' does not match '${formatGo(pattern, 'int')}'`;
  return fail(place, `${texts} at path ${textOf(place)}`, pattern, actual);
}

/** A pattern map as it stands now: with the metadata keys expanded for this resource. */
function expandMap(pattern: JsonObject, resource: JsonObject, walk: Walk): JsonObject {
  if (planMap(pattern).metadataKey === undefined) return pattern;
  const known = walk.expanded.get(pattern) ?? pattern;
  const expansion = expandMetadata(known, resource);
  if (!expansion) return known;
  const result: Record<string, Json> = { ...known };
  setKey(result, expansion.key, expansion.metadata);
  walk.expanded.set(pattern, result);
  return result;
}

/** Conditions, existence, equality and negation come first; global and add-if-not-present anchors count as plain. */
const comesFirst = (anchor: Anchor | undefined): boolean =>
  anchor !== undefined && anchor.type !== 'global' && anchor.type !== 'add';

interface PlannedKey {
  readonly key: string;
  readonly anchor: Anchor | undefined;
}

/** A map of a pattern, prepared: its keys in the order in which they are looked at. */
interface MapPlan {
  readonly first: readonly PlannedKey[];
  readonly rest: readonly PlannedKey[];
  /** Anchors whose keys must be seen somewhere in the resource. */
  readonly noted: readonly PlannedKey[];
  readonly metadataKey: string | undefined;
}

const isNoted = ({ anchor }: PlannedKey): boolean =>
  anchor?.type === 'condition' || anchor?.type === 'existence' || anchor?.type === 'negation';

const planMap = oncePerObject((pattern: JsonObject): MapPlan => {
  const keys = Object.keys(pattern)
    .sort()
    .map((key): PlannedKey => ({ key, anchor: parseAnchor(key) }));
  return {
    first: keys.filter(({ anchor }) => comesFirst(anchor)),
    rest: orderPlain(
      keys.filter(({ anchor }) => !comesFirst(anchor)),
      pattern,
    ),
    noted: keys.filter(isNoted),
    metadataKey: metadataKeyOf(pattern),
  };
});

function matchMap(actual: JsonObject, original: JsonObject, place: Place, walk: Walk): Failure | undefined {
  const pattern = expandMap(original, actual, walk);
  const { first, rest } = planMap(pattern);
  const failure = first.length === 0 ? undefined : matchAnchors(actual, pattern, first, place, walk);
  if (failure) return failure;
  for (const key of rest) {
    const found = matchKey(actual, key, pattern[key.key] ?? null, place, walk);
    if (found) return found;
  }
  return undefined;
}

function matchAnchors(
  actual: JsonObject,
  pattern: JsonObject,
  keys: readonly PlannedKey[],
  place: Place,
  walk: Walk,
): Failure | undefined {
  const skips: Failure[] = [];
  let applied = 0;
  // A skip by an anchor of this very map outweighs failures of its siblings; one from below does not.
  const ownSkip = (): boolean => skips.some((skip) => skip.kind !== 'skipped');
  for (const key of keys) {
    const failure = matchKey(actual, key, pattern[key.key] ?? null, place, walk);
    if (!failure) applied += 1;
    else if (isSkip(failure)) skips.push(failure);
    else if (!ownSkip()) return failure;
  }
  return skips.length > 0 && (applied === 0 || ownSkip()) ? skipped(place, skips) : undefined;
}

/** Lists and maps of patterns that are known to hold no anchors. */
const plain = new WeakSet<JsonObject | readonly Json[]>();

/** Whether an anchor stands anywhere below; what was found plain is remembered, for its parts are asked next. */
function hasAnchors(pattern: Json): boolean {
  if (typeof pattern !== 'object' || pattern === null || plain.has(pattern)) return false;
  const open: Json[] = [pattern];
  const visited: (JsonObject | readonly Json[])[] = [];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (Array.isArray(item)) {
      visited.push(item);
      for (const child of item as readonly Json[]) open.push(child);
    } else if (isObject(item)) {
      visited.push(item);
      for (const [key, child] of Object.entries(item)) {
        const anchor = parseAnchor(key);
        if (anchor && anchor.type !== 'add') return true;
        open.push(child);
      }
    }
  }
  for (const item of visited) plain.add(item);
  return false;
}

/** Keys with anchors inside and global anchors go first, the last one of the alphabet foremost. */
function orderPlain(sorted: readonly PlannedKey[], pattern: JsonObject): readonly PlannedKey[] {
  const front: PlannedKey[] = [];
  const back: PlannedKey[] = [];
  for (const planned of sorted) {
    const isFront = planned.anchor?.type === 'global' || hasAnchors(pattern[planned.key] ?? null);
    if (isFront) front.push(planned);
    else back.push(planned);
  }
  return [...front.reverse(), ...back];
}

function matchKey(
  actual: JsonObject,
  { key, anchor }: PlannedKey,
  pattern: Json,
  place: Place,
  walk: Walk,
): Failure | undefined {
  if (!anchor || anchor.type === 'add') return matchPlainKey(actual, key, pattern, place, walk);
  const next = into(place, anchor.key, key);
  if (!Object.hasOwn(actual, anchor.key)) {
    if (anchor.type !== 'condition') return undefined;
    const message = `${CONDITION_TEXT}: conditional anchor key doesn't exist in the resource`;
    return { ...fail(next, message, pattern), kind: 'condition' };
  }
  const value = get(actual, anchor.key);
  switch (anchor.type) {
    case 'negation':
      return { ...fail(next, `${NEGATION_TEXT}: ${textOf(next)} is not allowed`), kind: 'negation' };
    case 'equality':
      return matchElement(value, pattern, next, walk);
    case 'existence':
      return matchExistence(value, pattern, next, walk);
    default:
      return asCondition(matchElement(value, pattern, next, walk), anchor.type);
  }
}

function asCondition(failure: Failure | undefined, kind: 'condition' | 'global'): Failure | undefined {
  if (!failure) return undefined;
  return {
    ...failure,
    kind,
    message: `${kind === 'condition' ? CONDITION_TEXT : GLOBAL_TEXT}: ${failure.message}`,
  };
}

function matchPlainKey(
  actual: JsonObject,
  key: string,
  pattern: Json,
  place: Place,
  walk: Walk,
): Failure | undefined {
  const value = get(actual, key);
  const next = into(place, key, key);
  if (pattern !== '*') return matchElement(value, pattern, next, walk);
  if (value !== undefined && value !== null) return undefined;
  // Kyverno blames the parent here.
  const path = textOf(place);
  return { ...fail(next, `${path}/${key} not found`, pattern), path };
}

function matchExistence(
  value: Json | undefined,
  pattern: Json,
  place: Place,
  walk: Walk,
): Failure | undefined {
  if (!Array.isArray(value)) {
    const type = goType(value, walk.numbers);
    const message = `invalid resource type ${type}: Existence ^ () anchor can be used only on list/array type resource`;
    return fail(place, message, pattern, value);
  }
  const type = goType(pattern, 'int');
  if (!Array.isArray(pattern)) {
    const message = `invalid pattern type ${type}: Pattern has to be of list to compare against resource`;
    return fail(place, message, pattern, value);
  }
  for (const [index, wanted] of (pattern as readonly Json[]).entries()) {
    if (!isObject(wanted)) {
      const message = `invalid pattern type ${type}: Pattern has to be of type map to compare against items in resource`;
      return fail(place, message, pattern, value);
    }
    const exists = (value as readonly Json[]).some(
      (element, position) => !matchElement(element, wanted, into(place, String(position), index), walk),
    );
    if (!exists)
      return fail(place, `existence anchor validation failed at path ${textOf(place)}`, pattern, value);
  }
  return undefined;
}

function matchList(
  actual: readonly Json[],
  pattern: readonly Json[],
  place: Place,
  walk: Walk,
): Failure | undefined {
  const [first] = pattern;
  if (first === undefined) return fail(place, 'pattern Array empty', pattern, actual);
  if (isObject(first))
    return matchEach(
      actual.map((element, index) => [element, first, into(place, String(index), 0)]),
      place,
      walk,
    );
  if (!Array.isArray(first)) return matchElement(actual, first, place, walk);
  if (actual.length < pattern.length) {
    const message = `validate Array failed, array length mismatch, resource Array len is ${actual.length} and pattern Array len is ${pattern.length}`;
    return { ...fail(place, message, pattern, actual), path: '' };
  }
  return matchEach(
    pattern.map((wanted, index) => [actual[index], wanted, into(place, String(index), index)]),
    place,
    walk,
  );
}

/** Every pair must match; those that a condition leaves out do not count, unless all are left out. */
function matchEach(
  pairs: readonly (readonly [Json | undefined, Json, Place])[],
  place: Place,
  walk: Walk,
): Failure | undefined {
  const skips: Failure[] = [];
  for (const [actual, pattern, next] of pairs) {
    const failure = matchElement(actual, pattern, next, walk);
    if (failure && !isSkip(failure)) return failure;
    if (failure) skips.push(failure);
  }
  return skips.length > 0 && skips.length === pairs.length ? skipped(place, skips) : undefined;
}

function pathOf(place: Place): readonly PathSegment[] {
  const path: PathSegment[] = [];
  for (let at: Place | undefined = place; at; at = at.parent)
    if (at.step !== undefined) path.unshift(at.step);
  return path;
}

/**
 * Matches a resource against a structure pattern, variables already substituted (lifecycle I.7). `numbers` is how Go
 * holds the resource's whole numbers: `int` for objects of a request, `float` for elements of a foreach.
 */
export function matchPattern(
  resource: Json | undefined,
  pattern: Json,
  numbers: NumberKind = 'int',
): PatternResult {
  const walk: Walk = { anchors: new Map(), expanded: new Map(), numbers, depth: 0 };
  const failure = matchElement(resource, pattern, { parent: undefined, key: '', step: undefined }, walk);
  if (!failure) return { status: 'pass' };
  const { message, place, expected, actual } = failure;
  const found = {
    message,
    patternPath: pathOf(place),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
  if (isSkip(failure)) return { status: 'skip', path: '', ...found };
  const path = !isNegation(failure) && keysAreMissing(walk) ? '' : failure.path;
  return { status: path === '' ? 'error' : 'fail', path, ...found };
}
