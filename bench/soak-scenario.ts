/** The soak's scenario as text, the same for the same seed: namespaces that are there, then steps of many kinds over them. */
import { type Random, seededRandom } from '../src/base/random.ts';
import type { TextFile } from '../src/index.ts';
import { SOAK_POLICIES } from './soak-policies.ts';

export interface SoakSize {
  readonly steps: number;
  readonly namespaces: number;
  readonly seed: number;
}

export const SOAK: SoakSize = { steps: 10_000, namespaces: 1000, seed: 7 };

/** Steps of the test that holds them: a hundred operations each. */
const BATCH = 100;

/** The files of a soak; a file takes 2,000 documents, so that the cluster is two. */
export function soakFiles({ steps, namespaces, seed }: SoakSize): readonly TextFile[] {
  return [
    { path: 'cluster.yaml', text: cluster(namespaces) },
    { path: 'shared.yaml', text: shared(namespaces) },
    { path: 'policies.yaml', text: SOAK_POLICIES.join('\n---\n') },
    { path: 'chainsaw-test.yaml', text: test(operations(steps, namespaces, seededRandom(seed))) },
  ];
}

const names = (namespaces: number): readonly string[] =>
  Array.from({ length: namespaces }, (_, index) => `space-${index}`);

const configMap = (namespace: string, name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\ndata:\n  key: value`;

const cluster = (namespaces: number): string =>
  [
    RIGHTS,
    configMap('default', 'source'),
    ...names(namespaces).map((name) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}`),
  ].join('\n---\n');

const shared = (namespaces: number): string =>
  names(namespaces)
    .map((name) => configMap(name, 'shared'))
    .join('\n---\n');

const RIGHTS = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: soak
  labels:
    rbac.kyverno.io/aggregate-to-background-controller: "true"
rules:
  - apiGroups: [""]
    resources: [configmaps]
    verbs: [get, list, watch, create, update, patch, delete]`;

function test(operations: readonly string[]): string {
  const batches = Array.from({ length: Math.ceil(operations.length / BATCH) }, (_, index) =>
    operations.slice(index * BATCH, (index + 1) * BATCH),
  );
  const steps = batches.map(
    (batch, index) =>
      `  - name: batch ${index + 1}\n    try:\n${batch.map((line) => `    ${line}`).join('\n')}`,
  );
  return `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: soak
spec:
  namespace: default
  steps:
  - name: setup
    try:
    - apply: { file: cluster.yaml }
    - apply: { file: shared.yaml }
    - apply: { file: policies.yaml }
    - sleep: { duration: 2s }
${steps.join('\n')}
`;
}

interface Made {
  readonly kind: 'ConfigMap' | 'Secret' | 'ServiceAccount';
  readonly namespace: string;
  readonly name: string;
}

const KINDS = ['ConfigMap', 'Secret', 'ServiceAccount'] as const;

/** What is there is known, so that updates and deletions meet an object; a fifth of the requests is denied. */
function operations(count: number, namespaces: number, random: Random): readonly string[] {
  const present: Made[] = [];
  const below = (limit: number): number => Math.floor(random() * limit);
  const one = (index: number): string => {
    const dice = random();
    const made = present[below(present.length)];
    if (made === undefined || dice < 0.3) {
      const kind = KINDS[below(KINDS.length)] ?? 'ConfigMap';
      const fresh = { kind, namespace: `space-${below(namespaces)}`, name: `item-${index}` };
      present.push(fresh);
      return create(fresh, labelsBy(kind, random), false);
    }
    if (dice < 0.44) return create({ ...made, name: `bad-${index}` }, ['size: large'], true);
    const place = `${made.kind.toLowerCase()} ${made.name} -n ${made.namespace}`;
    if (dice < 0.55) return script(`kubectl label ${place} tier=t${index} --overwrite`);
    if (dice < 0.65) return script(`kubectl annotate ${place} note=n${index} --overwrite`);
    if (dice < 0.72)
      return script(`kubectl patch ${place} --type merge -p '{"metadata":{"labels":{"count":"c${index}"}}}'`);
    if (dice < 0.78) return script(`kubectl label ${place} team-`);
    if (dice < 0.84)
      return script(`kubectl label namespace ${made.namespace} soak=true round=r${index} --overwrite`);
    present.splice(present.indexOf(made), 1);
    return script(`kubectl delete ${place}`);
  };
  return Array.from({ length: count }, (_, index) => one(index));
}

const RULES = {
  ConfigMap: { emit: ['data-one', 'clone-one'], refresh: 'refresh-one' },
  Secret: { emit: ['data-two'], refresh: 'refresh-two' },
  ServiceAccount: { emit: ['clone-two'], refresh: undefined },
} as const;

/** Two of ten objects make a downstream, one of ten changes what is shared in its namespace. */
function labelsBy(kind: Made['kind'], random: Random): readonly string[] {
  const { emit, refresh } = RULES[kind];
  const emits = random() < 0.2 ? emit[Math.floor(random() * emit.length)] : undefined;
  const refreshes = random() < 0.1 ? refresh : undefined;
  return [
    ...(emits === undefined ? [] : [`emit: ${emits}`]),
    ...(refreshes === undefined ? [] : [`refresh: ${refreshes}`]),
  ];
}

function create({ kind, namespace, name }: Made, more: readonly string[], denied: boolean): string {
  const labels = ['soak: "true"', 'team: a', ...more].join(', ');
  const object = `{ apiVersion: v1, kind: ${kind}, metadata: { name: ${name}, namespace: ${namespace}, labels: { ${labels} } } }`;
  const expect = denied ? ', expect: [{ check: { ($error != null): true } }]' : '';
  return `- create: { resource: ${object}${expect} }`;
}

const script = (command: string): string => `- script: { content: ${JSON.stringify(command)} }`;
