import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getString } from '../../base/json.ts';
import { assertTree } from '../../expressions/assertion/assert-tree.ts';
import { formatAssertionError } from '../../expressions/assertion/assertion-error.ts';
import { type Bindings, bindLazily, NO_BINDINGS } from '../../expressions/assertion/bindings.ts';
import { communityJmesPath } from '../../expressions/assertion/community.ts';
import { environmentOf } from '../context/rule-context.ts';
import type { RuleResponse } from '../engine-response.ts';
import type { PolicyContext } from '../policy-context.ts';
import { addNode } from './explanation.ts';
import { enforces, isUpdate, type RuleTask, withOldObject } from './old-object.ts';
import { respond } from './response.ts';

/**
 * `validate.assert`, an assertion tree of kyverno-json over the request, in Kyverno 1.13 to 1.18
 * (handlers/validation/validate_assert.go). Each place where it does not hold is a result of its own; context entries are
 * bindings.
 */
export function validateAssert(task: RuleTask): readonly RuleResponse[] {
  const { rule, trace } = task;
  const tree = get(get(rule.raw, 'validate'), 'assert') ?? null;
  const path = [...rule.path, 'validate', 'assert'];
  const answer = (status: 'pass' | 'fail' | 'error' | 'skip', message: string): RuleResponse => {
    addNode(trace, { label: 'assert', status, message, path }, true);
    return respond(rule, 'validate', status, message, task.parts);
  };
  const outcome = assertOf(task, tree);
  if ('failure' in outcome)
    return [answer('error', `failed to apply assertion: ${formatAssertionError(outcome.failure)}`)];
  if (outcome.errors.length === 0) return [answer('pass', `Validation rule '${rule.name}' passed.`)];
  const excused = comparesOldObject(task) ? excuse(task, tree) : undefined;
  if (excused !== undefined) return [answer('skip', excused)];
  return outcome.errors.map((error) => answer('fail', formatAssertionError(error)));
}

/** Whether an existing violation excuses a new one. */
const comparesOldObject = (task: RuleTask): boolean =>
  isUpdate(task.context) &&
  enforces(task) &&
  get(get(task.rule.raw, 'validate'), 'allowExistingViolations') !== false;

const assertOf = (task: RuleTask, tree: Json) =>
  assertTree(tree, payloadOf(task.context), bindingsOf(task), {
    compilers: { jp: communityJmesPath(environmentOf(task.context)) },
    mark: ':',
  });

/** What an old object that violates as well makes of the violation; undefined if the violation stands. */
function excuse(task: RuleTask, tree: Json): string | undefined {
  if (task.context.operation !== 'UPDATE') return undefined;
  const before = withOldObject(task, (old) => assertOf(old, tree));
  if (before === 'not matched') return undefined;
  if ('failure' in before) return 'failed to validate old object';
  return before.errors.length === 0
    ? undefined
    : 'skipping the rule evaluation as pre-existing violations are allowed';
}

function payloadOf(context: PolicyContext): JsonObject {
  const { kind, subresource, admissionInfo, operation, newObject, oldObject, namespaceLabels } = context;
  const info = admissionInfo;
  return {
    object: newObject ?? null,
    oldObject: oldObject ?? null,
    admissionInfo: {
      roles: info?.roles ?? [],
      clusterRoles: info?.clusterRoles ?? [],
      userInfo: {
        username: info?.userInfo.username ?? '',
        uid: info?.userInfo.uid ?? '',
        groups: info?.userInfo.groups ?? [],
      },
    },
    operation,
    namespaceLabels: namespaceLabels ?? {},
    admissionOperation: admissionInfo !== undefined,
    requestResource: get(context.request, 'resource') ?? {},
    resourceKind: { ...kind, subResource: subresource },
  };
}

/** Context entries as bindings, loaded when they are asked for. */
function bindingsOf({ rule, scope }: RuleTask): Bindings {
  let bindings = NO_BINDINGS;
  for (const entry of getList(rule.raw, 'context')) {
    const name = getString(entry, 'name') ?? '';
    bindings = bindLazily(bindings, name, () => scope.query(name));
  }
  return bindings;
}
