import type { Json } from '../../base/json.ts';
import { get, getList, getString } from '../../base/json.ts';
import { matchWildcard } from '../../kubernetes/wildcard.ts';
import type { PolicyException, Rule } from '../../kyverno/policy.ts';
import { evaluateExceptionConditions } from '../match/conditions.ts';
import { filterReasons, isEmptyFilter } from '../match/filter.ts';
import type { MatchSubject } from '../match/subject.ts';
import { isNamespace, statedKind } from '../match/subject.ts';
import type { PolicyContext } from '../policy-context.ts';
import type { RuleScope } from './rule-scope.ts';
import { subjectOf } from './subject.ts';

const names = (entry: Json, rule: string): boolean =>
  getList(entry, 'ruleNames').some((name) => typeof name === 'string' && matchWildcard(name, rule));

const concerns = (exception: PolicyException, policyKey: string, rule: string): boolean =>
  getList(exception.spec, 'exceptions').some(
    (entry) => getString(entry, 'policyName') === policyKey && names(entry, rule),
  );

/** Exceptions do not know operations, and a namespace selector says nothing about Namespace objects. */
function withoutInapplicable(filter: Json, subject: MatchSubject): Json {
  const resources = get(filter, 'resources') ?? {};
  const ignored = new Set(['operations']);
  if (isNamespace(subject) || statedKind(subject) === '') ignored.add('namespaceSelector');
  const kept = Object.entries(resources).filter(([field]) => !ignored.has(field));
  return typeof filter === 'object' && filter !== null && !Array.isArray(filter)
    ? { ...filter, resources: Object.fromEntries(kept) }
    : filter;
}

function meets(filter: Json, subject: MatchSubject): boolean {
  if (isEmptyFilter(filter, true)) return false;
  return filterReasons(withoutInapplicable(filter, subject), subject, true).length === 0;
}

function matches(exception: PolicyException, subject: MatchSubject): boolean {
  const any = getList(exception.spec, 'match', 'any');
  if (any.length > 0) return any.some((filter) => meets(filter, subject));
  const all = getList(exception.spec, 'match', 'all');
  return all.length > 0 && all.every((filter) => meets(filter, subject));
}

/** `namespace/name`. */
export const exceptionKey = ({ namespace, name }: PolicyException): string =>
  namespace === '' ? name : `${namespace}/${name}`;

/** The exceptions that take the object out of the rule (lifecycle A.14). */
export function matchExceptions(
  context: PolicyContext,
  rule: Rule,
  scope: () => RuleScope,
): readonly PolicyException[] {
  const concerned = context.exceptions.filter((exception) =>
    concerns(exception, context.policy.key, rule.name),
  );
  if (concerned.length === 0) return [];
  const subject = subjectOf(context, context.newObject ?? context.oldObject);
  return concerned.filter((exception) => matches(exception, subject) && conditionsHold(exception, scope));
}

function conditionsHold(exception: PolicyException, scope: () => RuleScope): boolean {
  const conditions = get(exception.spec, 'conditions');
  if (conditions === undefined || conditions === null) return true;
  const result = evaluateExceptionConditions(conditions, scope());
  return 'holds' in result && result.holds;
}
