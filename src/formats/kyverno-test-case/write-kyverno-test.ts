import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../base/json.ts';
import { getObject, getString } from '../../base/json.ts';
import type { KubernetesObject, ObjectRef } from '../../kubernetes/object.ts';
import type { Policy } from '../../kyverno/policy.ts';
import { readPolicy } from '../../kyverno/read-policy.ts';
import type { ManifestDocument, TextFile } from '../../manifest/manifest.ts';
import type { Scenario } from '../../simulation/scenario.ts';
import { objectsAt } from '../../trace/outcome.ts';
import type { Trace, TraceStep } from '../../trace/trace.ts';
import { type Expectation, expectationsOf, type LeftOut } from './results.ts';
import { forFile, isTrigger, oldObjectValues, readsCluster, readTrigger, type Trigger } from './trigger.ts';

/** A `kyverno test` folder, and what of the run it cannot hold. */
export interface KyvernoTest {
  /** `kyverno-test.yaml` first; empty if no step puts anything before a policy. */
  readonly files: readonly TextFile[];
  /** One sentence each: what happened in the run and is not in the test, with the reason. */
  readonly left: readonly string[];
}

/** What one step asks of the policies: one Test, one YAML document of kyverno-test.yaml. */
interface TestCase {
  readonly step: TraceStep;
  readonly cases: readonly {
    readonly trigger: Trigger;
    readonly expected: readonly Expectation[];
  }[];
  readonly left: readonly string[];
}

/**
 * Writes what a run showed of the policies as a test of the Kyverno CLI (`kyverno test`, cli.kyverno.io/v1alpha1): one Test
 * a step, with the objects as Kyverno saw them, what each rule answered, the objects that generate and mutate rules made.
 * The CLI has neither time nor cluster: what only the background phase shows stays out, and is told in {@link KyvernoTest.left}.
 */
export function writeKyvernoTest(scenario: Scenario, trace: Trace): KyvernoTest {
  const documents = policyDocuments(scenario);
  const policies = documents.map(({ policy }) => policy);
  const cases = trace.steps.slice(1).map((step) => testCase(scenario, trace, step, policies));
  const left = cases.flatMap((testCase) => testCase.left);
  const told = cases.filter((testCase) => testCase.cases.some(({ expected }) => expected.length > 0));
  if (told.length === 0) return { files: [], left };
  const writer = new Writer(scenario, trace, documents);
  const tests = told.map((testCase) => writer.test(testCase));
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

function testCase(scenario: Scenario, trace: Trace, step: TraceStep, policies: readonly Policy[]): TestCase {
  const requests = trace.events.filter(isTrigger).filter((event) => event.step === step.index);
  const left: string[] = [];
  const cases = requests.flatMap((request) => {
    const trigger = readTrigger(trace, request, scenario.steps[step.index - 1]);
    if (trigger === undefined) {
      left.push(`${step.title}: the trace does not hold the object that was refused`);
      return [];
    }
    const found = expectationsOf(trace, trigger, policies);
    left.push(...found.left.map((item) => leftOutText(step, item)));
    return [{ trigger, expected: found.expected }];
  });
  // The CLI knows an object by its name: of two requests for one object in one step the first is told.
  const byName = new Map([...cases].reverse().map((item) => [keyOf(item.trigger.request.target), item]));
  return { step, cases: [...byName.values()].reverse(), left };
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

  test({ step, cases }: TestCase): JsonObject {
    const told = cases.filter(({ expected }) => expected.length > 0);
    const prefix = `step-${step.index}`;
    const mentions = this.#mentions;
    const resources = this.#put(
      `${prefix}.yaml`,
      told.map(({ trigger }) => forFile(trigger.object, mentions)),
    );
    const values = this.#values(step, told);
    const user = this.#user(prefix, step, told);
    return {
      apiVersion: 'cli.kyverno.io/v1alpha1',
      kind: 'Test',
      metadata: { name: testName(step) },
      policies: [POLICIES],
      resources: [resources],
      ...(this.#exceptions.length === 0 ? {} : { exceptions: ['exceptions.yaml'] }),
      ...(this.#needsCluster(told) ? { clusterResources: [this.#cluster(prefix, step)] } : {}),
      ...(user === undefined ? {} : { userinfo: user }),
      ...(values === undefined ? {} : { variables: this.#put(`${prefix}-values.yaml`, [values]) }),
      results: told.flatMap(({ trigger, expected }) =>
        expected.map((item) => this.#result(trigger, item, prefix)),
      ),
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

  /** Operation, old object and namespace labels, where they matter. */
  #values(step: TraceStep, cases: TestCase['cases']): JsonObject | undefined {
    const policies = this.#documents.flatMap(({ policy }) => {
      const resources = cases.flatMap(({ trigger, expected }) =>
        trigger.operation === 'CREATE' || !expected.some((item) => item.policy.key === policy.key)
          ? []
          : [{ name: trigger.request.target.name, values: operationValues(trigger, this.#mentions) }],
      );
      return resources.length === 0 ? [] : [{ name: policy.name, resources }];
    });
    const selectors = this.#mentions('namespaceSelector') ? this.#namespaces(step) : [];
    if (policies.length === 0 && selectors.length === 0) return undefined;
    return {
      apiVersion: 'cli.kyverno.io/v1alpha1',
      kind: 'Values',
      metadata: { name: 'values' },
      ...(policies.length === 0 ? {} : { policies }),
      ...(selectors.length === 0 ? {} : { namespaceSelector: selectors }),
    };
  }

  #namespaces(step: TraceStep): readonly JsonObject[] {
    return this.#objectsAt(step)
      .filter(({ kind }) => kind === 'Namespace')
      .flatMap((object) => {
        const labels = getObject(object, 'metadata', 'labels');
        const name = getString(object, 'metadata', 'name') ?? '';
        return Object.keys(labels).length === 0 ? [] : [{ name, labels }];
      });
  }

  #objectsAt(step: TraceStep): readonly KubernetesObject[] {
    return objectsAt(this.#trace, step.time).flatMap(({ revision }) => {
      const found = this.#trace.revisions.find(({ id }) => id === revision);
      return found === undefined ? [] : [found.object];
    });
  }

  #needsCluster(cases: TestCase['cases']): boolean {
    return cases.some(({ expected }) => expected.some(({ policy }) => readsCluster(policy.object)));
  }

  /** What the policies may read there: namespaces and the objects of the scenario, not those of Kyverno. */
  #cluster(prefix: string, step: TraceStep): string {
    const objects = this.#objectsAt(step).filter(
      ({ kind, apiVersion }) =>
        !/(^|\.)(kyverno|k8s)\.io\/|^(apiregistration|admissionregistration)/.test(apiVersion) ||
        kind === 'NetworkPolicy',
    );
    return this.#put(
      `${prefix}-cluster.yaml`,
      objects.map((object) => forFile(object, this.#mentions)),
    );
  }

  /** Who asked, if the policies look at it. */
  #user(prefix: string, step: TraceStep, cases: TestCase['cases']): string | undefined {
    const looks = cases.some(({ expected }) =>
      expected.some(({ policy }) => USER_FIELDS.test(JSON.stringify(policy.spec))),
    );
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

const testName = (step: TraceStep): string =>
  `${step.index}-${step.title}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 63);

/** The CLI reads YAML 1.1: what that takes for a boolean or a number is quoted. */
const toYaml = (value: Json): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });
