import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getString, isObject, setKey } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { SimulationOptions } from '../../simulation/options.ts';
import type { FileTree } from '../cli/file-tree.ts';
import { loadDocuments } from '../cli/load-documents.ts';

/** Kyverno's settings as Helm values set them: options of a run, and what the chart makes of them in the cluster. */
export interface KyvernoSettings {
  readonly options: Partial<SimulationOptions>;
  readonly objects: readonly KubernetesObject[];
}

/** Values of the chart that the simulation heeds, or that change nothing that it shows. */
const KNOWN: readonly string[] = [
  'global.crdWatcher',
  'features.policyExceptions.enabled',
  'features.policyExceptions.namespace',
  'features.omitEvents.eventTypes',
  'features.validatingAdmissionPolicyReports.enabled',
];
const CONTROLLERS: Readonly<Record<string, string>> = {
  admissionController: 'admission-controller',
  backgroundController: 'background-controller',
  cleanupController: 'cleanup-controller',
  reportsController: 'reports-controller',
};

/** Reads Helm values, later files over earlier ones; names the first value that is not simulated. */
export function readSettings(
  tree: FileTree,
  paths: readonly string[],
): KyvernoSettings | { readonly unsupported: string } {
  let values: JsonObject = {};
  for (const path of paths) {
    const loaded = loadDocuments(tree, path);
    if ('error' in loaded) return { unsupported: loaded.error };
    const [first] = loaded;
    if (first !== undefined && isObject(first.value)) values = overlay(values, first.value);
  }
  const unknown = leaves(values, '').find((leaf) => !isKnown(leaf));
  if (unknown !== undefined) return { unsupported: `the setting ${unknown} is not simulated` };
  const exceptions = get(get(values, 'features'), 'policyExceptions');
  const namespace = getString(exceptions, 'namespace');
  const events = get(get(get(values, 'features'), 'omitEvents'), 'eventTypes');
  return {
    options: {
      policyExceptions: get(exceptions, 'enabled') === true,
      ...(namespace === undefined ? {} : { exceptionNamespace: namespace }),
      ...(Array.isArray(events)
        ? { omitEvents: events.filter((item): item is string => typeof item === 'string') }
        : {}),
    },
    objects: Object.entries(CONTROLLERS).flatMap(([key, name]) => additionalRole(get(values, key), name)),
  };
}

const isKnown = (leaf: string): boolean =>
  KNOWN.includes(leaf) ||
  /^(admission|background|cleanup|reports)Controller\.(extraArgs\.v|rbac\.clusterRole\.extraResources)$/.test(
    leaf,
  );

/** As Helm merges values: objects key by key, everything else is replaced. */
function overlay(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const known = get(below, key);
    setKey(merged, key, isObject(known) && isObject(value) ? overlay(known, value) : value);
  }
  return merged;
}

const leaves = (value: JsonObject, prefix: string): readonly string[] =>
  Object.entries(value).flatMap(([key, item]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return isObject(item) ? leaves(item, path) : [path];
  });

/** The ClusterRole that the chart makes of `rbac.clusterRole.extraResources`; it is aggregated by its labels. */
function additionalRole(values: Json | undefined, controller: string): readonly KubernetesObject[] {
  const rules = getList(values, 'rbac', 'clusterRole', 'extraResources');
  if (rules.length === 0) return [];
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: {
        name: `kyverno:${controller}:additional`,
        labels: {
          'app.kubernetes.io/component': controller,
          'app.kubernetes.io/instance': 'kyverno',
          'app.kubernetes.io/part-of': 'kyverno',
        },
      },
      rules,
    },
  ];
}
