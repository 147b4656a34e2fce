import type { PathSegment } from '../../base/json.ts';
import { get, getList, getObject, getString, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { isSet } from '../go-types.ts';

/** What is wrong with what a rule does: Kyverno's path below the action, its text, and the place below the rule. */
export interface ActionProblem {
  readonly at: string;
  readonly error: string;
  readonly path: readonly PathSegment[];
}

const CEL_ONLY = 'celPrecondition can only be used with validate.cel';
const ONE_PATCH = 'only one of `patchStrategicMerge` or `patchesJson6902` is allowed';

const given = (value: Json | undefined, name: string): boolean => get(value, name) !== undefined;

/** A mutate rule (pkg/policy/mutate). */
export function checkMutateAction(rule: JsonObject): ActionProblem | undefined {
  const mutate = get(rule, 'mutate');
  const foreach = getList(mutate, 'foreach');
  const strategic = given(mutate, 'patchStrategicMerge');
  const json = given(mutate, 'patchesJson6902');
  const path = ['mutate'];
  if (foreach.length > 0)
    return strategic || json
      ? {
          at: 'foreach',
          error: 'only one of `foreach`, `patchStrategicMerge`, or `patchesJson6902` is allowed',
          path,
        }
      : checkForeachPatches(foreach, '', ['mutate', 'foreach']);
  if (strategic && json) return { at: 'foreach', error: ONE_PATCH, path };
  return given(rule, 'celPreconditions')
    ? { at: '', error: CEL_ONLY, path: ['celPreconditions'] }
    : undefined;
}

function checkForeachPatches(
  foreach: readonly Json[],
  tag: string,
  path: readonly PathSegment[],
): ActionProblem | undefined {
  let at = tag;
  for (const [index, one] of foreach.entries()) {
    at += `foreach[${index}]`;
    const nested = getList(one, 'foreach');
    const here = [...path, index];
    if (nested.length > 0) {
      const others = ['context', 'preconditions', 'patchesJson6902', 'patchStrategicMerge'];
      return others.some((name) => given(one, name))
        ? { at, error: 'a nested foreach cannot contain other declarations', path: here }
        : checkForeachPatches(nested, at, [...here, 'foreach']);
    }
    if (given(one, 'patchesJson6902') === given(one, 'patchStrategicMerge'))
      return { at, error: ONE_PATCH, path: here };
  }
  return undefined;
}

const ELEMENTS = ['pattern', 'anyPattern', 'deny', 'foreach', 'podSecurity', 'cel'] as const;
const PATTERN_ANCHORS = '=X^<';

/** A validate rule (pkg/policy/validate). `raw` is the rule as written: an empty foreach counts there. */
export function checkValidateAction(rule: JsonObject, raw: JsonObject): ActionProblem | undefined {
  const validate = getObject(rule, 'validate');
  const path = ['validate'];
  const attestors = getList(getObject(validate, 'manifests'), 'attestors').length > 0 ? 1 : 0;
  const emptyForeach =
    !given(validate, 'foreach') && Array.isArray(get(getObject(raw, 'validate'), 'foreach'));
  const count = ELEMENTS.filter((name) => given(validate, name)).length + attestors + (emptyForeach ? 1 : 0);
  if (count === 0)
    return { at: '', error: 'one of pattern, anyPattern, deny, foreach, cel must be specified', path };
  if (count > 1)
    return { at: '', error: 'only one of pattern, anyPattern, deny, foreach, cel can be specified', path };
  return (
    checkPatterns(validate) ??
    checkForeachValidations(validate) ??
    (given(rule, 'celPreconditions') && !given(validate, 'cel')
      ? { at: '', error: CEL_ONLY, path: ['celPreconditions'] }
      : undefined) ??
    checkCel(get(validate, 'cel'))
  );
}

function checkPatterns(validate: JsonObject): ActionProblem | undefined {
  const pattern = get(validate, 'pattern');
  const found = pattern === undefined ? undefined : checkAnchors(pattern, '/', PATTERN_ANCHORS);
  if (found !== undefined)
    return { at: `pattern.${found.at}`, error: found.error, path: ['validate', 'pattern', ...found.path] };
  const patterns = get(validate, 'anyPattern');
  if (patterns !== undefined && !Array.isArray(patterns))
    return {
      at: 'anyPattern',
      error:
        'failed to deserialize anyPattern, expect array: json: cannot unmarshal object into Go value of type []interface {}',
      path: ['validate', 'anyPattern'],
    };
  for (const [index, one] of getList(validate, 'anyPattern').entries()) {
    const wrong = checkAnchors(one, '/', PATTERN_ANCHORS);
    if (wrong !== undefined)
      return {
        at: `anyPattern[${index}].${wrong.at}`,
        error: wrong.error,
        path: ['validate', 'anyPattern', index, ...wrong.path],
      };
  }
  return undefined;
}

function checkForeachValidations(validate: JsonObject): ActionProblem | undefined {
  for (const [index, foreach] of getList(validate, 'foreach').entries()) {
    const path = ['validate', 'foreach', index];
    if (!given(foreach, 'list')) return { at: '', error: 'foreach.list is required', path };
    const count = ['pattern', 'anyPattern', 'deny', 'foreach'].filter((name) => given(foreach, name)).length;
    if (count === 0)
      return {
        at: '',
        error: 'one of pattern, anyPattern, deny, or a nested foreach must be specified',
        path,
      };
    if (count > 1)
      return {
        at: '',
        error: 'only one of pattern, anyPattern, deny, or a nested foreach can be specified',
        path,
      };
  }
  return undefined;
}

function checkCel(cel: Json | undefined): ActionProblem | undefined {
  const error = cel === undefined ? undefined : celError(cel);
  return error === undefined ? undefined : { at: '', error, path: ['validate', 'cel'] };
}

function celError(cel: Json): string | undefined {
  const kind = get(cel, 'paramKind');
  const ref = get(cel, 'paramRef');
  const has = (value: Json | undefined, name: string): boolean => (getString(value, name) ?? '') !== '';
  if (getList(cel, 'expressions').some((one) => !has(one, 'expression')))
    return 'cel.expressions.expression is required';
  if (kind !== undefined) {
    if (!has(kind, 'apiVersion')) return 'cel.paramKind.apiVersion is required';
    if (!has(kind, 'kind')) return 'cel.paramKind.kind is required';
    if (ref === undefined) return 'cel.paramRef is required';
  }
  if (ref !== undefined) {
    if (has(ref, 'name') === given(ref, 'selector'))
      return 'one of cel.paramRef.name or cel.paramRef.selector must be set';
    if (!given(ref, 'parameterNotFoundAction')) return 'cel.paramRef.parameterNotFoundAction is required';
    if (kind === undefined) return 'cel.paramKind is required';
  }
  for (const annotation of getList(cel, 'auditAnnotations')) {
    if (!has(annotation, 'key')) return 'cel.auditAnnotation.key is required';
    if (!has(annotation, 'valueExpression')) return 'cel.auditAnnotation.valueExpression is required';
  }
  return undefined;
}

/** A generate rule (pkg/policy/generate), permissions left out. */
export function checkGenerateAction(rule: JsonObject, isMock: boolean): ActionProblem | undefined {
  const generate = getObject(rule, 'generate');
  const selector = get(getObject(generate, 'cloneList'), 'selector');
  if (selector !== undefined && /[*?]/.test(JSON.stringify(selector)))
    return {
      at: 'selector',
      error: 'wildcard characters `*/?` not supported',
      path: ['generate', 'cloneList', 'selector'],
    };
  if (!isMock && given(rule, 'celPreconditions'))
    return { at: '', error: CEL_ONLY, path: ['celPreconditions'] };
  const data = get(generate, 'data');
  const found = data === undefined ? undefined : checkAnchors(data, '/', '');
  return (
    found && {
      at: `data.${found.at}`,
      error: `anchors not supported on generate resources: ${found.error}`,
      path: ['generate', 'data', ...found.path],
    }
  );
}

const ANCHOR = /^\s*([+<=X^])?\([^\n]+\)\s*$/;

/**
 * Anchors of a pattern: `modifiers` are those that are allowed, the plain condition with them; none at all for an empty
 * text (pkg/policy/common).
 */
function checkAnchors(pattern: Json, at: string, modifiers: string): ActionProblem | undefined {
  if (Array.isArray(pattern)) {
    for (const [index, one] of (pattern as readonly Json[]).entries()) {
      const found = checkAnchors(one, `${at}${index}/`, modifiers);
      if (found !== undefined) return { ...found, path: [index, ...found.path] };
    }
    return undefined;
  }
  if (!isObject(pattern)) return undefined;
  for (const [key, value] of Object.entries(pattern)) {
    const here = `${at}/${key}`;
    const error = anchorError(key, value, modifiers);
    if (error !== undefined) return { at: here, error, path: [key] };
    const found = checkAnchors(value, here, modifiers);
    if (found !== undefined) return { ...found, path: [key, ...found.path] };
  }
  return undefined;
}

function anchorError(key: string, value: Json, modifiers: string): string | undefined {
  const anchor = ANCHOR.exec(key);
  if (anchor === null) return undefined;
  const modifier = anchor[1] ?? '';
  if (modifiers === '' || !modifiers.includes(modifier)) return `unsupported anchor ${key}`;
  if (modifier !== '^') return undefined;
  if (!Array.isArray(value)) return 'existence anchor should have value of type list';
  return value.length === 0 ? 'existence anchor: should have at least one value' : undefined;
}

/** Kyverno looks for a rule that triggers itself only in the legacy form of match. */
export function triggersItself(rule: JsonObject): boolean {
  const kind = getString(getObject(rule, 'generate'), 'kind') ?? '';
  const kinds = getList(getObject(getObject(rule, 'match'), 'resources'), 'kinds');
  return isSet('Generation', get(rule, 'generate')) && kinds.includes(kind);
}
