import type { Json } from '../../base/json.ts';
import { get, isObject } from '../../base/json.ts';
import { oncePerObject } from '../../base/remember.ts';
import { isSet } from '../../kyverno/go-types.ts';
import type { Rule, RuleType } from '../../kyverno/policy.ts';
import type { RuleResponse, RuleStatus } from '../engine-response.ts';

export interface ResponseParts {
  readonly failedPath?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

const WARNS: ReadonlySet<RuleStatus> = new Set(['error', 'fail', 'warn']);

/** A rule's result; whatever is neither pass nor skip may become a warning (engine/api NewRuleResponse). */
export function respond(
  rule: Rule,
  ruleType: RuleType,
  status: RuleStatus,
  message: string,
  { failedPath, properties }: ResponseParts = {},
): RuleResponse {
  return {
    rule,
    ruleType,
    status,
    message,
    emitWarning: WARNS.has(status),
    ...(failedPath === undefined || failedPath === '' ? {} : { failedPath }),
    ...(properties === undefined ? {} : { properties }),
  };
}

/** Whether a part of a rule is there and says something (in Go: not the zero value). */
export const says = (value: Json | undefined): boolean =>
  isObject(value) ? Object.values(value).some((field) => field !== null) : Array.isArray(value);

/** What a rule does. */
interface Abilities {
  readonly validate: boolean;
  readonly generate: boolean;
  readonly mutateStandard: boolean;
  readonly mutateExisting: boolean;
}

const abilitiesOf = oncePerObject((raw: Rule['raw']): Abilities => {
  const mutate = get(raw, 'mutate');
  const mutateExisting = Array.isArray(get(mutate, 'targets'));
  return {
    validate: says(get(raw, 'validate')),
    generate: says(get(raw, 'generate')),
    mutateStandard: isSet('Mutation', mutate) && !mutateExisting,
    mutateExisting,
  };
});

export const hasValidate = (rule: Rule): boolean => abilitiesOf(rule.raw).validate;
export const hasGenerate = (rule: Rule): boolean => abilitiesOf(rule.raw).generate;
/** Whether the rule changes the object of the request itself. */
export const hasMutateStandard = (rule: Rule): boolean => abilitiesOf(rule.raw).mutateStandard;
/** A mutate rule with targets changes existing objects, in the background. */
export const hasMutateExisting = (rule: Rule): boolean => abilitiesOf(rule.raw).mutateExisting;
