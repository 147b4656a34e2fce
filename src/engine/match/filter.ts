import type { Json, JsonObject, PathSegment } from '../../base/json.ts';
import { get, isObject } from '../../base/json.ts';
import { oncePerObject } from '../../base/remember.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import type { Criterion } from './criteria.ts';
import { CRITERIA, isSet, partOf } from './criteria.ts';
import type { MatchSubject } from './subject.ts';
import { hasUser } from './subject.ts';

/** One entry of `any` or `all`, or the legacy block: `{resources, roles, clusterRoles, subjects}`. */
export type ResourceFilter = Json;

const USER_FIELDS = ['roles', 'clusterRoles', 'subjects'] as const;

/** An empty list still counts as a statement about users; only an absent field does not (UserInfo{} in Go). */
const saysUser = (filter: ResourceFilter): boolean =>
  USER_FIELDS.some((field) => (get(filter, field) ?? null) !== null);

/** A criterion that a filter sets. */
interface SetCriterion {
  readonly criterion: Criterion;
  readonly wanted: Json;
  /** The part of the filter that it stands in. */
  readonly part: JsonObject;
}

/** A filter, prepared: its criteria in Kyverno's order. */
interface FilterPlan {
  readonly criteria: readonly SetCriterion[];
  readonly saysResource: boolean;
  readonly saysUser: boolean;
}

function prepareFilter(filter: ResourceFilter): FilterPlan {
  const criteria = CRITERIA.flatMap((criterion) => {
    const part = partOf(filter, criterion);
    const wanted = get(part, criterion.field);
    return isSet(criterion.field, wanted) ? [{ criterion, wanted, part }] : [];
  });
  const saysResource = criteria.some(({ criterion }) => criterion.of === 'resources');
  return { criteria, saysResource, saysUser: saysUser(filter) };
}

const planOfObject = oncePerObject<JsonObject, FilterPlan>(prepareFilter);
const planFilter = (filter: ResourceFilter): FilterPlan =>
  isObject(filter) ? planOfObject(filter) : prepareFilter(filter);

/** Whether a filter says nothing. `withUser: false` leaves the user part out of account. */
export function isEmptyFilter(filter: ResourceFilter, withUser: boolean): boolean {
  const plan = planFilter(filter);
  return !plan.saysResource && !(withUser && plan.saysUser);
}

const NONE: readonly string[] = [];

/**
 * Why the subject does not meet a filter, in Kyverno's words; empty if it does. Operations that do not match end the look
 * at once (lifecycle A.6).
 */
export function filterReasons(
  filter: ResourceFilter,
  subject: MatchSubject,
  withUser: boolean,
): readonly string[] {
  let reasons: string[] | undefined;
  for (const { criterion, wanted, part } of planFilter(filter).criteria) {
    if (criterion.of === 'user' && !withUser) continue;
    const reason = criterion.check(wanted, subject, part);
    if (reason === undefined) continue;
    if (reasons === undefined) reasons = [reason];
    else reasons.push(reason);
    if (criterion.field === 'operations') break;
  }
  return reasons ?? NONE;
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
  return planFilter(filter)
    .criteria.filter(({ criterion }) => withUser || criterion.of === 'resources')
    .sort((left, right) => rank(filter, left.criterion) - rank(filter, right.criterion))
    .map(({ criterion, wanted, part }) => {
      const reason = criterion.check(wanted, subject, part);
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
