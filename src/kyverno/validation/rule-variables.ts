import { get, getList, getObject, getString, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { compileJmesPath } from '../../expressions/jmespath/query.ts';
import { readJsonPatch } from '../../kubernetes/patch/json-patch.ts';
import { matchWildcard } from '../../kubernetes/wildcard.ts';
import { parseFile } from '../../manifest/parse.ts';
import { goJson, isSet, toGoStruct } from '../go-types.ts';
import type { Policy, Rule } from '../policy.ts';
import type { VariableLanguage } from './environment.ts';
import { hasVerifyImages } from './policy-fields.ts';
import { type Problem, problem } from './problem.ts';

/** Roots of variables that need no declaration, by what the rule is for. The text is printed in errors. */
const ALLOWED = {
  anywhere:
    /request|serviceAccountName|serviceAccountNamespace|element|elementIndex|@|images|image|([a-z_0-9]+\()[^{}]/,
  background: /request\.|element|elementIndex|@|images|images\.|image\.|([a-z_0-9]+\()[^{}]/,
  anywhereInTarget:
    /request\.|serviceAccountName|serviceAccountNamespace|element|elementIndex|@|images|images\.|image\.|target\.|([a-z_0-9]+\()[^{}]/,
  backgroundInTarget: /request\.|element|elementIndex|@|images|images\.|image\.|target\.|([a-z_0-9]+\()[^{}]/,
} as const;

const FORBIDDEN_IN_BACKGROUND = [
  /[^.](serviceAccountName)\b/,
  /[^.](serviceAccountNamespace)\b/,
  /[^.](request.userInfo)\b/,
  /[^.](request.roles)\b/,
  /[^.](request.clusterRoles)\b/,
];

const PLAIN_VARIABLE = /\{\{[^{}]*\}\}/;
const SPEC = ['spec'] as const;

/** Checks where variables stand and what they name (lifecycle F.3; validate.go ValidateVariables). */
export function checkVariables(
  policy: Policy,
  background: boolean,
  language: VariableLanguage,
): Problem | undefined {
  if (background) {
    const found = findUserVariables(policy, language);
    if (found !== undefined)
      return problem(
        `only select variables are allowed in background mode. Set spec.background=false to disable background mode for this policy rule: ${found.text} `,
        found.path,
      );
  }
  const invalid = findInvalidVariables(policy, background, language);
  return invalid && problem(`policy contains invalid variables: ${invalid.text}`, invalid.path);
}

/** The same for rules that change existing objects when the policy changes. */
export function checkVariablesOnUpdate(policy: Policy, language: VariableLanguage): Problem | undefined {
  if (language.find(printPolicy(policy)).length === 0) return undefined;
  const invalid = findInvalidVariables(policy, true, language);
  if (invalid !== undefined)
    return problem(`update event, policy contains invalid variables: ${invalid.text}`, invalid.path);
  const user = findUserVariables(policy, language);
  return (
    user &&
    problem(
      `only select variables are allowed in on policy update. Set spec.mutateExistingOnPolicyUpdate=false to disable update policy mode for this policy rule: ${user.text} `,
      user.path,
    )
  );
}

/** The policy as Go prints it, without the last applied configuration. */
function printPolicy(policy: Policy): string {
  const { metadata } = policy.object;
  const annotations = { ...getObject(metadata, 'annotations') };
  if (Object.keys(annotations).length > 0)
    annotations['kubectl.kubernetes.io/last-applied-configuration'] = '';
  return goJson({ metadata: { ...metadata, annotations }, spec: toGoStruct('Spec', policy.spec) });
}

function findUserVariables(policy: Policy, language: VariableLanguage): Problem | undefined {
  for (const [index, rule] of policy.rules.entries()) {
    const found = findUserMatch(rule, index);
    if (found !== undefined) return found;
  }
  if (policy.rules.some(({ raw }) => Array.isArray(get(get(raw, 'mutate'), 'targets')))) return undefined;
  for (const { text } of language.find(printPolicy(policy)))
    if (FORBIDDEN_IN_BACKGROUND.some((banned) => banned.test(text)))
      return problem(`variable ${text} is not allowed`, deepest(policy.spec, SPEC, text));
  return undefined;
}

/** The deepest part of a value whose text holds the variable; `at` is where the value stands. */
function deepest(whole: Json, at: Problem['path'], variable: string): Problem['path'] {
  const path: (string | number)[] = [...at];
  let value = whole;
  for (;;) {
    const members: readonly (readonly [string | number, Json])[] = Array.isArray(value)
      ? [...value.entries()]
      : isObject(value)
        ? Object.entries(value)
        : [];
    const next = members.find(([, member]) => holdsText(member, variable));
    if (next === undefined) return path;
    path.push(next[0]);
    value = next[1];
  }
}

function findUserMatch(rule: Rule, index: number): Problem | undefined {
  for (const block of ['match', 'exclude']) {
    const value = get(rule.raw, block);
    const modes = block === 'match' ? ['any', 'all'] : ['all', 'any'];
    const filters = modes.flatMap((mode) =>
      getList(value, mode).map((filter, i) => ({ filter, text: `${mode}[${i}]/`, path: [mode, i] })),
    );
    for (const { filter, text, path } of [{ filter: value ?? null, text: '', path: [] }, ...filters]) {
      const field = ['roles', 'clusterRoles', 'subjects'].find((name) => getList(filter, name).length > 0);
      if (field !== undefined)
        return problem(`invalid variable used at path: spec/rules[${index}]/${block}/${text}${field}`, [
          ...rule.path,
          block,
          ...path,
          field,
        ]);
    }
  }
  return undefined;
}

function findInvalidVariables(
  policy: Policy,
  background: boolean,
  language: VariableLanguage,
): Problem | undefined {
  for (const rule of policy.rules) {
    const typed = withoutAttestationConditions(toGoStruct('Rule', rule.raw));
    const found =
      findForbiddenSection(rule, language) ??
      findInTargets(rule, typed, background, language) ??
      findInRule(rule, typed, background, language);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findForbiddenSection(rule: Rule, language: VariableLanguage): Problem | undefined {
  const name = rule.name;
  const patches = getString(get(rule.raw, 'mutate'), 'patchesJson6902') ?? '';
  const read = readJsonPatch(parseFile({ path: '', text: patches }).documents[0]?.value ?? null);
  if ('operations' in read && read.operations.some(({ path }) => language.find(path).length > 0))
    return problem(`rule "${name}" should not have variables in patchesJSON6902 path section`, [
      ...rule.path,
      'mutate',
      'patchesJson6902',
    ]);
  for (const block of ['exclude', 'match'])
    if (PLAIN_VARIABLE.test(goJson(toGoStruct('MatchResources', get(rule.raw, block)))))
      return problem(`rule "${name}" should not have variables in ${block} section`, [...rule.path, block]);
  const images = getList(rule.raw, 'verifyImages').flatMap((image) => [
    ...getList(image, 'imageReferences'),
    getString(image, 'image') ?? '',
  ]);
  if (images.some((image) => language.find(String(image)).length > 0))
    return problem(`rule "${name}" should not have variables in image reference section`, [
      ...rule.path,
      'verifyImages',
    ]);
  return undefined;
}

/** Conditions of attestations name what the attestation holds. */
function withoutAttestationConditions(rule: JsonObject): JsonObject {
  const images = getList(rule, 'verifyImages');
  if (images.length === 0) return rule;
  const bare = images.map((image) => ({
    ...(image as JsonObject),
    attestations: getList(image, 'attestations').map((one) => {
      const { conditions: _, ...rest } = one as JsonObject;
      return rest;
    }),
  }));
  return { ...rule, verifyImages: bare };
}

function findInTargets(
  rule: Rule,
  typed: JsonObject,
  background: boolean,
  language: VariableLanguage,
): Problem | undefined {
  const targets = getList(get(typed, 'mutate'), 'targets');
  const context = get(typed, 'context');
  const preconditions = get(typed, 'preconditions');
  for (const index of targets.keys()) {
    const only = targets.slice(0, index + 1).map((target) => toGoStruct('ResourceSpec', target));
    const bare: JsonObject = {
      ...(context === undefined ? {} : { context }),
      ...(preconditions === undefined ? {} : { preconditions }),
      mutate: { targets: only },
    };
    const regex = background ? ALLOWED.background : ALLOWED.anywhere;
    const found = substitute(bare, regex, declaredNames(bare), language);
    if (found !== undefined)
      return problem(`invalid variables defined at mutate.targets[${index}]: ${found.error}`, [
        ...rule.path,
        'mutate',
        'targets',
        index,
      ]);
  }
  return undefined;
}

function findInRule(
  rule: Rule,
  typed: JsonObject,
  background: boolean,
  language: VariableLanguage,
): Problem | undefined {
  const isTarget = Array.isArray(get(get(typed, 'mutate'), 'targets'));
  const regex = isTarget
    ? background
      ? ALLOWED.backgroundInTarget
      : ALLOWED.anywhereInTarget
    : background
      ? ALLOWED.background
      : ALLOWED.anywhere;
  const found = substitute(typed, regex, declaredNames(typed), language);
  return (
    found &&
    problem(
      `variable substitution failed for rule ${rule.name}: ${found.error}`,
      deepest(rule.raw, rule.path, found.expression),
    )
  );
}

/** Wildcard patterns of the names that context entries declare. */
function declaredNames(rule: JsonObject): readonly string[] {
  const mutate = get(rule, 'mutate');
  const generate = get(rule, 'generate');
  const scopes: readonly Json[] = [
    rule,
    ...getList(get(rule, 'validate'), 'foreach'),
    ...getList(mutate, 'foreach'),
    ...getList(mutate, 'targets'),
    ...(isSet('Generation', generate) ? getList(generate, 'foreach') : []),
  ];
  const [own, ...nested] = scopes.map((scope) => getList(scope, 'context').flatMap(namesOfEntry));
  return [...(own ?? []), ...attestationNames(rule), ...nested.flat()];
}

function namesOfEntry(entry: Json): readonly string[] {
  const name = getString(entry, 'name') ?? '';
  const isValue = ['apiCall', 'globalReference', 'imageRegistry', 'variable'].some(
    (source) => get(entry, source) !== undefined,
  );
  const isMap = get(entry, 'configMap') !== undefined;
  const map = [`${name}.data`, `${name}.metadata`, `${name}.data.*`, `${name}.metadata.*`];
  return [...(isValue ? [`${name}*`] : []), ...(isMap ? map : [])];
}

function attestationNames(rule: JsonObject): readonly string[] {
  const images = getList(rule, 'verifyImages');
  const validates = images.some((image) => Object.keys(getObject(image, 'validate')).length > 0);
  if (!hasVerifyImages(rule) || !validates) return [];
  return images.flatMap((image) =>
    getList(image, 'attestations').map((one) => `${getString(one, 'name') ?? ''}*`),
  );
}

/** Whether a text or key somewhere in a value holds a text. */
function holdsText(value: Json, text: string): boolean {
  if (typeof value === 'string') return value.includes(text);
  if (Array.isArray(value)) return value.some((one: Json) => holdsText(one, text));
  return (
    isObject(value) && Object.entries(value).some(([key, one]) => key.includes(text) || holdsText(one, text))
  );
}

interface BadVariable {
  readonly error: string;
  readonly expression: string;
}

/** Replaces all variables by nothing; the error of the first that is unknown or no JMESPath. */
function substitute(
  document: JsonObject,
  regex: RegExp,
  names: readonly string[],
  language: VariableLanguage,
): BadVariable | undefined {
  let unknown: string | undefined;
  let last = '';
  const query = (expression: string): { readonly value: Json } | { readonly error: string } => {
    last = expression;
    const text = expression.trim();
    if (text === '') return { error: 'invalid query (nil)' };
    const compiled = compileJmesPath(text);
    if ('error' in compiled) return { error: `invalid JMESPath query ${text}: ${compiled.error}` };
    const bare = text.replaceAll('"', '');
    if (regex.test(bare) || names.some((name) => matchWildcard(name, bare))) return { value: null };
    unknown = `variable ${bare} must match regex "${regex.source}" or patterns [${names.join(' ')}]`;
    return { error: unknown };
  };
  const result = language.substitute(document, { query, isDelete: false });
  if (!('error' in result)) return undefined;
  const isUnknown = unknown !== undefined && result.error.endsWith(unknown);
  return { error: isUnknown && unknown !== undefined ? unknown : result.error, expression: last };
}
