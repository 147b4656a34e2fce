import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../base/json.ts';
import { getObject, getString } from '../../base/json.ts';
import type { KubernetesObject, ObjectRef } from '../../kubernetes/object.ts';
import type { ApiCallResponse } from '../../kyverno/mocks.ts';
import type { Policy } from '../../kyverno/policy.ts';
import { readPolicy } from '../../kyverno/read-policy.ts';
import type { ManifestDocument, TextFile } from '../../manifest/manifest.ts';
import type { Scenario } from '../../simulation/scenario.ts';
import { objectsAt } from '../../trace/outcome.ts';
import type { Trace, TraceStep } from '../../trace/trace.ts';
import { type Expectation, entryValues, expectationsOf, hasFailedEntry, type LeftOut } from './results.ts';
import { forFile, isTrigger, oldObjectValues, readTrigger, type Trigger } from './trigger.ts';

/** A `kyverno test` folder, and what of the run it cannot hold. */
export interface KyvernoTest {
  /** `kyverno-test.yaml` first; empty if no step puts anything before a policy. */
  readonly files: readonly TextFile[];
  /** One sentence each: what happened in the run and is not in the test, with the reason. */
  readonly left: readonly string[];
}

/** What one request asks of the policies: one Test, one YAML document of kyverno-test.yaml. */
interface TestCase {
  readonly step: TraceStep;
  /** `step-1`; `step-1-2` for the second object of a step. */
  readonly prefix: string;
  readonly trigger: Trigger;
  readonly expected: readonly Expectation[];
}

/**
 * Writes what a run showed of the policies as a test of the Kyverno CLI (`kyverno test`, cli.kyverno.io/v1alpha1): one Test
 * an object of a step, with the object as Kyverno saw it, what each rule answered, the objects that generate and mutate rules made.
 * The CLI has neither time nor cluster: what only the background phase shows stays out, and is told in {@link KyvernoTest.left}.
 */
export function writeKyvernoTest(scenario: Scenario, trace: Trace): KyvernoTest {
  const documents = policyDocuments(scenario);
  const policies = documents.map(({ policy }) => policy);
  const read = trace.steps.slice(1).map((step) => testCases(scenario, trace, step, policies));
  const left = read.flatMap((one) => one.left);
  const cases = read.flatMap((one) => one.cases).filter(({ expected }) => expected.length > 0);
  if (cases.length === 0) return { files: [], left };
  const writer = new Writer(scenario, trace, documents);
  const tests = cases.map((testCase) => writer.test(testCase));
  const head = left.length === 0 ? '' : `${HEAD}${left.map((line) => `#   - ${line}\n`).join('')}`;
  return {
    files: [
      { path: 'kyverno-test.yaml', text: `${head}${tests.map(toYaml).join('---\n')}` },
      { path: POLICIES, text: documents.map(({ document }) => toYaml(document.value)).join('---\n') },
      ...writer.files(),
    ],
    left,
  };
}

const POLICIES = 'policies.yaml';
const HEAD = `# Run with: kyverno test .
# Not in this test, which has neither time nor cluster:
`;

interface PolicyDocument {
  readonly document: ManifestDocument;
  readonly policy: Policy;
}

/** The classic policies of the scenario, those of its steps too; of one key the last. */
function policyDocuments(scenario: Scenario): readonly PolicyDocument[] {
  const all = [...scenario.before, ...scenario.steps.flatMap(({ action }) => filesOf(action))];
  const found = all.flatMap((document): PolicyDocument[] => {
    const policy = document.object && readPolicy(document.object);
    return policy === undefined ? [] : [{ document, policy }];
  });
  return [...new Map(found.map((item) => [item.policy.key, item])).values()];
}

const filesOf = (action: Scenario['steps'][number]['action']): readonly ManifestDocument[] =>
  action.type === 'kubectl' ? Object.values(action.files).flat() : [];

function testCases(
  scenario: Scenario,
  trace: Trace,
  step: TraceStep,
  policies: readonly Policy[],
): { readonly cases: readonly TestCase[]; readonly left: readonly string[] } {
  const requests = trace.events.filter(isTrigger).filter((event) => event.step === step.index);
  const left: string[] = [];
  const cases: TestCase[] = [];
  const seen = new Set<string>();
  for (const request of requests) {
    // Of two requests for one object in one step, such as the try of an apply, the first is told.
    if (seen.has(keyOf(request.target))) continue;
    seen.add(keyOf(request.target));
    const trigger = readTrigger(trace, request, scenario.steps[step.index - 1]);
    if (trigger === undefined) {
      left.push(`${step.title}: the trace does not hold the object that was refused`);
      continue;
    }
    const found = expectationsOf(trace, trigger, policies);
    left.push(...found.left.map((item) => leftOutText(step, item)));
    const prefix = `step-${step.index}${cases.length === 0 ? '' : `-${cases.length + 1}`}`;
    cases.push({ step, prefix, trigger, expected: found.expected });
  }
  return { cases, left };
}

const keyOf = (ref: ObjectRef): string => `${ref.apiVersion}|${ref.kind}|${ref.namespace ?? ''}|${ref.name}`;

const leftOutText = (step: TraceStep, { rule, reason }: LeftOut): string =>
  `${step.title}: rule ${rule.rule} of ${rule.policy}: ${reason.replaceAll('\n', ' ')}`;

/** Writes the documents of one folder; objects that several tests need are written once. */
class Writer {
  readonly #scenario: Scenario;
  readonly #trace: Trace;
  readonly #documents: readonly PolicyDocument[];
  readonly #exceptions: readonly KubernetesObject[];
  readonly #files = new Map<string, readonly Json[]>();
  readonly #texts: string;

  constructor(scenario: Scenario, trace: Trace, documents: readonly PolicyDocument[]) {
    this.#scenario = scenario;
    this.#trace = trace;
    this.#documents = documents;
    this.#texts = documents.map(({ document }) => JSON.stringify(document.value)).join('\n');
    this.#exceptions = scenario.before.flatMap(({ object }) =>
      object?.kind === 'PolicyException' && object.apiVersion.startsWith('kyverno.io/') ? [object] : [],
    );
    if (this.#exceptions.length > 0) this.#files.set('exceptions.yaml', this.#exceptions);
  }

  files(): readonly TextFile[] {
    return [...this.#files].map(([path, documents]) => ({ path, text: documents.map(toYaml).join('---\n') }));
  }

  test({ step, prefix, trigger, expected }: TestCase): JsonObject {
    const resources = this.#put(`${prefix}.yaml`, [forFile(trigger.object, this.#mentions)]);
    const values = this.#values(step, trigger, expected);
    const user = this.#user(prefix, step, expected);
    // The CLI gives declared answers before it looks at an entry before them: only what failed is told so.
    const answers = expected.some((item) => hasFailedEntry(this.#trace, item))
      ? this.#scenario.mocks.apiCallResponses.filter(({ statusCode }) => statusCode >= 300).map(answerOf)
      : [];
    return {
      apiVersion: 'cli.kyverno.io/v1alpha1',
      kind: 'Test',
      metadata: { name: testName(step, prefix) },
      policies: [POLICIES],
      resources: [resources],
      ...(this.#exceptions.length === 0 ? {} : { exceptions: ['exceptions.yaml'] }),
      ...(user === undefined ? {} : { userinfo: user }),
      ...(values === undefined ? {} : { variables: this.#put(`${prefix}-values.yaml`, [values]) }),
      ...(answers.length === 0 ? {} : { apiCallResponses: answers }),
      results: expected.map((item) => this.#result(trigger, item, prefix)),
    };
  }

  readonly #mentions = (field: string): boolean => this.#texts.includes(field);

  #put(path: string, documents: readonly Json[]): string {
    this.#files.set(path, documents);
    return path;
  }

  /** A file of one object under the first free name. */
  #putObject(name: string, object: JsonObject): string {
    const path = (count: number): string => `${name}${count === 1 ? '' : `-${count}`}.yaml`;
    let count = 1;
    while (this.#files.has(path(count))) count += 1;
    return this.#put(path(count), [object]);
  }

  #result(trigger: Trigger, expected: Expectation, prefix: string): JsonObject {
    const { target } = trigger.request;
    return {
      policy: expected.policy.key,
      rule: expected.ruleName,
      kind: target.kind,
      resources: [target.namespace === undefined ? target.name : `${target.namespace}/${target.name}`],
      result: statusOf(expected),
      ...(expected.patched
        ? {
            patchedResources: this.#putObject(`${prefix}-patched`, forFile(expected.patched, this.#mentions)),
          }
        : {}),
      ...(expected.source
        ? {
            cloneSourceResource: this.#putObject(
              `${prefix}-source`,
              forFile(expected.source, () => false),
            ),
          }
        : {}),
      ...(expected.generated
        ? { generatedResource: this.#putObject(`${prefix}-generated`, expected.generated) }
        : {}),
    };
  }

  /** Operation, old object, what context entries gave and namespace labels, where they matter. */
  #values(step: TraceStep, trigger: Trigger, expected: readonly Expectation[]): JsonObject | undefined {
    const policies = this.#documents.flatMap(({ policy }) => {
      const own = expected.filter((item) => item.policy.key === policy.key);
      const rules = own.flatMap((item) => {
        const values = entryValues(this.#trace, item);
        return Object.keys(values).length === 0 ? [] : [{ name: item.ruleName, values }];
      });
      const changes = trigger.operation !== 'CREATE' && own.length > 0;
      if (rules.length === 0 && !changes) return [];
      const { name } = trigger.request.target;
      return [
        {
          name: policy.name,
          ...(changes ? { resources: [{ name, values: operationValues(trigger, this.#mentions) }] } : {}),
          ...(rules.length === 0 ? {} : { rules }),
        },
      ];
    });
    const selectors = this.#mentions('namespaceSelector') ? this.#namespaces(step) : [];
    if (policies.length + selectors.length === 0) return undefined;
    return {
      apiVersion: 'cli.kyverno.io/v1alpha1',
      kind: 'Values',
      metadata: { name: 'values' },
      ...(policies.length === 0 ? {} : { policies }),
      ...(selectors.length === 0 ? {} : { namespaceSelector: selectors }),
    };
  }

  #namespaces(step: TraceStep): readonly JsonObject[] {
    return objectsAt(this.#trace, step.time).flatMap(({ ref, revision }) => {
      if (ref.kind !== 'Namespace') return [];
      const object = this.#trace.revisions.find(({ id }) => id === revision)?.object;
      const labels = getObject(object, 'metadata', 'labels');
      return Object.keys(labels).length === 0 ? [] : [{ name: ref.name, labels }];
    });
  }

  /** Who asked, if the policies look at it. */
  #user(prefix: string, step: TraceStep, expected: readonly Expectation[]): string | undefined {
    const looks = expected.some(({ policy }) => USER_FIELDS.test(JSON.stringify(policy.spec)));
    const user = this.#scenario.steps[step.index - 1]?.user;
    if (!looks || user === undefined) return undefined;
    const userInfo = { username: user.username, groups: [...user.groups] };
    return this.#put(`${prefix}-user.yaml`, [
      { apiVersion: 'cli.kyverno.io/v1alpha1', kind: 'UserInfo', metadata: { name: 'user' }, userInfo },
    ]);
  }
}

const USER_FIELDS =
  /request\.userInfo|request\.roles|request\.clusterRoles|"(subjects|roles|clusterRoles)":|serviceAccount(Name|Namespace)\b/;

const answerOf = ({ url, method, statusCode, body }: ApiCallResponse): JsonObject => ({
  [url.startsWith('/') ? 'urlPath' : 'url']: url,
  ...(method === undefined ? {} : { method }),
  response: { statusCode, body },
});

function operationValues(trigger: Trigger, mentions: (field: string) => boolean): JsonObject {
  const old = trigger.oldObject;
  return {
    'request.operation': trigger.operation,
    ...(old === undefined ? {} : oldObjectValues(forFile(trigger.object, mentions), forFile(old, mentions))),
  };
}

/** A violation of a policy that is not scored is a warning (annotation `policies.kyverno.io/scored`). */
const statusOf = ({ rule, policy }: Expectation): string => {
  if (rule.status === 'none') return 'skip';
  return rule.status === 'fail' &&
    getString(policy.object, 'metadata', 'annotations', 'policies.kyverno.io/scored') === 'false'
    ? 'warn'
    : rule.status;
};

const testName = (step: TraceStep, prefix: string): string =>
  `${prefix}-${step.title}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 63);

/** The CLI reads YAML 1.1: what that takes for a boolean or a number is quoted. */
const toYaml = (value: Json): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });
