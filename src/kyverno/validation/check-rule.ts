import { get, getList, getObject, getString, type Json, type JsonObject } from '../../base/json.ts';
import { readJsonPatch } from '../../kubernetes/patch/json-patch.ts';
import { parseFile } from '../../manifest/parse.ts';
import { isSet, toGoStruct } from '../go-types.ts';
import type { Policy, Rule } from '../policy.ts';
import {
  type ActionProblem,
  checkGenerateAction,
  checkMutateAction,
  checkValidateAction,
  triggersItself,
} from './actions.ts';
import { type ConditionProblem, checkConditions, checkOperators } from './conditions.ts';
import { checkContext } from './context-entries.ts';
import type { PolicyValidationEnvironment, VariableLanguage } from './environment.ts';
import { aggregate, child, item } from './field-error.ts';
import { checkImageVerification } from './image-fields.ts';
import { checkUserInfo } from './match-fields.ts';
import { hasTextLabels, isMetadataOnly, METADATA_ONLY, placeOfLabel } from './metadata-only.ts';
import { hasVerifyImages } from './policy-fields.ts';
import { type Problem, problem } from './problem.ts';
import { checkVariablesOnUpdate } from './rule-variables.ts';
import { bodyWarnings, excludedControllersWarning, patchOnPodWarning } from './rule-warnings.ts';

export interface RuleFindings {
  readonly problem?: Problem;
  readonly warnings: readonly string[];
}

/** All checks of one rule, in Kyverno's order; the first problem ends them (lifecycle F.1, 12 to 21). */
export function checkRule(
  policy: Policy,
  rule: Rule,
  index: number,
  environment: PolicyValidationEnvironment,
): RuleFindings {
  const typed = toGoStruct('Rule', rule.raw);
  const warnings: string[] = [];
  const refuse = (found: Problem | undefined): RuleFindings | undefined =>
    found === undefined ? undefined : { problem: found, warnings };
  const patches = refuse(checkPatches(rule, typed, index, environment.variables));
  if (patches) return patches;
  warnings.push(...patchOnPodWarning(typed));
  const blocks = refuse(checkBlocks(rule, typed, index, environment.variables));
  if (blocks) return blocks;
  const actions = checkActions(rule, typed, index, environment);
  if (actions.problem) return { problem: actions.problem, warnings };
  warnings.push(...actions.warnings);
  const images = refuse(checkImages(policy, rule, typed, index));
  if (images) return images;
  warnings.push(...excludedControllersWarning(policy, typed));
  if (!hasTextLabels(typed))
    return {
      problem: problem(
        'labels and annotations supports only string values, "use double quotes around the non string values"',
        [...rule.path, ...placeOfBody(rule)],
      ),
      warnings,
    };
  warnings.push(...bodyWarnings(typed));
  const existing = get(get(typed, 'mutate'), 'mutateExistingOnPolicyUpdate');
  const onUpdate = existing ?? get(policy.spec, 'mutateExistingOnPolicyUpdate');
  if (isSet('Mutation', get(rule.raw, 'mutate')) && onUpdate === true) {
    const found = refuse(checkVariablesOnUpdate(policy, environment.variables));
    if (found) return found;
  }
  return { warnings };
}

function replaceVariables(text: string, language: VariableLanguage, replacement: string): string {
  return language
    .find(text)
    .toReversed()
    .reduce(
      (now, { start, text: variable }) =>
        now.slice(0, start) + replacement + now.slice(start + variable.length),
      text,
    );
}

function checkPatches(
  rule: Rule,
  typed: JsonObject,
  index: number,
  language: VariableLanguage,
): Problem | undefined {
  const text = getString(getObject(typed, 'mutate'), 'patchesJson6902') ?? '';
  if (text === '') return undefined;
  const path = [...rule.path, 'mutate', 'patchesJson6902'];
  const parsed = parseFile({ path: '', text: replaceVariables(text, language, 'kyvernojsonpatchvariable') });
  const broken = parsed.diagnostics.find(({ severity }) => severity === 'error');
  const read = broken ? { error: broken.message } : readJsonPatch(parsed.documents[0]?.value ?? null);
  const wrong =
    'error' in read ? read.error : read.operations.find((operation) => !operation.path.startsWith('/'))?.path;
  return wrong === undefined
    ? undefined
    : problem(`path must begin with a forward slash: spec.rules[${index}]: ${wrong}`, path);
}

/** Match, conditions, elements, context and kinds. */
function checkBlocks(
  rule: Rule,
  typed: JsonObject,
  index: number,
  language: VariableLanguage,
): Problem | undefined {
  const blocks = checkResources(typed) ?? checkRuleConditions(typed);
  if (blocks !== undefined)
    return problem(`path: spec.rules[${index}].${blocks.at}: ${blocks.error}`, [
      ...rule.path,
      ...blocks.path,
    ]);
  const element = findElement(typed, language);
  if (element !== undefined) return problem(element.text, [...rule.path, ...element.path]);
  const context = checkContext(typed, language);
  if (context !== undefined)
    return problem(`path: spec.rules[${index}]: ${context.error}`, [...rule.path, 'context', context.index]);
  if (mutatesExtractedImages(typed))
    return problem(
      `path: spec.rules[${index}]: jmespath may not be used in an image extractor when mutating digests with verify images`,
      [...rule.path, 'imageExtractors'],
    );
  if (!lacksKinds(typed)) return undefined;
  return problem(
    isMetadataOnly(typed)
      ? 'at least one element must be specified in a kind block, the kind attribute is mandatory when working with the resources element'
      : METADATA_ONLY,
    [...rule.path, 'match'],
  );
}

const hasDescription = (block: Json): boolean => Object.keys(getObject(block, 'resources')).length > 0;

function checkResources(rule: JsonObject): ActionProblem | undefined {
  const match = getObject(rule, 'match');
  const exclude = get(rule, 'exclude');
  const isNested = (block: Json): boolean =>
    getList(block, 'any').length > 0 || getList(block, 'all').length > 0;
  if (exclude !== undefined) {
    const users = aggregate(checkUserInfo(exclude, child({ text: 'spec.rules', path: [] }, 'exclude')));
    if (users !== undefined) return { at: 'exclude', error: users.text, path: ['exclude'] };
    if (isNested(exclude) && hasDescription(exclude))
      return {
        at: 'exclude.',
        error: "can't specify any/all together with exclude resources",
        path: ['exclude', 'resources'],
      };
  }
  if (isNested(match) && hasDescription(match))
    return {
      at: 'match.',
      error: "can't specify any/all together with match resources",
      path: ['match', 'resources'],
    };
  const any = getList(match, 'any');
  const filters = any.length > 0 ? any : getList(match, 'all');
  const described = filters.length > 0 ? filters : [match];
  const empty = described.findIndex((one) => !hasDescription(one));
  if (empty < 0) return undefined;
  const path = filters.length > 0 ? ['match', any.length > 0 ? 'any' : 'all', empty] : ['match'];
  return { at: 'match.resources.', error: 'match resources not specified', path };
}

/** A problem of conditions with what stands in front of its path. */
const below = (
  found: ConditionProblem | undefined,
  prefix: string,
  path: readonly (string | number)[],
): ActionProblem | undefined =>
  found && { at: `${prefix}${found.at}`, error: found.error, path: [...path, ...found.path] };

function checkRuleConditions(rule: JsonObject): ActionProblem | undefined {
  const validate = get(rule, 'validate');
  return (
    below(checkConditions(get(rule, 'preconditions'), 'preconditions'), 'validate.', ['preconditions']) ??
    below(checkConditions(get(get(validate, 'deny'), 'conditions'), 'conditions'), 'validate.deny.', [
      'validate',
      'deny',
      'conditions',
    ]) ??
    checkForeachConditions(getList(validate, 'foreach'), 'validate.foreach', ['validate', 'foreach']) ??
    checkForeachConditions(getList(get(rule, 'mutate'), 'foreach'), 'mutate.foreach', [
      'mutate',
      'foreach',
    ]) ??
    checkImageConditions(rule)
  );
}

function checkForeachConditions(
  foreach: readonly Json[],
  key: string,
  path: readonly (string | number)[],
): ActionProblem | undefined {
  for (const [index, one] of foreach.entries()) {
    const here = [...path, index];
    const found =
      below(checkOperators(get(one, 'preconditions'), 'conditions'), `${key}.`, [...here, 'preconditions']) ??
      below(checkOperators(get(get(one, 'deny'), 'conditions'), 'conditions'), `${key}.deny.`, [
        ...here,
        'deny',
        'conditions',
      ]);
    if (found !== undefined) return found;
    const nested = checkForeachConditions(getList(one, 'foreach'), key, [...here, 'foreach']);
    if (nested !== undefined) return { ...nested, at: `${key}.${nested.at}` };
  }
  return undefined;
}

function checkImageConditions(rule: JsonObject): ActionProblem | undefined {
  for (const [index, image] of getList(rule, 'verifyImages').entries()) {
    const path = ['verifyImages', index];
    for (const attestation of getList(image, 'attestations'))
      for (const conditions of getList(attestation, 'conditions')) {
        const found = checkOperators(conditions, 'conditions');
        if (found !== undefined) return below(found, 'verifyImages.attestations.', path);
      }
    const deny = get(getObject(getObject(image, 'validate'), 'deny'), 'conditions');
    const found = checkConditions(deny, 'conditions');
    if (found !== undefined) return below(found, 'imageVerify.validate.deny.', path);
  }
  return undefined;
}

/** A variable of the current element where there is none (lifecycle F.1, 15). */
function findElement(rule: JsonObject, language: VariableLanguage): Problem | undefined {
  return visit(rule, '', [], (text, path) => {
    if (path.includes('/foreach/')) return undefined;
    for (const { text: variable } of language.find(text)) {
      const bare = variable.replaceAll('{{', '').replaceAll('}}', '').trim();
      const name = bare.startsWith('-') ? bare.slice(1).trim() : bare;
      if (name.startsWith('element')) return `variable '${name}' present outside of foreach at path ${path}`;
    }
    return undefined;
  });
}

/** Visits the texts and keys of a document, keys with the path of the object around them; stops at the first answer. */
function visit(
  value: Json,
  path: string,
  place: Problem['path'],
  look: (text: string, path: string) => string | undefined,
): Problem | undefined {
  const found = (text: string | undefined, at: Problem['path']): Problem | undefined =>
    text === undefined ? undefined : problem(text, at);
  if (typeof value === 'string') return found(look(value, path), place);
  const members: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.map((one: Json, i) => [i, one] as const)
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  for (const [key, member] of members) {
    const at = [...place, key];
    const problemFound =
      (typeof key === 'number' ? undefined : found(look(key, path), at)) ??
      visit(member, `${path}/${String(key).replaceAll('/', '\\/')}`, at, look);
    if (problemFound !== undefined) return problemFound;
  }
  return undefined;
}

function mutatesExtractedImages(rule: JsonObject): boolean {
  const mutates = getList(rule, 'verifyImages').some((image) => get(image, 'mutateDigest') === true);
  const extractors = Object.values(getObject(rule, 'imageExtractors')).flatMap((list) =>
    Array.isArray(list) ? (list as readonly Json[]) : [],
  );
  return mutates && extractors.some((one) => (getString(one, 'jmesPath') ?? '') !== '');
}

function lacksKinds(rule: JsonObject): boolean {
  const match = getObject(rule, 'match');
  const any = getList(match, 'any');
  const all = getList(match, 'all');
  const filters = any.length > 0 ? any : all.length > 0 ? all : [match];
  return filters.some((filter) => getList(getObject(filter, 'resources'), 'kinds').length === 0);
}

/** The label or annotation of what the rule does that is no text. */
function placeOfBody({ raw }: Rule): Problem['path'] {
  for (const field of ['validate', 'mutate']) {
    const found = placeOfLabel(get(raw, field) ?? null);
    if (found !== undefined) return [field, ...found];
  }
  return [];
}

/** What the rule does, and whether Kyverno may do it. */
function checkActions(
  rule: Rule,
  typed: JsonObject,
  index: number,
  environment: PolicyValidationEnvironment,
): RuleFindings {
  const checks: readonly (readonly [string, boolean, () => ActionProblem | undefined])[] = [
    ['mutate', isSet('Mutation', get(rule.raw, 'mutate')), () => checkMutateAction(typed)],
    ['validate', isSet('Validation', get(rule.raw, 'validate')), () => checkValidateAction(typed, rule.raw)],
    [
      'generate',
      isSet('Generation', get(rule.raw, 'generate')),
      () => checkGenerateAction(typed, environment.permissions === undefined),
    ],
  ];
  for (const [name, applies, check] of checks) {
    const found = applies ? check() : undefined;
    if (found !== undefined)
      return {
        problem: problem(`path: spec.rules[${index}].${name}.${found.at}.: ${found.error}`, [
          ...rule.path,
          ...found.path,
        ]),
        warnings: [],
      };
  }
  const permissions = environment.permissions?.(rule, index) ?? { warnings: [] };
  if (permissions.error !== undefined)
    return { problem: problem(permissions.error, [...rule.path, rule.type]), warnings: [] };
  if (triggersItself(typed))
    return {
      problem: problem('generation kind and match resource kind should not be the same', [
        ...rule.path,
        'generate',
        'kind',
      ]),
      warnings: [],
    };
  return { warnings: permissions.warnings };
}

/** verifyImages; without an action at the image the policy's counts, and no action is Audit. */
function checkImages(policy: Policy, rule: Rule, typed: JsonObject, index: number): Problem | undefined {
  if (!hasVerifyImages(typed)) return undefined;
  const isEnforce = (action: Json | undefined): boolean => action === 'Enforce' || action === 'enforce';
  let isAudit = !isEnforce(get(policy.spec, 'validationFailureAction'));
  const place = child({ text: `spec.rules[${index}]`, path: rule.path }, 'verifyImages');
  const problems = getList(typed, 'verifyImages').flatMap((image, i) => {
    const action = get(image, 'failureAction');
    if (action !== undefined) isAudit = !isEnforce(action);
    return checkImageVerification(image as JsonObject, isAudit, item(place, i));
  });
  return aggregate(problems);
}
