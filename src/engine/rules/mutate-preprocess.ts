import type { Json } from '../../base/json.ts';
import {
  clearField,
  copyNode,
  fieldOf,
  isNull,
  type ListNode,
  type MapNode,
  type PatchNode,
  scalarText,
  setField,
  toJson,
} from '../../kubernetes/patch/patch-node.ts';
import { type Anchor, type AnchorType, parseAnchor } from './anchor.ts';
import { matchPattern } from './pattern.ts';

/** A condition that does not hold: of a list's element, which is then left alone, or of the whole patch. */
class ConditionFailure {
  readonly scope: 'element' | 'patch';
  constructor(scope: 'element' | 'patch') {
    this.scope = scope;
  }
}

const CONDITIONS: ReadonlySet<AnchorType> = new Set(['condition', 'global']);
const PROCESSED: ReadonlySet<AnchorType> = new Set(['condition', 'global', 'add']);
const ADD: ReadonlySet<AnchorType> = new Set(['add']);

/**
 * Carries out the anchors of a `patchStrategicMerge` against the resource: what is left is a plain patch. False if a
 * condition does not hold, so that nothing is to be patched (lifecycle A.11; mutate/patch/strategicPreprocessing.go). The
 * pattern is changed in place, in Kyverno's own order, because what one element's anchors do shows in the next.
 */
export function preprocessPatch(pattern: PatchNode, resource: PatchNode): boolean {
  if (process(pattern, resource) !== undefined) return false;
  if (pattern.kind === 'map') dropConditions(pattern);
  return true;
}

function process(pattern: PatchNode, resource: PatchNode | undefined): ConditionFailure | undefined {
  if (pattern.kind === 'map') return processMap(pattern, resource);
  if (pattern.kind === 'list' && pattern.items[0]?.kind === 'map') return processElements(pattern, resource);
  return undefined;
}

interface FoundAnchor extends Anchor {
  /** The key as written. */
  readonly text: string;
}

function anchorsOf(node: PatchNode, types: ReadonlySet<AnchorType>): readonly FoundAnchor[] {
  if (node.kind !== 'map') return [];
  return node.fields.flatMap(({ key }) => {
    const anchor = parseAnchor(key);
    return anchor !== undefined && types.has(anchor.type) ? [{ ...anchor, text: key }] : [];
  });
}

function processMap(pattern: MapNode, resource: PatchNode | undefined): ConditionFailure | undefined {
  addIfAbsent(pattern, resource);
  const failure = checkConditions(pattern, resource);
  if (failure !== undefined) return failure;
  const plain = pattern.fields.filter(({ key }) => {
    const anchor = parseAnchor(key);
    return anchor === undefined || !PROCESSED.has(anchor.type);
  });
  for (const { key, value } of plain) {
    const found = process(value, fieldOf(resource, key));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `+(key)`: goes where the resource has the key, becomes a plain key elsewhere. Says how many there were. */
function addIfAbsent(pattern: PatchNode, resource: PatchNode | undefined): number {
  const anchors = anchorsOf(pattern, ADD);
  if (pattern.kind !== 'map') return 0;
  for (const { text, key } of anchors)
    if (fieldOf(resource, key) === undefined) renameField(pattern, text, key);
    else clearField(pattern, text);
  return anchors.length;
}

function renameField(node: MapNode, from: string, to: string): void {
  const field = node.fields.find(({ key }) => key === from);
  if (field !== undefined) field.key = to;
}

function checkConditions(pattern: MapNode, resource: PatchNode | undefined): ConditionFailure | undefined {
  if (!holds(pattern, resource, 'global')) return new ConditionFailure('patch');
  return holds(pattern, resource, 'condition') ? undefined : new ConditionFailure('element');
}

function holds(pattern: MapNode, resource: PatchNode | undefined, type: AnchorType): boolean {
  for (const { text, key } of anchorsOf(pattern, new Set([type]))) {
    const actual = fieldOf(resource, key);
    const expected = fieldOf(pattern, text);
    if (actual === undefined || expected === undefined) return false;
    if (addIfAbsent(expected, actual) > 0) continue;
    if (matchPattern(conditionValue(actual), conditionValue(expected), 'float').status !== 'pass')
      return false;
  }
  return true;
}

/** Scalars are compared as texts. */
const conditionValue = (node: PatchNode): Json => (node.kind === 'scalar' ? scalarText(node) : toJson(node));

function hasAnchors(node: PatchNode, types: ReadonlySet<AnchorType>): boolean {
  if (node.kind === 'list') return node.items.some((item) => hasAnchors(item, types));
  if (node.kind === 'scalar') {
    const anchor = typeof node.value === 'string' ? parseAnchor(node.value) : undefined;
    return anchor !== undefined && CONDITIONS.has(anchor.type);
  }
  return node.fields.some(({ key, value }) => {
    const anchor = parseAnchor(key);
    return (anchor !== undefined && types.has(anchor.type)) || hasAnchors(value, types);
  });
}

/** An element with anchors becomes one element for each of the resource's that it applies to, found again by name. */
function processElements(pattern: ListNode, resource: PatchNode | undefined): ConditionFailure | undefined {
  const elements = resource?.kind === 'list' ? [...resource.items] : [];
  for (const element of [...pattern.items]) {
    if (!hasAnchors(element, PROCESSED)) continue;
    const failure = processElement(pattern, element, elements, isNull(resource));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function processElement(
  pattern: ListNode,
  element: PatchNode,
  resources: readonly PatchNode[],
  isAbsent: boolean,
): ConditionFailure | undefined {
  const isGlobal = hasAnchors(element, new Set(['global']));
  const copy = copyNode(element);
  let passed = false;
  let failure: ConditionFailure | undefined;
  for (const one of resources) {
    const found = process(copy, one);
    if (found !== undefined) {
      if (found.scope === 'patch') failure = found;
    } else if (isGlobal) passed = true;
    else appendFor(pattern, copy, one);
  }
  if (isAbsent) {
    const found = process(copy, undefined);
    if (found !== undefined) return found.scope === 'element' ? undefined : found;
    if (isGlobal) passed = true;
  }
  return passed ? undefined : failure;
}

/** Only elements with a name can be found again. */
function appendFor(pattern: ListNode, element: PatchNode, resource: PatchNode): void {
  const name = fieldOf(resource, 'name');
  if (isNull(name) || scalarText(name) === '') return;
  const made = copyNode(element);
  if (dropAnchors(made, true)) return;
  if (made.kind === 'map') setField(made, 'name', name);
  pattern.items.push(made);
}

/** Takes out all conditions, and whatever is empty then: it would empty the resource. */
function dropConditions(pattern: MapNode): void {
  for (const { key, value } of [...pattern.fields]) {
    const anchor = parseAnchor(key);
    const isCondition = anchor !== undefined && CONDITIONS.has(anchor.type);
    if (dropAnchors(value, isCondition)) clearField(pattern, key);
  }
}

/** Takes the anchors out of a value; true if nothing is left of it. */
function dropAnchors(node: PatchNode, dropsScalar: boolean): boolean {
  if (node.kind === 'scalar') return dropsScalar;
  return node.kind === 'map' ? dropFromMap(node) : dropFromList(node);
}

function dropFromMap(node: MapNode): boolean {
  const kept = anchorsOf(node, CONDITIONS).filter(({ text }) => {
    const value = fieldOf(node, text);
    if (value !== undefined && !dropAnchors(value, true)) return true;
    clearField(node, text);
    return false;
  });
  if (kept.length > 0) for (const { text, key } of anchorsOf(node, CONDITIONS)) renameField(node, text, key);
  let isEmpty = true;
  for (const { key, value } of [...node.fields])
    if (dropAnchors(value, false)) clearField(node, key);
    else isEmpty = false;
  return isEmpty;
}

/** Kyverno counts on while it removes: with several elements to remove, a later one goes in place of the next. */
function dropFromList(node: ListNode): boolean {
  const before = [...node.items];
  for (const [index, item] of before.entries())
    if (hasAnchors(item, PROCESSED) || dropAnchors(item, false)) node.items.splice(index, 1);
  return node.items.length === 0 && before.length > 0;
}
