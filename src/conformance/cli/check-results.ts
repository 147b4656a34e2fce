import { getString } from '../../base/json.ts';
import type { CliTestResult } from '../../formats/kyverno-test.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { type Comparison, compareWithFile } from './compare-resource.ts';
import type { PolicyAnswer, RuleResult } from './evaluate.ts';
import type { TestCase } from './test-case.ts';

/** A line of the table that the CLI prints. */
export interface ResultRow {
  readonly policy: string;
  readonly rule: string;
  readonly resource: string;
  readonly result: 'Pass' | 'Fail' | 'Skip';
  readonly reason: string;
  readonly message: string;
}

/** Answers by the object that they are about; an object stands there even if nothing answered. */
export type AnswersOf = ReadonlyMap<string, readonly PolicyAnswer[]>;

/** What results are held against (commands/test/test.go, TestResponse). */
export interface Responses {
  readonly trigger: AnswersOf;
  readonly byOperation: ReadonlyMap<string, AnswersOf>;
  readonly target: AnswersOf;
}

/** `apiVersion,Kind,namespace,name`. */
export const keyOf = (object: KubernetesObject): string =>
  [object.apiVersion, object.kind, namespaceOf(object), nameOf(object)].join(',');

/** The rows of one result of a test (commands/test/output.go). */
export function checkResult(testCase: TestCase, result: CliTestResult, responses: Responses): ResultRow[] {
  const trigger =
    result.operation === '' ? responses.trigger : (responses.byOperation.get(result.operation) ?? new Map());
  return selectKeys(result, [responses.target, trigger]).flatMap((key) => {
    const triggered = checkTrigger(testCase, result, key, trigger.get(key));
    const rows = [...triggered.rows, ...checkTarget(testCase, result, key, responses.target.get(key))];
    if (rows.length > 0 || triggered.skipped) return rows;
    const refusal = testCase.loaded.refused.get(policyName(result));
    const row = { policy: result.policy, rule: result.rule, resource: key.replaceAll(',', '/') };
    return refusal === undefined
      ? [{ ...row, result: 'Fail', reason: 'Not found', message: 'Not found' }]
      : [{ ...row, result: 'Skip', reason: 'Invalid Policy', message: refusal }];
  });
}

const policyName = ({ policy }: CliTestResult): string => policy.slice(policy.lastIndexOf('/') + 1);

/** The objects that a result names; all of them if it names none that is there. */
function selectKeys(result: CliTestResult, maps: readonly AnswersOf[]): readonly string[] {
  const { resources, resourceSpecs } = result;
  const selected: string[] = [];
  const select = (matches: (parts: readonly string[]) => boolean): void => {
    for (const map of maps) selected.push(...[...map.keys()].filter((key) => matches(key.split(','))));
  };
  for (const text of resources ?? []) {
    const [first, second, ...rest] = text.split('/');
    if (rest.length > 0) continue;
    if (second === undefined) select((parts) => parts.at(-1) === first);
    else select((parts) => parts.at(-2) === first && parts.at(-1) === second);
  }
  for (const spec of resources === undefined ? [] : resourceSpecs) {
    const apiVersion = spec.group === '' ? spec.version : `${spec.group}/${spec.version}`;
    select(
      (parts) => parts[0] === apiVersion && parts.at(-2) === spec.namespace && parts.at(-1) === spec.name,
    );
  }
  return selected.length > 0 ? selected : maps.flatMap((map) => [...map.keys()]);
}

function checkTrigger(
  testCase: TestCase,
  result: CliTestResult,
  key: string,
  answers: readonly PolicyAnswer[] = [],
): { readonly rows: readonly ResultRow[]; readonly skipped: boolean } {
  const rows: ResultRow[] = [];
  const resource = key.replaceAll(',', '/');
  let skipped = false;
  for (const answer of answers.filter(({ policy }) => policy.name === policyName(result))) {
    for (const rule of answer.rules.filter(({ rule: name }) => names(result, name))) {
      if (rule.type === 'generate') {
        rows.push(...checkGenerated(testCase, result, answer, rule, resource));
        continue;
      }
      const object = rule.type === 'mutate' ? answer.patched : undefined;
      const checked = checkRule(testCase, result, answer, rule, object);
      if (checked.missing && !result.failOnMissingResources) skipped = true;
      else rows.push(rowOf(result, rule, resource, checked));
    }
    if (rows.length === 0 && !skipped)
      rows.push({
        policy: result.policy,
        rule: result.rule,
        resource,
        result: 'Pass',
        reason: 'Excluded',
        message: 'Excluded',
      });
  }
  return { rows, skipped };
}

const names = ({ rule }: CliTestResult, name: string): boolean =>
  rule === '' || name === rule || name === `autogen-${rule}` || name === `autogen-cronjob-${rule}`;

/** One row for each generated object; of a rule that generated nothing only the status counts. */
function checkGenerated(
  testCase: TestCase,
  result: CliTestResult,
  answer: PolicyAnswer,
  rule: RuleResult,
  resource: string,
): readonly ResultRow[] {
  if (rule.generated.length === 0) return [rowOf(result, rule, resource, checkStatus(result, answer, rule))];
  return rule.generated.map((object) =>
    rowOf(result, rule, `/${nameOf(object)}`, checkRule(testCase, result, answer, rule, object)),
  );
}

/** Answers in which a rule changed the object, each with a row for it. */
function checkTarget(
  testCase: TestCase,
  result: CliTestResult,
  key: string,
  answers: readonly PolicyAnswer[] = [],
): readonly ResultRow[] {
  return answers.flatMap((answer) => {
    const rule = patchedBy(answer, key);
    if (rule === undefined) return [];
    const checked = checkRule(testCase, result, answer, rule, rule.patchedTarget);
    return [rowOf(result, rule, key.replaceAll(',', '/'), checked)];
  });
}

/** The rule of an answer that changed an object. */
export const patchedBy = (answer: PolicyAnswer, key: string): RuleResult | undefined =>
  answer.rules.find(({ patchedTarget }) => patchedTarget !== undefined && keyOf(patchedTarget) === key);

interface Checked {
  readonly success: boolean;
  readonly message: string;
  readonly reason: string;
  readonly missing: boolean;
}

const rowOf = (result: CliTestResult, rule: RuleResult, resource: string, checked: Checked): ResultRow => ({
  policy: result.policy,
  rule: rule.rule,
  resource,
  result: checked.success ? 'Pass' : 'Fail',
  reason: checked.reason,
  message: checked.message,
});

function checkRule(
  testCase: TestCase,
  result: CliTestResult,
  answer: PolicyAnswer,
  rule: RuleResult,
  object: KubernetesObject | undefined,
): Checked {
  const { patchedResources, generatedResource, generatedResources } = result;
  if (patchedResources !== '') {
    const found = failureOf(compareWithFile(testCase, object, patchedResources, 'PatchedResources'));
    if (found !== undefined) return found;
  }
  if (generatedResources.length > 0) {
    const found = generatedResources.map((file) =>
      failureOf(compareWithFile(testCase, object, file, 'GeneratedResources')),
    );
    const [worst] = found.toSorted((left, right) => rank(left) - rank(right));
    if (worst !== undefined) return worst;
  } else if (generatedResource !== '') {
    const found = failureOf(compareWithFile(testCase, object, generatedResource, 'GeneratedResource'));
    if (found !== undefined) return found;
  }
  return checkStatus(result, answer, rule);
}

/** Of several files one that is equal suffices; a difference is told before a file that could not be compared. */
const rank = (found: Checked | undefined): number =>
  found === undefined ? 0 : found.reason === 'Resource diff' ? 1 : 2;

function failureOf(comparison: Comparison): Checked | undefined {
  if (comparison.kind === 'equal') return undefined;
  return comparison.kind === 'different'
    ? {
        success: false,
        message: 'not equal to the expected resource',
        reason: 'Resource diff',
        missing: false,
      }
    : {
        success: false,
        message: comparison.message,
        reason: 'Resource error',
        missing: comparison.missing,
      };
}

/** The status as a policy report would have it (utils/report/results.go). */
function checkStatus(result: CliTestResult, { policy }: PolicyAnswer, rule: RuleResult): Checked {
  const { properties } = rule;
  const scored = getString(policy.object.metadata, 'annotations', 'policies.kyverno.io/scored') !== 'false';
  const status = rule.status === 'fail' && !scored ? 'warn' : rule.status;
  const message = properties['message'] || properties[`${rule.status}Message`] || rule.message;
  const success = status === result.result;
  return {
    success,
    message,
    reason: success ? 'Ok' : `Want ${result.result}, got ${status}`,
    missing: false,
  };
}
