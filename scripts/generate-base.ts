/**
 * Makes `public/cluster/` from the material of the recordings (`../shared/oracle/cluster/base`): what every cluster holds
 * before a scenario adds to it, one file a Kyverno version, and the CRD schemas of the latest one. Data, not code.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { get, getList, getString, isObject, type Json, type JsonObject } from '../src/base/json.ts';
import type { KubernetesObject } from '../src/kubernetes/object.ts';
import { nameOf } from '../src/kubernetes/object.ts';
import { KYVERNO_VERSIONS, type KyvernoVersion } from '../src/kyverno/versions.ts';

const root = resolve(import.meta.dirname, '..');
const source = join(root, '../shared/oracle/cluster/base');
const target = join(root, 'public/cluster');

const KUBERNETES = '1.36';
const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system', 'kyverno'];

/** Whose CRDs are at hand with their schemas; the other versions' are told by the table below. */
const WITH_SCHEMAS: KyvernoVersion = '1.19';

/**
 * Kyverno's CRDs before 1.19 as far as discovery shows them: since which version until which, group, kind, plural, short
 * name, scope, and per API version whether it is the storage version (`!`) or no longer served (`-`). From the CRD lists in
 * the findings about the older versions; schemas are left out.
 */
const OLDER_CRDS: readonly (readonly [
  KyvernoVersion,
  KyvernoVersion,
  string,
  string,
  string,
  string,
  'N' | 'C',
  string,
])[] = [
  ['1.11', '1.18', 'kyverno.io', 'ClusterPolicy', 'clusterpolicies', 'cpol', 'C', 'v1! v2beta1'],
  ['1.11', '1.18', 'kyverno.io', 'Policy', 'policies', 'pol', 'N', 'v1! v2beta1'],
  ['1.11', '1.11', 'kyverno.io', 'UpdateRequest', 'updaterequests', 'ur', 'N', 'v1beta1!'],
  ['1.12', '1.12', 'kyverno.io', 'UpdateRequest', 'updaterequests', 'ur', 'N', 'v1beta1! v2'],
  ['1.13', '1.18', 'kyverno.io', 'UpdateRequest', 'updaterequests', 'ur', 'N', 'v1beta1 v2!'],
  ['1.11', '1.11', 'kyverno.io', 'CleanupPolicy', 'cleanuppolicies', 'cleanpol', 'N', 'v2alpha1 v2beta1!'],
  [
    '1.11',
    '1.11',
    'kyverno.io',
    'ClusterCleanupPolicy',
    'clustercleanuppolicies',
    'ccleanpol',
    'C',
    'v2alpha1 v2beta1!',
  ],
  ['1.12', '1.18', 'kyverno.io', 'CleanupPolicy', 'cleanuppolicies', 'cleanpol', 'N', 'v2! v2beta1'],
  [
    '1.12',
    '1.18',
    'kyverno.io',
    'ClusterCleanupPolicy',
    'clustercleanuppolicies',
    'ccleanpol',
    'C',
    'v2! v2beta1',
  ],
  ['1.11', '1.11', 'kyverno.io', 'PolicyException', 'policyexceptions', 'polex', 'N', 'v2alpha1 v2beta1!'],
  ['1.12', '1.18', 'kyverno.io', 'PolicyException', 'policyexceptions', 'polex', 'N', 'v2! v2beta1'],
  ['1.12', '1.18', 'kyverno.io', 'GlobalContextEntry', 'globalcontextentries', 'gctxentry', 'C', 'v2alpha1!'],
  ['1.11', '1.12', 'kyverno.io', 'AdmissionReport', 'admissionreports', 'admr', 'N', 'v1alpha2!'],
  [
    '1.11',
    '1.12',
    'kyverno.io',
    'ClusterAdmissionReport',
    'clusteradmissionreports',
    'cadmr',
    'C',
    'v1alpha2!',
  ],
  [
    '1.11',
    '1.12',
    'kyverno.io',
    'BackgroundScanReport',
    'backgroundscanreports',
    'bgscanr',
    'N',
    'v1alpha2!',
  ],
  [
    '1.11',
    '1.12',
    'kyverno.io',
    'ClusterBackgroundScanReport',
    'clusterbackgroundscanreports',
    'cbgscanr',
    'C',
    'v1alpha2!',
  ],
  ['1.12', '1.18', 'reports.kyverno.io', 'EphemeralReport', 'ephemeralreports', 'ephr', 'N', 'v1!'],
  [
    '1.12',
    '1.18',
    'reports.kyverno.io',
    'ClusterEphemeralReport',
    'clusterephemeralreports',
    'cephr',
    'C',
    'v1!',
  ],
  ['1.11', '1.18', 'wgpolicyk8s.io', 'PolicyReport', 'policyreports', 'polr', 'N', 'v1alpha2!'],
  [
    '1.11',
    '1.18',
    'wgpolicyk8s.io',
    'ClusterPolicyReport',
    'clusterpolicyreports',
    'cpolr',
    'C',
    'v1alpha2!',
  ],
  ['1.14', '1.15', 'policies.kyverno.io', 'ValidatingPolicy', 'validatingpolicies', 'vpol', 'C', 'v1alpha1!'],
  [
    '1.14',
    '1.15',
    'policies.kyverno.io',
    'ImageValidatingPolicy',
    'imagevalidatingpolicies',
    'ivpol',
    'C',
    'v1alpha1!',
  ],
  ['1.14', '1.15', 'policies.kyverno.io', 'PolicyException', 'policyexceptions', '', 'N', 'v1alpha1!'],
  ['1.15', '1.15', 'policies.kyverno.io', 'MutatingPolicy', 'mutatingpolicies', 'mpol', 'C', 'v1alpha1!'],
  ['1.15', '1.15', 'policies.kyverno.io', 'GeneratingPolicy', 'generatingpolicies', 'gpol', 'C', 'v1alpha1!'],
  ['1.15', '1.15', 'policies.kyverno.io', 'DeletingPolicy', 'deletingpolicies', 'dpol', 'C', 'v1alpha1!'],
  [
    '1.16',
    '1.16',
    'policies.kyverno.io',
    'ValidatingPolicy',
    'validatingpolicies',
    'vpol',
    'C',
    'v1alpha1 v1beta1!',
  ],
  [
    '1.16',
    '1.16',
    'policies.kyverno.io',
    'NamespacedValidatingPolicy',
    'namespacedvalidatingpolicies',
    'nvpol',
    'N',
    'v1beta1!',
  ],
  [
    '1.16',
    '1.16',
    'policies.kyverno.io',
    'ImageValidatingPolicy',
    'imagevalidatingpolicies',
    'ivpol',
    'C',
    'v1alpha1 v1beta1!',
  ],
  [
    '1.16',
    '1.16',
    'policies.kyverno.io',
    'NamespacedImageValidatingPolicy',
    'namespacedimagevalidatingpolicies',
    'nivpol',
    'N',
    'v1beta1!',
  ],
  [
    '1.16',
    '1.16',
    'policies.kyverno.io',
    'PolicyException',
    'policyexceptions',
    '',
    'N',
    'v1alpha1 v1beta1!',
  ],
  [
    '1.16',
    '1.16',
    'policies.kyverno.io',
    'MutatingPolicy',
    'mutatingpolicies',
    'mpol',
    'C',
    'v1alpha1 v1beta1!',
  ],
  [
    '1.16',
    '1.16',
    'policies.kyverno.io',
    'GeneratingPolicy',
    'generatingpolicies',
    'gpol',
    'C',
    'v1alpha1 v1beta1!',
  ],
  [
    '1.16',
    '1.16',
    'policies.kyverno.io',
    'DeletingPolicy',
    'deletingpolicies',
    'dpol',
    'C',
    'v1alpha1 v1beta1!',
  ],
  [
    '1.16',
    '1.16',
    'policies.kyverno.io',
    'NamespacedDeletingPolicy',
    'namespaceddeletingpolicies',
    'ndpol',
    'N',
    'v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'ValidatingPolicy',
    'validatingpolicies',
    'vpol',
    'C',
    'v1 v1alpha1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'NamespacedValidatingPolicy',
    'namespacedvalidatingpolicies',
    'nvpol',
    'N',
    'v1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'ImageValidatingPolicy',
    'imagevalidatingpolicies',
    'ivpol',
    'C',
    'v1 v1alpha1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'NamespacedImageValidatingPolicy',
    'namespacedimagevalidatingpolicies',
    'nivpol',
    'N',
    'v1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'PolicyException',
    'policyexceptions',
    '',
    'N',
    'v1 v1alpha1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'MutatingPolicy',
    'mutatingpolicies',
    'mpol',
    'C',
    'v1 v1alpha1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'NamespacedMutatingPolicy',
    'namespacedmutatingpolicies',
    'nmpol',
    'N',
    'v1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'GeneratingPolicy',
    'generatingpolicies',
    'gpol',
    'C',
    'v1 v1alpha1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'NamespacedGeneratingPolicy',
    'namespacedgeneratingpolicies',
    'ngpol',
    'N',
    'v1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'DeletingPolicy',
    'deletingpolicies',
    'dpol',
    'C',
    'v1 v1alpha1 v1beta1!',
  ],
  [
    '1.17',
    '1.18',
    'policies.kyverno.io',
    'NamespacedDeletingPolicy',
    'namespaceddeletingpolicies',
    'ndpol',
    'N',
    'v1 v1beta1!',
  ],
];

/** Keys of a structural schema that say what a value may be; descriptions and display hints are dropped. */
const SCHEMA_KEYS = new Set([
  'type',
  'items',
  'additionalProperties',
  'enum',
  'required',
  'default',
  'nullable',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-int-or-string',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
]);

function main(): void {
  if (!existsSync(source)) {
    console.log('absent: ../shared/oracle/cluster/base; public/cluster stays as it is');
    return;
  }
  mkdirSync(target, { recursive: true });
  const kubernetes = readObjects(`kubernetes-${KUBERNETES}-rbac.yaml`).map(reduceRole);
  const crds = readdirSync(join(source, `crds-${WITH_SCHEMAS}`))
    .sort()
    .flatMap((file) => readObjects(`crds-${WITH_SCHEMAS}/${file}`));
  for (const kyverno of KYVERNO_VERSIONS) {
    const own = readObjects(`kyverno-${kyverno}.yaml`).map(reduceRole);
    const kinds = kyverno === WITH_SCHEMAS ? crds.map(reduceCrd) : olderCrds(kyverno);
    const objects = [...kinds, ...namespaceObjects(), ...kubernetes, ...own, ...workloads(own)];
    const schemas = kyverno === WITH_SCHEMAS ? { schemas: schemasOf(crds) } : {};
    write(`base-${kyverno}.json`, { kyverno, kubernetes: KUBERNETES, objects, ...schemas });
  }
}

function readObjects(file: string): readonly KubernetesObject[] {
  const documents = parseAllDocuments(readFileSync(join(source, file), 'utf8'));
  return ('empty' in documents ? [] : documents).flatMap((document) => {
    const value = document.toJS({ maxAliasCount: 100 }) as KubernetesObject | null;
    return value === null ? [] : [value];
  });
}

/** Aggregated roles get their rules from what they select, so theirs are left out. */
function reduceRole(object: KubernetesObject): KubernetesObject {
  const { rules, ...rest } = object;
  if (get(object, 'aggregationRule') !== undefined)
    return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
  return rules === null ? { ...object, rules: [] } : object;
}

function namespaceObjects(): readonly KubernetesObject[] {
  return [
    ...NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...NAMESPACES.map((namespace) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    })),
    ...NAMESPACES.map((namespace) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kube-root-ca.crt', namespace },
      data: { 'ca.crt': '' },
    })),
  ];
}

/**
 * Kyverno's own Deployments and the Services that its webhooks are called by, under the chart's names: what a person scales
 * or cuts off. Labels are those of the service accounts, which the chart gives all objects of a controller.
 */
function workloads(own: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return own
    .filter((object) => object.kind === 'ServiceAccount' && nameOf(object).endsWith('-controller'))
    .flatMap((account) => {
      const name = nameOf(account);
      const labels = (get(account.metadata, 'labels') ?? {}) as JsonObject;
      const selector = Object.fromEntries(
        Object.entries(labels).filter(([key]) =>
          ['app.kubernetes.io/component', 'app.kubernetes.io/instance', 'app.kubernetes.io/part-of'].includes(
            key,
          ),
        ),
      );
      const service = SERVICES[name];
      return [
        deploymentOf(name, labels, selector),
        ...(service === undefined ? [] : [serviceOf(service, labels, selector)]),
      ];
    });
}

const SERVICES: Readonly<Record<string, string>> = {
  'kyverno-admission-controller': 'kyverno-svc',
  'kyverno-cleanup-controller': 'kyverno-cleanup-controller',
};

const deploymentOf = (name: string, labels: JsonObject, selector: JsonObject): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'kyverno', labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: selector },
    template: { metadata: { labels }, spec: { serviceAccountName: name } },
  },
  status: { availableReplicas: 1, readyReplicas: 1, replicas: 1, updatedReplicas: 1 },
});

const serviceOf = (name: string, labels: JsonObject, selector: JsonObject): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'kyverno', labels },
  spec: {
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' }],
    selector,
    type: 'ClusterIP',
  },
});

function reduceCrd(crd: KubernetesObject): KubernetesObject {
  const versions = getList(crd, 'spec', 'versions').map((version) => ({
    name: get(version, 'name') ?? '',
    served: get(version, 'served') ?? false,
    storage: get(version, 'storage') ?? false,
    ...(get(version, 'deprecated') === true ? { deprecated: true } : {}),
    ...(get(version, 'subresources') === undefined
      ? {}
      : { subresources: get(version, 'subresources') ?? {} }),
  }));
  return crdOf(
    getString(crd, 'spec', 'group') ?? '',
    (get(get(crd, 'spec'), 'names') ?? {}) as JsonObject,
    getString(crd, 'spec', 'scope') ?? '',
    versions,
  );
}

function crdOf(group: string, names: JsonObject, scope: string, versions: readonly Json[]): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${getString(names, 'plural') ?? ''}.${group}` },
    spec: { group, names, scope, versions },
  };
}

function olderCrds(version: KyvernoVersion): readonly KubernetesObject[] {
  const at = KYVERNO_VERSIONS.indexOf(version);
  const within = (since: KyvernoVersion, until: KyvernoVersion): boolean =>
    KYVERNO_VERSIONS.indexOf(since) <= at && at <= KYVERNO_VERSIONS.indexOf(until);
  return OLDER_CRDS.filter(([since, until]) => within(since, until))
    .map(([, , group, kind, plural, short, scope, versions]) => {
      const names = {
        categories: ['kyverno'],
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(short === '' ? {} : { shortNames: [short] }),
      };
      const hasStatus =
        group === 'policies.kyverno.io'
          ? kind !== 'PolicyException'
          : /Policy$|^UpdateRequest$|^Global/.test(kind);
      return crdOf(
        group,
        names,
        scope === 'N' ? 'Namespaced' : 'Cluster',
        versions.split(' ').map((text) => ({
          name: text.replace(/[!-]$/, ''),
          served: !text.endsWith('-'),
          storage: text.endsWith('!'),
          ...(hasStatus ? { subresources: { status: {} } } : {}),
        })),
      );
    })
    .sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
}

/** Schemas by `<plural>.<group>/<version>`, equal parts kept once: `{"$": n}` stands for the n-th of `shared`. */
function schemasOf(crds: readonly KubernetesObject[]): JsonObject {
  const pool = new SchemaPool();
  const entries = crds.flatMap((crd) =>
    getList(crd, 'spec', 'versions')
      .filter((version) => get(version, 'served') === true)
      .map((version) => {
        const schema = get(get(version, 'schema'), 'openAPIV3Schema') ?? {};
        return [`${nameOf(crd)}/${getString(version, 'name')}`, pool.add(reduceSchema(schema))] as const;
      }),
  );
  return { schemas: Object.fromEntries(entries), shared: pool.shared() };
}

function reduceSchema(schema: Json): JsonObject {
  const reduced: Record<string, Json> = {};
  if (!isObject(schema)) return reduced;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && isObject(value))
      reduced[key] = Object.fromEntries(
        Object.entries(value).map(([name, property]) => [name, reduceSchema(property)]),
      );
    else if (key === 'items') reduced[key] = reduceSchema(value);
    else if (key === 'additionalProperties') reduced[key] = isObject(value) ? reduceSchema(value) : value;
    else if (SCHEMA_KEYS.has(key)) reduced[key] = value;
  }
  return reduced;
}

/** Keeps schemas that occur several times once. */
class SchemaPool {
  readonly #byText = new Map<string, number>();
  readonly #shared: Json[] = [];

  add(schema: JsonObject): Json {
    const parts: Record<string, Json> = { ...schema };
    const properties = get(schema, 'properties');
    if (isObject(properties))
      parts['properties'] = Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, this.add(property as JsonObject)]),
      );
    const items = get(schema, 'items');
    if (isObject(items)) parts['items'] = this.add(items);
    const additional = get(schema, 'additionalProperties');
    if (isObject(additional)) parts['additionalProperties'] = this.add(additional);
    const text = JSON.stringify(parts);
    if (text.length < 24) return parts;
    const known = this.#byText.get(text);
    if (known !== undefined) return { $: known };
    this.#byText.set(text, this.#shared.length);
    this.#shared.push(parts);
    return { $: this.#shared.length - 1 };
  }

  shared(): readonly Json[] {
    return this.#shared;
  }
}

function write(file: string, value: Json): void {
  const text = `${JSON.stringify(value)}\n`;
  writeFileSync(join(target, file), text);
  console.log(`${file}: ${text.length} bytes`);
}

main();
