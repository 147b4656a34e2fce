import type { Json, PathSegment } from '../../base/json.ts';
import { get, isObject } from '../../base/json.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import type { Criterion } from './criteria.ts';
import { CRITERIA, isSet, partOf } from './criteria.ts';
import type { MatchSubject } from './subject.ts';
import { hasUser } from './subject.ts';

/** One entry of `any` or `all`, or the legacy block: `{resources, roles, clusterRoles, subjects}`. */
export type ResourceFilter = Json;

const RESOURCE_CRITERIA = CRITERIA.filter((criterion) => criterion.of === 'resources');
const USER_FIELDS = ['roles', 'clusterRoles', 'subjects'] as const;

/** An empty list still counts as a statement about users; only an absent field does not (UserInfo{} in Go). */
const saysUser = (filter: ResourceFilter): boolean =>
  USER_FIELDS.some((field) => (get(filter, field) ?? null) !== null);

const saysResource = (filter: ResourceFilter): boolean =>
  RESOURCE_CRITERIA.some((criterion) =>
    isSet(criterion.field, get(partOf(filter, criterion), criterion.field)),
  );

/** Whether a filter says nothing. `withUser: false` leaves the user part out of account. */
export const isEmptyFilter = (filter: ResourceFilter, withUser: boolean): boolean =>
  !saysResource(filter) && !(withUser && saysUser(filter));

function* criteriaOf(filter: ResourceFilter, withUser: boolean): Generator<readonly [Criterion, Json]> {
  for (const criterion of CRITERIA) {
    if (criterion.of === 'user' && !withUser) continue;
    const wanted = get(partOf(filter, criterion), criterion.field);
    if (isSet(criterion.field, wanted)) yield [criterion, wanted];
  }
}

/**
 * Why the subject does not meet a filter, in Kyverno's words; empty if it does. Operations that do not match end the look
 * at once (lifecycle A.6).
 */
export function filterReasons(
  filter: ResourceFilter,
  subject: MatchSubject,
  withUser: boolean,
): readonly string[] {
  const reasons: string[] = [];
  for (const [criterion, wanted] of criteriaOf(filter, withUser)) {
    const reason = criterion.check(wanted, subject, partOf(filter, criterion));
    if (reason === undefined) continue;
    reasons.push(reason);
    if (criterion.field === 'operations') break;
  }
  return reasons;
}

/** As {@link filterReasons} for `match`: an empty filter never matches, and without any user the user part is ignored. */
export function matchReasons(filter: ResourceFilter, subject: MatchSubject): readonly string[] {
  const withUser = hasUser(subject.admissionInfo);
  if (isEmptyFilter(filter, withUser)) return ['match cannot be empty'];
  return filterReasons(filter, subject, withUser);
}

/** Whether an `exclude` filter takes the subject out. Its user part is never ignored. */
export function isExcluded(filter: ResourceFilter, subject: MatchSubject): boolean {
  return !isEmptyFilter(filter, true) && filterReasons(filter, subject, true).length === 0;
}

/** Where a criterion stands in the policy's text, among those of its filter. */
function rank(filter: ResourceFilter, criterion: Criterion): number {
  const outer = isObject(filter) ? Object.keys(filter) : [];
  const inner = Object.keys(partOf(filter, criterion));
  return criterion.of === 'user'
    ? outer.indexOf(criterion.field) * 100
    : outer.indexOf('resources') * 100 + inner.indexOf(criterion.field);
}

/**
 * The criteria of a filter as rows of an explanation, in the order of the policy's text; all are looked at, also where
 * Kyverno stops earlier. `mismatch` is the status of one that is not met.
 */
export function explainFilter(
  filter: ResourceFilter,
  subject: MatchSubject,
  withUser: boolean,
  path: readonly PathSegment[],
  mismatch: 'fail' | 'none',
): readonly EvaluationNode[] {
  return [...criteriaOf(filter, withUser)]
    .sort(([left], [right]) => rank(filter, left) - rank(filter, right))
    .map(([criterion, wanted]) => {
      const reason = criterion.check(wanted, subject, partOf(filter, criterion));
      const steps = criterion.of === 'resources' ? ['resources', criterion.field] : [criterion.field];
      return {
        label: criterion.field,
        status: reason === undefined ? 'pass' : mismatch,
        expected: wanted,
        actual: criterion.actual(subject),
        path: [...path, ...steps],
        ...(reason === undefined ? {} : { message: reason }),
      };
    });
}
