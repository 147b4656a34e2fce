import { get, isObject, type Json, type JsonObject } from '../base/json.ts';
import { isSet } from './go-types.ts';
import type { Rule, RuleType } from './policy.ts';

/** What kind of rule it is; `none` if it says nothing to do. */
export function ruleTypeOf(raw: Json): RuleType {
  if (isSet('Validation', get(raw, 'validate'))) return 'validate';
  if (isSet('Mutation', get(raw, 'mutate'))) return 'mutate';
  if (isSet('Generation', get(raw, 'generate'))) return 'generate';
  const images = get(raw, 'verifyImages');
  return Array.isArray(images) && images.some((image) => isObject(image)) ? 'verifyImages' : 'none';
}

/** A rule with its type; `path` is where it (or the rule it is derived from) stands in the policy document. */
export function readRule(raw: JsonObject, path: Rule['path'], autogen: boolean): Rule {
  const name = get(raw, 'name');
  return { name: typeof name === 'string' ? name : '', type: ruleTypeOf(raw), raw, path, autogen };
}
