import type { Json } from '../base/json.ts';
import { getList, getString } from '../base/json.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';

/** Built-in kinds by what a person types after a verb: kind, plural, short names. For titles only; discovery decides. */
const BUILT_IN = `Namespace namespaces ns|Pod pods po|ConfigMap configmaps cm|Secret secrets|Service services svc
ServiceAccount serviceaccounts sa|Deployment deployments deploy|StatefulSet statefulsets sts|DaemonSet daemonsets ds
ReplicaSet replicasets rs|Job jobs|CronJob cronjobs cj|Ingress ingresses ing|NetworkPolicy networkpolicies netpol
ResourceQuota resourcequotas quota|LimitRange limitranges limits|Node nodes no|PersistentVolumeClaim persistentvolumeclaims pvc
Role roles|RoleBinding rolebindings|ClusterRole clusterroles|ClusterRoleBinding clusterrolebindings
CustomResourceDefinition customresourcedefinitions crd crds|ClusterPolicy clusterpolicies cpol|Policy policies pol
PolicyException policyexceptions polex|UpdateRequest updaterequests ur|PriorityClass priorityclasses pc
ValidatingPolicy validatingpolicies vpol|MutatingPolicy mutatingpolicies mpol|GeneratingPolicy generatingpolicies gpol`;

const BUILT_IN_NAMES: ReadonlyMap<string, string> = new Map(
  BUILT_IN.split(/[|\n]/).flatMap((line) => {
    const [kind = '', ...names] = line.split(' ');
    return [kind.toLowerCase(), ...names].map((name) => [name, kind] as const);
  }),
);

/** Kind behind what a person typed (`netpol`, `configmaps`, `foos.example.org`), or undefined. */
export type KindNames = (typed: string) => string | undefined;

/** Names of the built-in kinds and of the CustomResourceDefinitions among the documents. */
export function kindNames(documents: readonly ManifestDocument[]): KindNames {
  const custom = new Map<string, string>();
  for (const { object } of documents) {
    if (object?.kind !== 'CustomResourceDefinition') continue;
    const kind = getString(object, 'spec', 'names', 'kind');
    if (kind === undefined) continue;
    for (const name of customNames(object, kind)) custom.set(name, kind);
  }
  return (typed) => {
    const name = typed.toLowerCase().split('.')[0] ?? '';
    return BUILT_IN_NAMES.get(name) ?? custom.get(name);
  };
}

function customNames(crd: Json, kind: string): readonly string[] {
  const plural = getString(crd, 'spec', 'names', 'plural') ?? '';
  const short = getList(crd, 'spec', 'names', 'shortNames').filter((name) => typeof name === 'string');
  return [kind.toLowerCase(), plural, ...short];
}

/** Whether kubectl finds a kind by its bare name, so that nobody types the group. */
export const isBuiltIn = (kind: string): boolean => BUILT_IN_NAMES.get(kind.toLowerCase()) === kind;
