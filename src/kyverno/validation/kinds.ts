import { get, getList, getObject, getString, type Json } from '../../base/json.ts';
import { isSet } from '../go-types.ts';
import type { Rule } from '../policy.ts';
import type { PolicyValidationEnvironment } from './environment.ts';
import { isMetadataOnly, METADATA_ONLY } from './metadata-only.ts';
import { hasVerifyImages } from './policy-fields.ts';
import { type Problem, problem } from './problem.ts';

/** A refusal, or a warning that ends the checks: the policy is then accepted. */
export type KindFindings = { readonly problem: Problem } | { readonly warning: string } | undefined;

/** Kinds of all rules, derived ones included (lifecycle F.1, 11). */
export function checkKinds(
  rules: readonly Rule[],
  background: boolean,
  environment: PolicyValidationEnvironment,
): KindFindings {
  for (const [index, rule] of rules.entries())
    for (const { kinds, text, path } of kindLists(rule)) {
      const found = checkList(kinds, rule, background, environment);
      if (found === undefined) continue;
      if ('warning' in found) return found;
      return { problem: problem(`path: spec.rules[${index}].${text}: ${found.error}`, path) };
    }
  return undefined;
}

interface KindList {
  readonly kinds: readonly string[];
  readonly text: string;
  readonly path: Rule['path'];
}

function kindLists(rule: Rule): readonly KindList[] {
  return ['match', 'exclude'].flatMap((name): readonly KindList[] => {
    const block = get(rule.raw, name);
    if (block === undefined) return [];
    const list = (from: Json, text: string, path: Rule['path']): KindList => ({
      kinds: getList(getObject(from, 'resources'), 'kinds').map(String),
      text: `${text}.kinds`,
      path: [...rule.path, ...path, 'resources', 'kinds'],
    });
    const filters = ['any', 'all'].flatMap((mode) =>
      getList(block, mode).map((filter, index) =>
        list(filter, `${name}.${mode}[${index}]`, [name, mode, index]),
      ),
    );
    return [...filters, list(block, name, [name])];
  });
}

type ListFindings = { readonly error: string } | { readonly warning: string } | undefined;

function checkList(
  kinds: readonly string[],
  rule: Rule,
  background: boolean,
  environment: PolicyValidationEnvironment,
): ListFindings {
  if (kinds.includes('*')) {
    const error = checkWildcard(kinds, background, rule.raw);
    return error === undefined ? undefined : { error };
  }
  const { findKind } = environment;
  if (findKind === undefined) return undefined;
  for (const kind of kinds) {
    const found = findKind(kind);
    if (found === undefined)
      return {
        warning: `the kind defined in the all match resource is invalid: unable to convert GVK to GVR for kinds ${kind}, err: resource not found`,
      };
    if (background && isSet('Validation', get(rule.raw, 'validate')) && found.subresource !== '')
      return { error: `background scan enabled with subresource ${kind}` };
  }
  return undefined;
}

function checkWildcard(kinds: readonly string[], background: boolean, rule: Json): string | undefined {
  if (background)
    return 'wildcard policy not allowed in background mode. Set spec.background=false to disable background mode for this policy rule ';
  if (kinds.length > 1) return 'wildcard policy can not deal with more than one kind';
  const validate = get(rule, 'validate');
  if (
    isSet('Generation', get(rule, 'generate')) ||
    hasVerifyImages(rule) ||
    getList(validate, 'foreach').length > 0
  )
    return 'wildcard policy does not support rule type';
  const isAboutMore = !isMetadataOnly(rule) || deniesOnMore(get(get(validate, 'deny'), 'conditions'));
  return isAboutMore ? METADATA_ONLY : undefined;
}

/** Conditions in a plain list may look at metadata and the request only. */
function deniesOnMore(conditions: Json | undefined): boolean {
  if (!Array.isArray(conditions)) return false;
  return conditions.some((condition: Json) => {
    const key = getString(condition, 'key') ?? '';
    if (key.includes('request.object.metadata.')) return false;
    const isAllowed = /\{\{\s*(request\.|serviceAccountName|serviceAccountNamespace)[^{}]*\}\}/.test(key);
    return !isAllowed || key.includes('request.object.spec');
  });
}
