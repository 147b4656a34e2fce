import { getString } from '../base/json.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { UpdateRequestEvent } from '../trace/event.ts';
import type { Trace } from '../trace/trace.ts';
import type { Advice } from './advice.ts';
import { locateInRule, nameOfRule, type RulePlace } from './rule-places.ts';
import { formatBlock } from './yaml-text.ts';

const CANNOT_LIST =
  /failed to list trigger resources: .*cannot list resource "([^"]*)" in API group "([^"]*)"/;

/** A trigger kind that the background controller may not list fails without Event and error line (corrections.md c.4). */
export function adviseTriggerRights(
  trace: Trace | undefined,
  rules: readonly RulePlace[],
): readonly Advice[] {
  return rules.flatMap((place) => {
    if (place.rule.type !== 'generate') return [];
    const failures = (trace?.events ?? []).filter(
      (event): event is UpdateRequestEvent =>
        event.kind === 'update-request' &&
        (event.policy === place.policy.key || event.policy === place.policy.name) &&
        event.rules.includes(place.rule.name) &&
        CANNOT_LIST.test(event.message),
    );
    const [, resource = '', group = ''] = CANNOT_LIST.exec(failures[0]?.message ?? '') ?? [];
    if (resource === '') return [];
    return [
      {
        code: 'advice-trigger-not-listable',
        severity: 'advice' as const,
        title: `Let the background controller list ${resource}`,
        message: `${nameOfRule(place)} is triggered by ${resource}, which the background controller may not list: every UpdateRequest fails five times, without an Event and without an error line.`,
        hint: 'Apply the ClusterRole; it is aggregated into the rights of the background controller.',
        note: 'its triggers cannot be listed',
        ...locateInRule(place, ['match'], 'key'),
        events: failures.map(({ id }) => id),
        snippets: [{ title: 'ClusterRole', language: 'yaml' as const, text: clusterRole(group, resource) }],
      },
    ];
  });
}

const clusterRole = (group: string, resource: string): string =>
  `${formatBlock(
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: {
        name: `kyverno:background-controller:${resource}`,
        labels: { 'rbac.kyverno.io/aggregate-to-background-controller': 'true' },
      },
      rules: [{ apiGroups: [group], resources: [resource], verbs: ['get', 'list', 'watch'] }],
    },
    0,
  )}\n`;

/** A name with the resource version loses quick updates where an UPDATE is generated from the live object (c.18). */
export function adviseBursts(
  rules: readonly RulePlace[],
  behaviour: Pick<Behaviour, 'fallsBackToAdmissionObject'>,
): readonly Advice[] {
  if (behaviour.fallsBackToAdmissionObject) return [];
  return rules.flatMap((place) => {
    const name = getString(place.rule.raw, 'generate', 'name') ?? '';
    if (!/request\.object\.metadata\.resourceVersion/.test(name)) return [];
    return [
      {
        code: 'advice-name-loses-updates',
        severity: 'advice' as const,
        title: `Quick updates share one ${place.rule.name}`,
        message: `${nameOfRule(place)} names its object by the resource version. Since 1.19 the background controller takes the live trigger: two updates within a fraction of a second both see the last one, make one object, and the first one is lost.`,
        hint: 'Take the name from what each request has for itself, such as a value of the object that changes with it.',
        note: 'loses quick updates',
        ...locateInRule(place, ['generate', 'name']),
        events: [],
        snippets: [],
      },
    ];
  });
}
