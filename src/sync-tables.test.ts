import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getList, getPath, getString } from './base/json.ts';
import { milliseconds } from './base/units.ts';
import { type ClusterBase, readClusterBase } from './cluster/cluster-base.ts';
import type { KyvernoVersion } from './kyverno/versions.ts';
import { simulate } from './simulation/simulate.ts';
import { scenarioOf } from './simulation/testing.ts';
import type { UpdateRequestEvent } from './trace/event.ts';
import { objectsAt } from './trace/outcome.ts';
import type { Trace } from './trace/trace.ts';

/**
 * The synchronisation tables of generate rules, row by row (lifecycle D.2 to D.4, with corrections (a) "Background processing
 * and synchronisation" and "Further rows"): what comes of an event for every kind of target, with synchronize on and off.
 */
const TARGETS = ['data', 'clone', 'cloneList', 'foreach data', 'foreach clone'] as const;
type Target = (typeof TARGETS)[number];

// --- The scene: a trigger `t` in `from`, a source in `lib`, a downstream `made` in `to` ---

interface PolicyOptions {
  readonly synchronize: boolean;
  /** More fields of the rule's `generate`, of its match's `resources`, of the policy's `spec`. */
  readonly generate?: string;
  readonly resources?: string;
  readonly spec?: string;
  /** Other content, another target, another selector of a cloneList. */
  readonly content?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly copies?: string;
  /** What stands beside the rule; `only` leaves the rule out. */
  readonly beside?: string;
  readonly only?: boolean;
}

const sourceOf = (target: Target): string => (target === 'cloneList' ? 'made' : 'src');

function body(target: Target, options: PolicyOptions): string {
  const { content = 'v1', name = 'made', namespace = 'to', copies = 'yes' } = options;
  const place = (made: string): string =>
    `apiVersion: v1, kind: ConfigMap, name: "${made}", namespace: ${namespace}`;
  const data = `data: {data: {x: "{{request.object.data.x}}", p: ${content}}}`;
  const clone = 'clone: {namespace: lib, name: src}';
  const element = name === 'made' ? '{{element}}' : name;
  const list = 'list: "split(request.object.data.names, \',\')"';
  switch (target) {
    case 'data':
      return `${place(name)}, ${data}`;
    case 'clone':
      return `${place(name)}, ${clone}`;
    case 'cloneList':
      return `namespace: ${namespace}, cloneList: {namespace: lib, kinds: [v1/ConfigMap], selector: {matchLabels: {copy: "${copies}"}}}`;
    case 'foreach data':
      return `foreach: [{${list}, ${place(element)}, ${data}}]`;
    case 'foreach clone':
      return `foreach: [{${list}, ${place(element)}, ${clone}}]`;
  }
}

const AUDIT = `
  - name: look
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [nowhere]}}]}
    validate: {failureAction: Audit, message: no, pattern: {data: {x: "?*"}}}`;

const OTHER = `
  - name: other
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [nowhere]}}]}
    generate: {synchronize: false, apiVersion: v1, kind: ConfigMap, name: other, namespace: to, data: {data: {x: other}}}`;

function policy(target: Target, options: PolicyOptions): string {
  const { synchronize, generate = '', resources = '', spec = '', beside = '' } = options;
  const more = (text: string): string => (text === '' ? '' : `, ${text}`);
  const own = `
  - name: make
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [from], selector: {matchLabels: {take: "yes"}}${more(resources)}}}]}
    preconditions: {all: [{key: "{{ request.object.data.go || '' }}", operator: NotEquals, value: "no"}]}
    generate: {synchronize: ${synchronize}, ${body(target, options)}${more(generate)}}`;
  return `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: gen}
spec:
  ${spec}
  rules:${options.only === true ? '' : own}${beside}
`;
}

const configMap = (namespace: string, name: string, x: string, labels: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}
data: {x: ${x}, names: made}
`;

const PROTECT = (namespace: string, operation: string): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: protect}
spec:
  background: false
  rules:
  - name: protect
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [${namespace}], operations: [${operation}]}}]}
    exclude: {any: [{subjects: [{kind: User, name: 'system:serviceaccount:kyverno:kyverno-background-controller'}]}]}
    validate: {failureAction: Enforce, message: protected, deny: {}}
`;

const namespaces = ['from', 'to', 'lib', 'elsewhere']
  .map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`)
  .join('---\n');

const bases = new Map<KyvernoVersion, ClusterBase>();

function baseOf(version: KyvernoVersion): ClusterBase {
  const text = readFileSync(new URL(`../public/cluster/base-${version}.json`, import.meta.url), 'utf8');
  const base = bases.get(version) ?? readClusterBase(JSON.parse(text), version);
  if (base === undefined) throw new Error(`no base for ${version}`);
  bases.set(version, base);
  return base;
}

// --- What is seen at the end ---

const END = milliseconds(Number.MAX_SAFE_INTEGER);
const OWN = [
  'app.kubernetes.io/managed-by',
  'generate.kyverno.io/policy-name',
  'generate.kyverno.io/policy-namespace',
  'generate.kyverno.io/rule-name',
  'generate.kyverno.io/trigger-group',
  'generate.kyverno.io/trigger-version',
  'generate.kyverno.io/trigger-kind',
  'generate.kyverno.io/trigger-namespace',
  'generate.kyverno.io/trigger-uid',
];
const NAMING = OWN.slice(1, 4);

function live(trace: Trace, namespace: string, name: string) {
  const found = objectsAt(trace, END).find(
    ({ ref }) => ref.kind === 'ConfigMap' && ref.namespace === namespace && ref.name === name,
  );
  return found && trace.revisions[found.revision]?.object;
}

/** Content and owner of a ConfigMap: `t1`, `t1 v2`, with `nobody’s` or `left` where labels are missing; `gone`. */
function stateOf(trace: Trace, namespace = 'to', name = 'made'): string {
  const object = live(trace, namespace, name);
  if (object === undefined) return 'gone';
  const has = (label: string): boolean => getString(object.metadata, 'labels', label) !== undefined;
  const owner = OWN.every(has) ? '' : NAMING.some(has) ? '?' : has(OWN[0] ?? '') ? ' left' : ' nobody’s';
  const content = getString(object, 'data', 'p') ?? 'v1';
  return `${getString(object, 'data', 'x')}${content === 'v1' ? '' : ` ${content}`}${owner}`;
}

const lifeText = (life: readonly UpdateRequestEvent[]): string => {
  const states = life
    .map(({ state, retryCount }) => (state === '' ? '' : `${state}${retryCount || ''}`))
    .join(' ');
  if (states === ' Pending Completed deleted') return 'completes';
  if (/Failed4 Pending4 dropped4$/.test(states)) return 'fails five times';
  return states;
};

/** `generate completes`, `delete fails five times`: every UpdateRequest of a step. */
function requestsOf(trace: Trace, step: number): readonly string[] {
  const lives = new Map<string, UpdateRequestEvent[]>();
  for (const event of trace.events)
    if (event.kind === 'update-request' && event.step === step)
      lives.set(event.name, [...(lives.get(event.name) ?? []), event]);
  return [...lives.values()].map((life) => {
    const spec = getPath(trace.revisions[life[0]?.revision ?? -1]?.object, ['spec']);
    const contexts = getList(spec, 'ruleContext');
    const deletes = [spec, ...contexts].some((one) => getPath(one, ['deleteDownstream']) === true);
    const several = contexts.length > 1 ? ` ${contexts.length}` : '';
    return `${deletes ? 'delete' : 'generate'}${several} ${lifeText(life)}`;
  });
}

// --- The rows ---

/** `state; UpdateRequests of the last step`, for every target or by target (`data`, `clone` stand for their like). */
type Expected = string | Readonly<Partial<Record<Target, string>>>;

interface Row {
  readonly says: string;
  readonly cites: string;
  /** What a person does once the scene stands; the last one is looked at. */
  readonly does: (target: Target) => readonly string[];
  readonly policy?: Partial<PolicyOptions>;
  /** Files that the commands name: policies by their options, other documents as text. */
  readonly files?: Readonly<Record<string, Partial<PolicyOptions> | string>>;
  /** The scene without trigger, or with more in it. */
  readonly trigger?: boolean;
  readonly policyLater?: boolean;
  readonly more?: string;
  readonly targets?: readonly Target[];
  readonly looksAt?: { readonly name: string };
  readonly on: Expected;
  readonly off: Expected;
  readonly versions?: readonly KyvernoVersion[];
}

const expectedOf = (expected: Expected, target: Target): string => {
  if (typeof expected === 'string') return expected;
  const family = target.endsWith('data') ? 'data' : 'clone';
  const found = expected[target] ?? expected[family];
  if (found === undefined) throw new Error(`no expectation for ${target}`);
  return found;
};

const patch = (what: string, text: string): string =>
  `kubectl patch configmap ${what} --type merge -p '${text}'`;
const T = 't -n from';
const MADE = 'made -n to';
const KEPT = { data: 't1; ', clone: 's1; ' };
const AS_MADE = { data: 't1; generate completes', clone: 's1; generate completes' };
const UPDATED = { data: 't2; generate completes', clone: 's1; generate completes' };
const CREATE_T = 'kubectl create -f trigger.yaml';
const TRIGGER_AGAIN = { 'trigger.yaml': configMap('from', 't', 't2', 'take: "yes"') };
const STRIP = [...OWN, 'generate.kyverno.io/clone-source'].map((label) => `${label}-`).join(' ');

const TRIGGER_ROWS: readonly Row[] = [
  {
    says: 'a matching trigger is created',
    cites: 'D.2 CREATE matching',
    trigger: false,
    does: () => [CREATE_T],
    files: { 'trigger.yaml': configMap('from', 't', 't1', 'take: "yes"') },
    on: AS_MADE,
    off: AS_MADE,
  },
  {
    says: 'a matching trigger is created and the target is there already',
    cites: 'D.2 CREATE matching; C.4: adopted with synchronize, left alone without',
    trigger: false,
    more: configMap('to', 'made', 'user', ''),
    does: () => [CREATE_T],
    files: { 'trigger.yaml': configMap('from', 't', 't1', 'take: "yes"') },
    on: AS_MADE,
    off: 'user nobody’s; generate completes',
  },
  {
    says: 'a dry run creates it',
    cites: 'D.2 dry run',
    trigger: false,
    does: () => [`${CREATE_T} --dry-run=server`],
    files: { 'trigger.yaml': configMap('from', 't', 't1', 'take: "yes"') },
    on: 'gone; ',
    off: 'gone; ',
  },
  {
    says: 'the trigger is updated and still matches',
    cites: 'D.2 UPDATE, still matches',
    does: () => [patch(T, '{"data":{"x":"t2"}}')],
    on: UPDATED,
    off: AS_MADE,
  },
  {
    says: 'the trigger is updated after its downstream was deleted',
    cites: 'D.2 UPDATE, still matches: re-created if missing; corrections S04b',
    does: () => ['kubectl delete configmap made -n to', patch(T, '{"data":{"x":"t2"}}')],
    on: UPDATED,
    off: UPDATED,
  },
  {
    says: 'a label that the match needs is taken from the trigger',
    cites: 'D.2 UPDATE, old matched, new does not',
    does: () => ['kubectl label configmap t -n from take-'],
    on: 'gone; delete completes',
    off: KEPT,
  },
  {
    says: 'preconditions turn false',
    cites: 'D.2 UPDATE, old matched, new does not; corrections S22 29',
    does: () => [patch(T, '{"data":{"go":"no"}}')],
    on: 'gone; delete completes',
    off: KEPT,
  },
  {
    says: 'an object that never matched is updated',
    cites: 'D.2 UPDATE, neither matches',
    trigger: false,
    more: configMap('from', 'u', 't1', ''),
    does: () => [patch('u -n from', '{"data":{"x":"t2"}}')],
    on: 'gone; ',
    off: 'gone; ',
  },
  {
    says: 'the trigger is deleted',
    cites: 'D.2 DELETE, rule without explicit DELETE',
    does: () => ['kubectl delete configmap t -n from'],
    on: 'gone; delete completes',
    off: KEPT,
  },
  {
    says: 'the trigger is deleted and the rule lists DELETE',
    cites: 'D.2 DELETE, rule lists DELETE; corrections S22 11',
    policy: { resources: 'operations: [CREATE, UPDATE, DELETE]' },
    does: () => ['kubectl delete configmap t -n from'],
    on: AS_MADE,
    off: AS_MADE,
  },
  {
    says: 'the trigger is updated and the rule is for CREATE alone',
    cites: 'D.2 operations lacks that operation',
    policy: { resources: 'operations: [CREATE]' },
    does: () => [patch(T, '{"data":{"x":"t2"}}')],
    on: KEPT,
    off: KEPT,
  },
  {
    says: 'the trigger is deleted and the rule is for CREATE alone',
    cites: 'D.2 operations lacks that operation; corrections (c) 5',
    policy: { resources: 'operations: [CREATE]' },
    does: () => ['kubectl delete configmap t -n from'],
    on: KEPT,
    off: KEPT,
  },
  {
    says: 'the trigger stops matching and the rule is for CREATE alone',
    cites: 'B.2: only noticed if UPDATE is in operations',
    policy: { resources: 'operations: [CREATE]' },
    does: () => ['kubectl label configmap t -n from take-'],
    on: KEPT,
    off: KEPT,
  },
  {
    says: 'the trigger is deleted and made again',
    cites: 'golden 5; D.2',
    does: () => ['kubectl delete configmap t -n from', CREATE_T],
    files: TRIGGER_AGAIN,
    on: UPDATED,
    off: AS_MADE,
  },
  {
    says: 'the background controller itself updates the trigger',
    cites: 'D.2 by the background controller',
    does: () => [
      `${patch(T, '{"data":{"x":"t2"}}')} --as system:serviceaccount:kyverno:kyverno-background-controller --as-group system:masters`,
    ],
    on: KEPT,
    off: KEPT,
  },
  {
    says: 'it does so and the policy does not skip its requests',
    cites: 'D.2 by the background controller, unless skipBackgroundRequests: false',
    policy: { beside: '\n    skipBackgroundRequests: false' },
    does: () => [
      `${patch(T, '{"data":{"x":"t2"}}')} --as system:serviceaccount:kyverno:kyverno-background-controller --as-group system:masters`,
    ],
    on: UPDATED,
    off: AS_MADE,
  },
  {
    says: 'an update that would end the match is denied',
    cites: 'C.7; corrections S03 4, S10 3',
    more: PROTECT('from', 'UPDATE'),
    does: () => ['kubectl label configmap t -n from take-'],
    on: 'gone; delete completes',
    off: KEPT,
  },
  {
    says: 'an update that still matches is denied',
    cites: 'B.1: evaluated on the live, unchanged object',
    more: PROTECT('from', 'UPDATE'),
    does: () => [patch(T, '{"data":{"x":"t2"}}')],
    on: AS_MADE,
    off: AS_MADE,
  },
  {
    says: 'the deletion of the trigger is denied',
    cites: 'C.7, corrections S10 7',
    more: PROTECT('from', 'DELETE'),
    does: () => ['kubectl delete configmap t -n from'],
    on: { data: 't1; delete fails five times', clone: 's1; delete fails five times' },
    off: KEPT,
  },
  {
    says: 'the deletion of the trigger is denied, up to 1.18',
    cites: 'versions S10 denied DELETE of trigger',
    versions: ['1.13', '1.15', '1.16', '1.18'],
    more: PROTECT('from', 'DELETE'),
    does: () => ['kubectl delete configmap t -n from'],
    on: 'gone; delete completes',
    off: KEPT,
  },
  {
    says: 'the trigger is denied',
    cites: 'B.1 denied CREATE',
    trigger: false,
    more: PROTECT('from', 'CREATE'),
    does: () => [CREATE_T],
    files: { 'trigger.yaml': configMap('from', 't', 't1', 'take: "yes"') },
    on: 'gone; generate fails five times',
    off: 'gone; generate fails five times',
  },
  {
    says: 'the trigger is denied, up to 1.18',
    cites: 'versions V01 denied CREATE: phantom triggers',
    versions: ['1.13', '1.15', '1.16', '1.18'],
    trigger: false,
    more: PROTECT('from', 'CREATE'),
    does: () => [CREATE_T],
    files: { 'trigger.yaml': configMap('from', 't', 't1', 'take: "yes"') },
    on: AS_MADE,
    off: AS_MADE,
  },
];

const DOWNSTREAM_ROWS: readonly Row[] = [
  {
    says: 'the downstream is edited',
    cites: 'D.3 downstream modified',
    does: () => [patch(MADE, '{"data":{"x":"user"}}')],
    on: AS_MADE,
    off: 'user; ',
  },
  {
    says: 'the downstream is deleted',
    cites: 'D.3 downstream deleted',
    does: () => ['kubectl delete configmap made -n to'],
    on: AS_MADE,
    off: 'gone; ',
  },
  {
    says: 'the downstream loses its labels',
    cites: 'D.3 downstream labels stripped',
    does: () => [`kubectl label configmap made -n to ${STRIP}`],
    on: AS_MADE,
    off: { data: 't1 nobody’s; ', clone: 's1 nobody’s; ' },
  },
  {
    says: 'the background controller edits the downstream',
    cites: 'D.3 by background SA: ignored',
    does: () => [
      `${patch(MADE, '{"data":{"x":"own"}}')} --as system:serviceaccount:kyverno:kyverno-background-controller --as-group system:masters`,
    ],
    on: 'own; ',
    off: 'own; ',
  },
  {
    says: 'an edit of the downstream is denied',
    cites: 'B.3 also for denied requests; corrections S10 10',
    more: PROTECT('to', 'UPDATE'),
    does: () => [patch(MADE, '{"data":{"x":"user"}}')],
    on: AS_MADE,
    off: KEPT,
  },
  {
    says: 'the downstream of a rule with operations is edited',
    cites: 'D.3 rule with operations; corrections (c) 5, S22 3, 10',
    policy: { resources: 'operations: [CREATE, UPDATE]' },
    does: () => [patch(MADE, '{"data":{"x":"user"}}')],
    on: 'user; generate fails five times',
    off: 'user; ',
  },
  {
    says: 'the downstream of a rule with operations is deleted',
    cites: 'D.3 rule with operations',
    policy: { resources: 'operations: [CREATE, UPDATE]' },
    does: () => ['kubectl delete configmap made -n to'],
    on: 'gone; generate fails five times',
    off: 'gone; ',
  },
  {
    says: 'the downstream of a trigger that is gone is edited',
    cites: 'D.3: trigger still alive by UID',
    policy: { resources: 'operations: [CREATE]' },
    does: () => ['kubectl delete configmap t -n from', patch(MADE, '{"data":{"x":"user"}}')],
    on: 'user; generate fails five times',
    off: 'user; ',
  },
  {
    says: 'the source is edited',
    cites: 'D.3 source modified',
    does: (target) => [patch(`${sourceOf(target)} -n lib`, '{"data":{"x":"s2"}}')],
    on: { data: 't1; ', clone: 's2; generate completes' },
    off: KEPT,
  },
  {
    says: 'the source is deleted',
    cites: 'D.3 source deleted',
    does: (target) => [`kubectl delete configmap ${sourceOf(target)} -n lib`],
    on: { data: 't1; ', clone: 'gone; delete completes' },
    off: KEPT,
  },
  {
    says: 'the deletion of the source is denied',
    cites: 'D.3 source deleted (even if denied); corrections S24 3',
    more: PROTECT('lib', 'DELETE'),
    does: (target) => [`kubectl delete configmap ${sourceOf(target)} -n lib`],
    on: { data: 't1; ', clone: 'gone; delete completes' },
    off: KEPT,
  },
  {
    says: 'the source is made again',
    cites: 'D.3 source re-created',
    targets: ['clone', 'cloneList', 'foreach clone'],
    does: (target) => [
      `kubectl delete configmap ${sourceOf(target)} -n lib`,
      `kubectl create -f ${sourceOf(target)}.yaml`,
    ],
    files: {
      'src.yaml': configMap('lib', 'src', 's3', ''),
      'made.yaml': configMap('lib', 'made', 's3', 'copy: "yes"'),
    },
    on: 'gone; ',
    off: 's1; ',
  },
  {
    says: 'the source is made again, and then the trigger is touched',
    cites: 'D.3 source re-created: nothing until a trigger event',
    targets: ['clone', 'cloneList', 'foreach clone'],
    does: (target) => [
      `kubectl delete configmap ${sourceOf(target)} -n lib`,
      `kubectl create -f ${sourceOf(target)}.yaml`,
      patch(T, '{"data":{"x":"t2"}}'),
    ],
    files: {
      'src.yaml': configMap('lib', 'src', 's3', ''),
      'made.yaml': configMap('lib', 'made', 's3', 'copy: "yes"'),
    },
    on: 's3; generate completes',
    off: 's1; generate completes',
  },
];

const ORPHAN = 'orphanDownstreamOnPolicyDelete: true';
const OLD: readonly KyvernoVersion[] = ['1.13', '1.15', '1.16', '1.18'];
const REPLACE = 'kubectl replace -f changed.yaml';

const POLICY_ROWS: readonly Row[] = [
  {
    says: 'the policy comes after its trigger',
    cites: 'D.4 policy created, without generateExisting',
    policyLater: true,
    does: () => ['kubectl create -f policy.yaml'],
    files: { 'policy.yaml': {} },
    on: 'gone; ',
    off: 'gone; ',
  },
  {
    says: 'the policy comes after its trigger with generateExisting',
    cites: 'D.4 policy created; C.9',
    policyLater: true,
    does: () => ['kubectl create -f policy.yaml'],
    files: { 'policy.yaml': { generate: 'generateExisting: true' } },
    on: AS_MADE,
    off: AS_MADE,
  },
  {
    says: 'generateExisting stands in the spec',
    cites: 'C.9: the rule overrides spec.generateExisting',
    policyLater: true,
    does: () => ['kubectl create -f policy.yaml'],
    files: { 'policy.yaml': { spec: 'generateExisting: true' } },
    on: AS_MADE,
    off: AS_MADE,
  },
  {
    says: 'the rule takes back what the spec says of generateExisting',
    cites: 'C.9',
    policyLater: true,
    does: () => ['kubectl create -f policy.yaml'],
    files: { 'policy.yaml': { spec: 'generateExisting: true', generate: 'generateExisting: false' } },
    on: 'gone; ',
    off: 'gone; ',
  },
  {
    says: 'generateExisting of a rule with operations',
    cites: 'corrections C.9: no UpdateRequest at all',
    policyLater: true,
    does: () => ['kubectl create -f policy.yaml'],
    files: { 'policy.yaml': { generate: 'generateExisting: true', resources: 'operations: [CREATE]' } },
    on: 'gone; ',
    off: 'gone; ',
  },
  {
    says: 'the policy comes back with other content to the downstreams it left',
    cites: 'D.4 policy created: existing objects carrying its labels are re-synced',
    policy: { generate: ORPHAN },
    does: () => ['kubectl delete cpol gen', 'kubectl create -f policy.yaml'],
    files: { 'policy.yaml': { generate: ORPHAN, content: 'v2' } },
    on: { data: 't1 v2; generate completes', clone: 's1; ' },
    off: KEPT,
  },
  {
    says: 'the content of the rule changes',
    cites: 'D.4 spec.data changed; corrections S04a 11',
    targets: ['data', 'foreach data'],
    does: () => [REPLACE],
    files: { 'changed.yaml': { content: 'v2' } },
    on: 't1 v2; generate completes',
    off: 't1; ',
  },
  {
    says: 'the target gets another name',
    cites: 'D.4 target changed; corrections S22 19',
    targets: ['data', 'clone'],
    does: () => [REPLACE],
    files: { 'changed.yaml': { name: 'renamed' } },
    on: { data: 't1 left; ', clone: 's1 left; ' },
    off: { data: 't1 left; ', clone: 's1 left; ' },
  },
  {
    says: 'the targets go into another namespace',
    cites: 'D.4 target changed',
    targets: ['data', 'clone'],
    does: () => [REPLACE],
    files: { 'changed.yaml': { namespace: 'elsewhere' } },
    on: { data: 't1 left; ', clone: 's1 left; ' },
    off: { data: 't1 left; ', clone: 's1 left; ' },
  },
  {
    says: 'the target has another name and the trigger is touched',
    cites: 'D.4 target changed: new target at the next trigger event',
    targets: ['data', 'clone'],
    does: () => [REPLACE, patch(T, '{"data":{"x":"t2"}}')],
    files: { 'changed.yaml': { name: 'renamed' } },
    looksAt: { name: 'renamed' },
    on: UPDATED,
    off: UPDATED,
  },
  {
    says: 'the target has another name with generateExisting',
    cites: 'D.4 target changed: or with generateExisting',
    targets: ['data', 'clone'],
    does: () => [REPLACE],
    files: { 'changed.yaml': { name: 'renamed', generate: 'generateExisting: true' } },
    looksAt: { name: 'renamed' },
    on: AS_MADE,
    off: AS_MADE,
  },
  {
    says: 'the namespace beside a cloneList or a foreach changes',
    cites:
      'D.4 target changed; pkg/policy/generate.go ruleChange looks for the kind beside it, where there is none',
    targets: ['cloneList', 'foreach data', 'foreach clone'],
    does: () => [REPLACE],
    files: { 'changed.yaml': { namespace: 'elsewhere' } },
    on: { 'foreach data': 't1; generate completes', clone: 's1; ' },
    off: KEPT,
  },
  {
    says: 'the selector of a cloneList changes',
    cites: 'D.4 cloneList changed',
    targets: ['cloneList'],
    does: () => [REPLACE],
    files: { 'changed.yaml': { copies: 'no' } },
    on: 's1 left; ',
    off: 's1 left; ',
  },
  {
    says: 'the target gets another name while a rule beside it is removed',
    cites: 'pkg/policy/policy_controller.go updatePolicy: either rules are removed or targets are left',
    targets: ['data', 'clone'],
    policy: { beside: AUDIT },
    does: () => [REPLACE],
    files: { 'changed.yaml': { name: 'renamed' } },
    on: { data: 't1; generate completes', clone: 's1; ' },
    off: KEPT,
  },
  {
    says: 'the rule is removed and another generate rule remains',
    cites: 'D.4 generate rule removed; corrections S22 17',
    policy: { beside: OTHER },
    does: () => [REPLACE],
    files: { 'changed.yaml': { beside: OTHER, only: true } },
    on: 'gone; delete completes',
    off: KEPT,
  },
  {
    says: 'a rule that orphans is removed and another generate rule remains',
    cites: 'D.4 generate rule removed, orphan=true',
    policy: { beside: OTHER, generate: ORPHAN },
    does: () => [REPLACE],
    files: { 'changed.yaml': { beside: OTHER, only: true } },
    on: KEPT,
    off: KEPT,
  },
  {
    says: 'the rule is removed and another generate rule remains, up to 1.18',
    cites: 'D.4, J clone downstream on rule deletion',
    versions: OLD,
    policy: { beside: OTHER },
    does: () => [REPLACE],
    files: { 'changed.yaml': { beside: OTHER, only: true } },
    on: { data: 'gone; delete completes', clone: 's1; ' },
    off: KEPT,
  },
  {
    says: 'the last generate rule is removed and the policy stays',
    cites: 'D.4 last generate rule removed; corrections S22 23',
    policy: { beside: AUDIT },
    does: () => [REPLACE],
    files: { 'changed.yaml': { beside: AUDIT, only: true } },
    on: KEPT,
    off: KEPT,
  },
  {
    says: 'the policy is deleted',
    cites: 'D.4 policy deleted; corrections S04a 15, S05 13',
    does: () => ['kubectl delete cpol gen'],
    on: 'gone; delete completes',
    off: KEPT,
  },
  {
    says: 'a policy that orphans is deleted',
    cites: 'D.4 policy deleted, orphan=true',
    policy: { generate: ORPHAN },
    does: () => ['kubectl delete cpol gen'],
    on: KEPT,
    off: KEPT,
  },
  {
    says: 'the policy is deleted, up to 1.18',
    cites: 'versions S04a, S05 policy deleted',
    versions: OLD,
    does: () => ['kubectl delete cpol gen'],
    on: { data: 'gone; delete completes', clone: 's1; ' },
    off: KEPT,
  },
  {
    says: 'the policy is deleted when the trigger is gone',
    cites: 'D.4 the trigger must still exist; corrections S22 6, 13',
    policy: { resources: 'operations: [CREATE]' },
    does: () => ['kubectl delete configmap t -n from', 'kubectl delete cpol gen'],
    on: { data: 't1; delete fails five times', clone: 's1; delete fails five times' },
    off: KEPT,
  },
  {
    says: 'the downstream of a deleted policy is edited',
    cites: 'D.3: policy still exists',
    policy: { generate: ORPHAN },
    does: () => ['kubectl delete cpol gen', patch(MADE, '{"data":{"x":"user"}}')],
    on: 'user; ',
    off: 'user; ',
  },
  {
    says: 'synchronize is switched off and the downstream is deleted',
    cites: 'D.4, D.3 downstream deleted: what counts is the rule as it is now',
    does: () => ['kubectl replace -f off.yaml', 'kubectl delete configmap made -n to'],
    files: { 'off.yaml': { synchronize: false } },
    on: 'gone; ',
    off: 'gone; ',
  },
  {
    says: 'synchronize is switched off',
    cites: 'D.4: unchanged',
    does: () => ['kubectl replace -f off.yaml'],
    files: { 'off.yaml': { synchronize: false } },
    on: KEPT,
    off: KEPT,
  },
  {
    says: 'generateExisting comes with an update',
    cites: 'C.9: evaluated on policy add and update',
    policyLater: true,
    does: () => ['kubectl create -f policy.yaml', REPLACE],
    files: { 'policy.yaml': {}, 'changed.yaml': { generate: 'generateExisting: true' } },
    on: AS_MADE,
    off: AS_MADE,
  },
  {
    says: 'an hour passes after the background controller changed the downstream',
    cites: 'D.1 forced reconcile: data with synchronize only',
    does: () => [
      `${patch(MADE, '{"data":{"x":"own"}}')} --as system:serviceaccount:kyverno:kyverno-background-controller --as-group system:masters`,
      'wait an hour',
    ],
    // The UpdateRequest is told in the step of its cause, the policy.
    on: { data: 't1; ', clone: 'own; ' },
    off: 'own; ',
  },
  {
    says: 'synchronize is switched on after an edit',
    cites: 'D.4 sync false→true: overwritten at once, clones at the next event',
    does: () => [patch(MADE, '{"data":{"x":"user"}}'), REPLACE],
    files: { 'changed.yaml': { synchronize: true } },
    // Where it was on before, the replaced policy is the same.
    on: KEPT,
    off: { data: 't1; generate completes', clone: 'user; ' },
  },
];

/** The same scene for a Policy: everything is in its namespace. */
const inOneNamespace = (text: string): string =>
  text
    .replaceAll(/(-n |namespace: )(to|lib)\b/g, '$1from')
    .replaceAll('namespaces: [from], ', '')
    .replaceAll('namespaces: [nowhere]', 'names: [nowhere]')
    .replaceAll(
      'kind: ClusterPolicy\nmetadata: {name: gen}',
      'kind: Policy\nmetadata: {name: gen, namespace: from}',
    )
    .replaceAll('cpol gen', 'policy gen -n from');

interface Case {
  readonly row: Row;
  readonly target: Target;
  readonly synchronize: boolean;
  readonly version: KyvernoVersion;
  readonly kind: 'ClusterPolicy' | 'Policy';
}

const AN_HOUR = { type: 'wait', duration: milliseconds(61 * 60 * 1000) } as const;

function play({ row, target, synchronize, version, kind }: Case): Trace {
  const placed = (text: string): string => (kind === 'Policy' ? inOneNamespace(text) : text);
  const written = (options: Partial<PolicyOptions> = {}): string =>
    policy(target, { synchronize, ...options });
  const before = [
    namespaces,
    configMap('lib', sourceOf(target), 's1', 'copy: "yes"'),
    ...(row.policyLater === true ? [configMap('from', 't', 't1', 'take: "yes"')] : [written(row.policy)]),
    ...(row.more === undefined ? [] : [row.more]),
  ].join('---\n');
  const files = Object.fromEntries(
    Object.entries(row.files ?? {}).map(([path, file]) => [
      path,
      typeof file === 'string' ? file : written(file),
    ]),
  );
  const first = row.trigger === false || row.policyLater === true ? [] : ['kubectl create -f first.yaml'];
  const commands = [...first, ...row.does(target)];
  const all = { 'first.yaml': configMap('from', 't', 't1', 'take: "yes"'), ...files };
  const allPlaced = Object.fromEntries(Object.entries(all).map(([path, text]) => [path, placed(text)]));
  const read = scenarioOf(placed(before), commands.map(placed), allPlaced);
  const steps = read.steps.map((step) =>
    step.title === 'wait an hour' ? { ...step, action: AN_HOUR } : step,
  );
  const scenario = { ...read, steps };
  return simulate(scenario, { version, seed: 1, base: baseOf(version) });
}

function outcome(one: Case): string {
  const trace = play(one);
  const { name } = one.row.looksAt ?? { name: 'made' };
  const namespace = one.kind === 'Policy' ? 'from' : 'to';
  const last = Math.max(...trace.steps.map(({ index }) => index));
  return `${stateOf(trace, namespace, name)}; ${requestsOf(trace, last).join(', ')}`;
}

/** A Policy makes nothing elsewhere, and copies no list into its own namespace; who protects what is that of the cluster. */
const fitsPolicy = (row: Row, target: Target): boolean =>
  row.more === undefined &&
  row.versions === undefined &&
  target !== 'cloneList' &&
  !JSON.stringify(row.files ?? {}).includes('elsewhere');

const cases = (rows: readonly Row[]): readonly (Case & { readonly title: string })[] =>
  rows.flatMap((row) =>
    (row.versions ?? ['1.19' as const]).flatMap((version) =>
      (row.targets ?? TARGETS).flatMap((target) =>
        [true, false].flatMap((synchronize) =>
          (['ClusterPolicy', 'Policy'] as const)
            .filter((kind) => kind === 'ClusterPolicy' || fitsPolicy(row, target))
            .map((kind) => ({
              row,
              version,
              target,
              synchronize,
              kind,
              title: `${row.says}: ${target}, synchronize ${synchronize}, ${kind}, ${version} (${row.cites})`,
            })),
        ),
      ),
    ),
  );

describe.each([
  ['events on the trigger', TRIGGER_ROWS],
  ['events on downstream and source', DOWNSTREAM_ROWS],
  ['events on the policy', POLICY_ROWS],
])('%s', (_, rows) => {
  it.each(cases(rows))('$title', (one) => {
    const expected = expectedOf(one.synchronize ? one.row.on : one.row.off, one.target);
    expect(outcome(one)).toBe(expected);
  });
});

describe('a foreach', () => {
  const TWO = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: gen}
spec:
  rules:
  - name: make
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [from]}}]}
    generate:
      synchronize: true
      foreach:
      - list: "split(request.object.data.names, ',')"
        preconditions: {all: [{key: "{{element}}", operator: Equals, value: nobody}]}
        apiVersion: v1
        kind: ResourceQuota
        name: "{{element}}"
        namespace: to
        data: {spec: {hard: {pods: "1"}}}
      - list: "split(request.object.data.names, ',')"
        apiVersion: v1
        kind: ConfigMap
        name: "{{element}}"
        namespace: to
        data: {data: {x: "1"}}
`;

  it('whose first kind made nothing leaves what the others made when the trigger goes (generate/cleanup.go, fetch)', () => {
    const commands = ['kubectl create -f first.yaml', 'kubectl delete configmap t -n from'];
    const files = { 'first.yaml': configMap('from', 't', 't1', '') };
    const scenario = scenarioOf(`${namespaces}---\n${TWO}`, commands, files);
    const trace = simulate(scenario, { version: '1.19', seed: 1, base: baseOf('1.19') });
    expect([stateOf(trace), requestsOf(trace, 2)]).toEqual(['1', ['delete completes']]);
  });
});

describe('a source of several policies', () => {
  const copy = (name: string): string =>
    policy('clone', {
      synchronize: true,
      name: `by-${name}`,
      generate: 'orphanDownstreamOnPolicyDelete: true',
    }).replace('{name: gen}', `{name: ${name}}`);
  const play = (deleted: string): readonly string[] => {
    const commands = [
      'kubectl create -f first.yaml',
      `kubectl delete cpol ${deleted}`,
      patch('src -n lib', '{"data":{"x":"s2"}}'),
    ];
    const files = { 'first.yaml': configMap('from', 't', 't1', 'take: "yes"') };
    const before = [namespaces, configMap('lib', 'src', 's1', ''), copy('one'), copy('two')].join('---\n');
    const options = { version: '1.19', seed: 1, base: baseOf('1.19') } as const;
    const trace = simulate(scenarioOf(before, commands, files), options);
    return [stateOf(trace, 'to', 'by-one'), stateOf(trace, 'to', 'by-two')];
  };

  it('is copied no further than to the first clone whose policy is gone (generation/handler.go, processRequest)', () => {
    expect(play('one')).toEqual(['s1', 's1']);
    expect(play('two')).toEqual(['s2', 's1']);
  });
});
