import { get, getList } from '../base/json.ts';
import { appliesTo } from '../engine/match/match-rule.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import { labelsOf } from '../kubernetes/label-selector.ts';
import { formatApiVersion, gvkOf, namespaceOf, refOf } from '../kubernetes/object.ts';
import { matchWildcard } from '../kubernetes/wildcard.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import type { RuleContext } from '../kyverno/update-request.ts';
import type { BackgroundEnvironment } from './environment.ts';

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' } as const;

/** A rule context for every object that exists and matches a rule with generateExisting (lifecycle C.9, D.6). */
export function existingTriggers(
  env: BackgroundEnvironment,
  policy: Policy,
  rule: Rule,
): readonly RuleContext[] {
  const match = get(rule.raw, 'match');
  const filters = [match, ...getList(match, 'any'), ...getList(match, 'all')];
  const kinds = filters.flatMap((filter) => getList(get(filter, 'resources'), 'kinds')).map(String);
  const infos = env.server.discovery().resources.filter((info) =>
    kinds.some((text) => {
      const selector = parseKindSelector(text);
      return (
        selector.subresource === '' &&
        matchWildcard(selector.group, info.group) &&
        matchWildcard(selector.version, info.version) &&
        matchWildcard(selector.kind, info.kind)
      );
    }),
  );
  return infos.flatMap((info) =>
    env.server
      .listAll(info)
      .map((object) => ({ ...object, apiVersion: formatApiVersion(info), kind: info.kind }))
      .filter((object) => {
        const namespace = env.server.lookup(NAMESPACES, '', namespaceOf(object));
        const subject = {
          resource: object,
          kind: gvkOf(object),
          subresource: '',
          operation: '' as const,
          admissionInfo: undefined,
          namespaceLabels: namespace === undefined ? undefined : Object.fromEntries(labelsOf(namespace)),
        };
        return appliesTo(rule, subject, policy.namespace);
      })
      .map((object) => ({ rule: rule.name, trigger: refOf(object), deleteDownstream: false })),
  );
}
