import type { Json, PathSegment } from '../../base/json.ts';
import { isObject } from '../../base/json.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import { goType } from '../match/go-text.ts';
import type { RuleScope } from './rule-scope.ts';

/** The elements of a foreach: a list as it is, anything else as its only element (engine/utils/foreach.go). */
export function evaluateList(
  expression: string,
  scope: RuleScope,
): { readonly elements: readonly Json[] } | { readonly error: string } {
  const queried = scope.query(expression);
  if ('error' in queried) return queried;
  return { elements: Array.isArray(queried.value) ? queried.value : [queried.value] };
}

/** The list of a foreach as a row of an explanation. */
export function listRow(
  expression: string,
  list: ReturnType<typeof evaluateList>,
  path: readonly PathSegment[],
  scope: RuleScope,
): EvaluationNode {
  scope.drainUsed();
  const common = { label: 'list', expected: expression, path };
  return 'error' in list
    ? { ...common, status: 'error', message: list.error }
    : { ...common, status: 'none', actual: list.elements };
}

/**
 * What patterns of an element are matched against: the element itself (`scoped`; the default for maps) or, undefined,
 * what they were matched against before.
 */
export function scopeElement(
  element: Json,
  elementScope: Json | undefined,
): { readonly scoped: boolean } | { readonly error: string } {
  if (typeof elementScope !== 'boolean') return { scoped: isObject(element) };
  if (elementScope && !isObject(element))
    return {
      error: `cannot use elementScope=true foreach rules for elements that are not maps, expected type=map got type=${goType(element, 'float')}`,
    };
  return { scoped: elementScope };
}
