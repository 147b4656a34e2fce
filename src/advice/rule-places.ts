import type { Json, PathSegment } from '../base/json.ts';
import { get, getList, getObject, getString } from '../base/json.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import type { SourceLocation } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { Scenario } from '../simulation/scenario.ts';

/** A rule with its policy and the document it is written in. */
export interface RulePlace {
  readonly policy: Policy;
  readonly rule: Rule;
  readonly document: ManifestDocument | undefined;
}

/** All rules that a person wrote (not those of autogen). */
export function rulePlaces(scenario: Scenario, policies: readonly Policy[]): readonly RulePlace[] {
  const documents = policyDocuments(scenario);
  return policies.flatMap((policy) => {
    const document = documents.find(({ object }) => isSame(object, policy));
    return policy.rules.filter(({ autogen }) => !autogen).map((rule) => ({ policy, rule, document }));
  });
}

/** Documents of what exists before and of what steps send. */
export function policyDocuments(scenario: Scenario): readonly ManifestDocument[] {
  const sent = scenario.steps.flatMap(({ action }) =>
    action.type === 'kubectl' ? Object.values(action.files).flat() : [],
  );
  return [...scenario.before, ...sent];
}

const isSame = (object: ManifestDocument['object'], policy: Policy): boolean =>
  object?.kind === policy.kind &&
  nameOf(object) === policy.name &&
  (policy.namespace === '' || namespaceOf(object) === policy.namespace);

export const nameOfRule = ({ policy, rule }: RulePlace): string => `${policy.key} / ${rule.name}`;

/** Place of something in the rule; of its key with `part`. */
export function locateInRule(
  { document, rule }: RulePlace,
  path: readonly PathSegment[],
  part: 'key' | 'value' = 'value',
): { readonly location?: SourceLocation } {
  return document === undefined ? {} : { location: document.locate([...rule.path, ...path], part) };
}

/** A rule's resource filters with their paths in the rule: `match.any[0].resources` and the like. */
export function resourceFilters(
  rule: Json,
): readonly { readonly path: readonly PathSegment[]; readonly filter: Json }[] {
  const listed = (['any', 'all'] as const).flatMap((list) =>
    getList(rule, 'match', list).map((entry, at) => ({
      path: ['match', list, at, 'resources'],
      filter: get(entry, 'resources') ?? null,
    })),
  );
  const direct = get(getObject(rule, 'match'), 'resources');
  return direct === undefined ? listed : [...listed, { path: ['match', 'resources'], filter: direct }];
}

/** Kinds that a rule names, without group and version. */
export function kindsOf(rule: Json): readonly string[] {
  const kinds = resourceFilters(rule).flatMap(({ filter }) => getList(filter, 'kinds'));
  return kinds.flatMap((kind) => (typeof kind === 'string' ? [kind.split('/').at(-1) ?? kind] : []));
}

/** Whether a validate rule denies what fails it, by the rule's own action or the policy's. */
export function isEnforced({ policy, rule }: RulePlace): boolean {
  const action =
    getString(rule.raw, 'validate', 'failureAction') ?? getString(policy.spec, 'validationFailureAction');
  return action?.toLowerCase() === 'enforce';
}
