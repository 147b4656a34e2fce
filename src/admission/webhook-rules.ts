import type { Json } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';
import type { AdmissionRequest, Operation } from '../kubernetes/admission-review.ts';
import { matchKind } from '../kubernetes/kind-selector.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';

/** A line of a webhook configuration: kinds (as policies name them) and operations. */
interface WebhookRule {
  readonly kinds: readonly string[];
  readonly operations: ReadonlySet<string>;
}

/** What a policy registers in the two configurations, and the kinds that its rules match. */
export interface WebhookRules {
  readonly mutating: readonly WebhookRule[];
  readonly validating: readonly WebhookRule[];
}

const ALL: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];
const WRITES: readonly Operation[] = ['CREATE', 'UPDATE'];
const CHANGES: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE'];

/** The webhook rules of a policy (lifecycle A.4, mergeWebhook). */
export function webhookRulesOf(policy: Policy, behaviour: Behaviour): WebhookRules {
  const mutating: WebhookRule[] = [];
  const validating: WebhookRule[] = [];
  const mutates = policy.rules.some(isStandardMutate);
  for (const rule of policy.rules) {
    const matched = (defaults: readonly Operation[]): readonly WebhookRule[] => matchedRules(rule, defaults);
    if (isStandardMutate(rule)) mutating.push(...matched(WRITES));
    if (has(rule, 'verifyImages')) mutating.push(...matched(WRITES));
    if (has(rule, 'validate') || isMutateExisting(rule)) validating.push(...matched(ALL));
    if (has(rule, 'verifyImages')) validating.push(...matched(ALL));
    if (has(rule, 'generate')) {
      const targets = {
        kinds: targetKinds(get(rule.raw, 'generate')),
        // ≤1.12 registers CONNECT for generated kinds as well (versions.md 3.8).
        operations: new Set<string>(behaviour.updateRequestPerRule ? ALL : CHANGES),
      };
      validating.push(...matched(ALL), targets);
      if (mutates) mutating.push(...matched(ALL));
    }
  }
  return { mutating, validating };
}

export const matchesWebhook = (rules: readonly WebhookRule[], request: AdmissionRequest): boolean =>
  rules.some(
    ({ kinds, operations }) =>
      operations.has(request.operation) && matchKind(kinds, request.kind, request.subResource),
  );

/** Whether the rule's own match names the kind of the request, whatever the operation. */
export const namesKind = (rule: Rule, request: AdmissionRequest): boolean =>
  matchKind(
    filtersOf(get(rule.raw, 'match')).flatMap(({ kinds }) => kinds),
    request.kind,
    request.subResource,
  );

const has = (rule: Rule, field: string): boolean => {
  const value = get(rule.raw, field);
  return Array.isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0;
};

export const isMutateExisting = (rule: Rule): boolean =>
  getList(get(rule.raw, 'mutate'), 'targets').length > 0;
const isStandardMutate = (rule: Rule): boolean => has(rule, 'mutate') && !isMutateExisting(rule);

interface Filter {
  readonly kinds: readonly string[];
  readonly operations: readonly string[];
  /** Whether it looks at kinds and operations alone. */
  readonly plain: boolean;
}

const texts = (list: readonly Json[]): string[] => list.filter((item) => typeof item === 'string');

function filtersOf(block: Json | undefined): readonly Filter[] {
  const any = getList(block, 'any');
  const all = getList(block, 'all');
  const filters = any.length > 0 ? any : all.length > 0 ? all : block === undefined ? [] : [block];
  return filters.map((filter) => {
    const resources = get(filter, 'resources');
    const others = isObject(resources)
      ? Object.keys(resources).filter((key) => key !== 'kinds' && key !== 'operations')
      : [];
    const users = ['subjects', 'roles', 'clusterRoles'].some((key) => get(filter, key) !== undefined);
    return {
      kinds: texts(getList(resources, 'kinds')),
      operations: texts(getList(resources, 'operations')),
      plain: others.length === 0 && !users,
    };
  });
}

/** Kinds and operations of `match`, less what kind-only exclusions take away. */
function matchedRules(rule: Rule, defaults: readonly Operation[]): readonly WebhookRule[] {
  const excluded =
    getList(get(rule.raw, 'exclude'), 'any').length > 0 ? filtersOf(get(rule.raw, 'exclude')) : [];
  return filtersOf(get(rule.raw, 'match')).map(({ kinds, operations }) => {
    const registered = new Set<string>(operations.length > 0 ? operations : defaults);
    for (const filter of excluded) {
      const covers = kinds.every((kind) => filter.kinds.includes(kind));
      if (!filter.plain || !covers) continue;
      for (const operation of filter.operations.length > 0 ? filter.operations : ALL)
        registered.delete(operation);
    }
    return { kinds, operations: registered };
  });
}

/** Kinds that a generate rule makes: its target, its cloneList, each foreach. Kinds with variables are left out. */
function targetKinds(generate: Json | undefined): readonly string[] {
  const bodies = [generate, ...getList(generate, 'foreach')];
  const named = bodies.flatMap((body) => {
    const kind = getString(body, 'kind') ?? '';
    const apiVersion = getString(body, 'apiVersion') ?? '';
    const own = kind === '' ? [] : [apiVersion === '' ? kind : `${apiVersion}/${kind}`];
    return [...own, ...texts(getList(get(body, 'cloneList'), 'kinds'))];
  });
  return named.filter((kind) => !kind.includes('{{'));
}
