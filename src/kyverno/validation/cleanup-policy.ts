import {
  equal,
  get,
  getList,
  getObject,
  getString,
  isObject,
  type Json,
  type JsonObject,
} from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { readSchedule } from '../cron.ts';
import { toGoStruct } from '../go-types.ts';
import { aggregate, child, type FieldPath, invalid } from './field-error.ts';
import { checkMatch, type MatchScope } from './match-fields.ts';
import type { Problem } from './problem.ts';
import { checkNoUserInfo } from './user-info.ts';

const SPEC: FieldPath = { text: 'spec', path: ['spec'] };
const EMPTY_SET = 'CleanupPolicy is matching an empty set';

/** What the webhook refuses a cleanup policy for (validation/cleanuppolicy; api/kyverno/v2, CleanupPolicySpec.Validate). */
export function validateCleanupPolicy(
  policy: KubernetesObject,
  isClusterScoped: (kind: string) => boolean,
): Problem | undefined {
  const spec = getObject(policy, 'spec');
  const scope: MatchScope = { namespaced: policy.kind === 'CleanupPolicy', isClusterScoped };
  const schedule = getString(spec, 'schedule') ?? '';
  return aggregate([
    ...checkContext(getList(spec, 'context')),
    ...(readSchedule(schedule) === undefined
      ? [
          invalid(
            child(SPEC, 'schedule'),
            schedule,
            'schedule spec in the cleanupPolicy is not in proper cron format',
          ),
        ]
      : []),
    ...checkBlock(get(spec, 'match'), child(SPEC, 'match'), scope),
    ...checkBlock(get(spec, 'exclude'), child(SPEC, 'exclude'), scope),
    ...(matchesNothing(spec) ? [invalid(SPEC, { ...spec }, EMPTY_SET)] : []),
  ]);
}

function checkContext(entries: readonly Json[]): readonly Problem[] {
  const path = child(SPEC, 'context');
  const printed = (): Json => entries.map((entry) => toGoStruct('ContextEntry', entry));
  return entries.flatMap((entry) => {
    if (isObject(get(entry, 'imageRegistry')))
      return [invalid(path, printed(), 'ImageRegistry is not allowed in CleanUp Policy')];
    return isObject(get(entry, 'configMap'))
      ? [invalid(path, printed(), 'ConfigMap is not allowed in CleanUp Policy')]
      : [];
  });
}

/** Nobody asks when a policy runs: who asks cannot be matched. */
function checkBlock(block: Json | undefined, path: FieldPath, scope: MatchScope): readonly Problem[] {
  const users = checkNoUserInfo(block, path);
  return users.length > 0 ? users : checkMatch(block, path, scope);
}

function matchesNothing(spec: JsonObject): boolean {
  const [match, exclude] = [get(spec, 'match'), get(spec, 'exclude')];
  if (!isObject(exclude) || getList(exclude, 'all').length > 0 || getList(match, 'all').length > 0)
    return false;
  const [wanted, unwanted] = [getList(match, 'any'), getList(exclude, 'any')];
  if (wanted.length > 0 && unwanted.length > 0)
    return wanted.some((filter) => unwanted.some((other) => equal(filter, other)));
  return unwanted.length > 0;
}
