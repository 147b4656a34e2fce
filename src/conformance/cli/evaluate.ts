import { get, getList, getString } from '../../base/json.ts';
import type { RuleResponse, RuleStatus, UnsupportedFeature } from '../../engine/engine-response.ts';
import { matchRule } from '../../engine/match/match-rule.ts';
import type { PolicyContext } from '../../engine/policy-context.ts';
import { filterBackgroundRules } from '../../engine/rules/background.ts';
import { mutate } from '../../engine/rules/mutate.ts';
import {
  type ExistingTask,
  mutateTarget,
  startMutateExisting,
  targetsFailed,
} from '../../engine/rules/mutate-existing.ts';
import { hasGenerate, hasMutateExisting, hasValidate } from '../../engine/rules/response.ts';
import { subjectOf as engineSubject, policyApplies } from '../../engine/rules/subject.ts';
import { validate } from '../../engine/rules/validate.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Policy, Rule } from '../../kyverno/policy.ts';
import { generateObjects, ObjectStore } from './generate.ts';
import type { Loaded } from './load-documents.ts';
import { findTargets } from './objects.ts';
import { policyContext, type Subject, subjectOf } from './policy-context.ts';
import { loadSources, type TestCase } from './test-case.ts';

/** What a rule came to, with what the CLI compares files with. */
export interface RuleResult {
  readonly rule: string;
  readonly type: 'mutate' | 'validate' | 'generate';
  readonly status: RuleStatus;
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly generated: readonly KubernetesObject[];
  /** The object that a mutate-existing rule changed. */
  readonly patchedTarget?: KubernetesObject;
}

/** A policy's answer for an object; there may be one without any rule. */
export interface PolicyAnswer {
  readonly policy: Policy;
  readonly rules: readonly RuleResult[];
  /** The object after the policy. */
  readonly patched: KubernetesObject | undefined;
}

export interface Evaluation {
  readonly answers: readonly PolicyAnswer[];
  /** What would have been evaluated and is not simulated. */
  readonly unsupported: readonly UnsupportedFeature[];
}

const resultOf = (
  type: RuleResult['type'],
  { rule, status, message, properties }: RuleResponse,
): RuleResult => ({
  rule: rule.name,
  type,
  status,
  message,
  properties: properties ?? {},
  generated: [],
});

const hasMutate = (rule: Rule): boolean => get(rule.raw, 'mutate') !== undefined;
const verifiesImages = (rule: Rule): boolean => getList(rule.raw, 'verifyImages').length > 0;

/**
 * Evaluates all policies for an object in the CLI's order (policy_processor.go): mutate, verify images, validate, generate; what one
 * policy makes of the object is what the next one sees.
 */
export function evaluate(
  testCase: TestCase,
  object: KubernetesObject,
  operation: string,
): Loaded<Evaluation> {
  const answers: PolicyAnswer[] = [];
  const unsupported: UnsupportedFeature[] = [];
  let subject: Subject = subjectOf(testCase, object);
  const { policies } = testCase.loaded;
  const stages: readonly (readonly [(rule: Rule) => boolean, Stage])[] = [
    [hasMutate, mutateStage],
    [verifiesImages, imageStage],
    [(rule) => hasValidate(rule) || verifiesImages(rule), validateStage],
    [hasGenerate, generateStage],
  ];
  for (const [concerns, stage] of stages)
    for (const policy of policies.filter(({ rules }) => rules.some(concerns))) {
      const context = policyContext(testCase, policy, subject, operation);
      if ('error' in context) return context;
      const answer = stage(testCase, context);
      unsupported.push(...(answer.unsupported ?? []));
      if (answer.rules === undefined) continue;
      answers.push({ policy, rules: answer.rules, patched: answer.patched });
      if (stage !== generateStage) subject = { ...subject, object: answer.patched };
    }
  return { answers, unsupported };
}

/** A stage's answer of one policy; without `rules` there is none. */
interface StageAnswer {
  readonly rules?: readonly RuleResult[];
  readonly patched: KubernetesObject | undefined;
  readonly unsupported?: readonly UnsupportedFeature[] | undefined;
}

type Stage = (testCase: TestCase, context: PolicyContext) => StageAnswer;

/** Rules with targets change the objects of the test, in line with the others (engine/mutation.go without admission request). */
const mutateStage: Stage = (testCase, context) => {
  const { policy } = context;
  const rules: RuleResult[] = [];
  let current = context;
  for (const rule of policyApplies(context) ? policy.rules.filter(hasMutate) : []) {
    if (hasMutateExisting(rule)) rules.push(...mutateTargets(testCase, current, rule));
    else {
      const { rules: responses, patched } = mutate(current, [rule]);
      rules.push(...responses.map((response) => resultOf('mutate', response)));
      if (patched !== undefined) current = { ...current, newObject: patched };
    }
    const applied = rules.some(({ status }) => status === 'pass' || status === 'fail');
    if (applied && getString(policy.spec, 'applyRules') === 'One') break;
  }
  return { rules, patched: current.newObject };
};

function mutateTargets(testCase: TestCase, context: PolicyContext, rule: Rule): readonly RuleResult[] {
  const start = startMutateExisting(context, rule);
  if (start.kind === 'none') return [];
  if (start.kind === 'answered') return [resultOf('mutate', start.response)];
  const { existing } = start;
  const objects = testCase.cluster ?? [...testCase.resources, ...testCase.targets, ...testCase.params];
  const errors: string[] = [];
  const found: { readonly index: number; readonly object: KubernetesObject }[] = [];
  for (const target of existing.targets) {
    const located = 'error' in target ? target : findTargets(objects, target.selector);
    if ('error' in located) errors.push(located.error);
    else found.push(...located.map((object) => ({ index: target.index, object })));
  }
  return [
    ...(errors.length > 0 ? [resultOf('mutate', targetsFailed(rule, errors))] : []),
    ...found.map(({ index, object }) => mutateOne(existing, index, object)),
  ];
}

function mutateOne(existing: ExistingTask, index: number, object: KubernetesObject): RuleResult {
  const { response, patched } = mutateTarget(existing, index, object);
  const result = resultOf('mutate', response);
  return patched === undefined ? result : { ...result, patchedTarget: patched };
}

/** Verifying images needs a registry: a rule that would do so has no result. */
const imageStage: Stage = (_testCase, context) => {
  const { policy, newObject, oldObject } = context;
  const subject = engineSubject(context, newObject ?? oldObject);
  const matching = policy.rules.filter(
    (rule) =>
      verifiesImages(rule) &&
      policyApplies(context) &&
      matchRule(rule, subject, policy.namespace) === undefined,
  );
  return {
    rules: [],
    patched: newObject,
    unsupported: matching.map((rule) => ({
      rule: rule.name,
      what: 'verifyImages',
      message: `Rule ${rule.name} uses verifyImages, which is not simulated: it has no result here.`,
      path: [...rule.path, 'verifyImages'],
    })),
  };
};

const validateStage: Stage = (_testCase, context) => {
  const { rules, unsupported } = validate(context);
  return {
    rules: rules.map((response) => resultOf('validate', response)),
    patched: context.newObject,
    unsupported,
  };
};

/** Only a policy one of whose rules has a result answers here. */
const generateStage: Stage = (testCase, context) => {
  const { policy, newObject } = context;
  const { rules, unsupported } = filterBackgroundRules(context);
  if (rules.length === 0) return { patched: newObject, unsupported };
  const sources = rules.flatMap(({ rule }) => sourcesOf(testCase, policy, rule));
  const store = new ObjectStore([...(newObject === undefined ? [] : [newObject]), ...sources]);
  const results: RuleResult[] = [];
  for (const response of rules) {
    const result = backgroundResult(response);
    const made = hasGenerate(response.rule) ? generateObjects(context, response.rule, store) : [];
    // One rule that fails leaves all of them as they were.
    if ('error' in made) return { rules: rules.map(backgroundResult), patched: newObject, unsupported };
    results.push({ ...result, generated: made });
  }
  return { rules: results, patched: newObject, unsupported };
};

const backgroundResult = (response: RuleResponse): RuleResult =>
  resultOf(hasGenerate(response.rule) ? 'generate' : 'mutate', response);

/** The objects that the test gives a rule to copy from. */
function sourcesOf(testCase: TestCase, policy: Policy, rule: Rule): readonly KubernetesObject[] {
  const clones = ['clone', 'cloneList'].some((field) => get(get(rule.raw, 'generate'), field) !== undefined);
  const result = testCase.test.results.find(
    (entry) =>
      entry.rule === rule.name &&
      (entry.policy === policy.key || (policy.namespace === '' && entry.policy === policy.name)),
  );
  if (!clones || result === undefined || result.cloneSourceResource === '') return [];
  return loadSources(testCase, result.cloneSourceResource);
}
