import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getList, getObject, getString, isObject, type Json } from '../../src/base/json.ts';

const root = resolve(import.meta.dirname, '../..');

const textsBelow = (folder: string, name: RegExp): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => name.test(path))
    .sort()
    .map((path) => readFileSync(join(root, folder, path), 'utf8'));

/** The stories that the studio ships, by what their files are. */
export const policies = textsBelow('public/scenarios', /policies\.yaml$/);
export const tests = textsBelow('public/scenarios', /chainsaw-test\.yaml$/);
export const clusters = textsBelow('public/scenarios', /cluster(-crds)?\.yaml$/);
export const actors = textsBelow('public/scenarios', /actors\.yaml$/);
export const libraryPolicies = textsBelow('fixtures/kyverno/bench', /\.yaml$/);

/** Folders of the stories. */
export const stories = readdirSync(join(root, 'public/scenarios'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    name,
    files: readdirSync(join(root, 'public/scenarios', name))
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => ({ path, text: readFileSync(join(root, 'public/scenarios', name, path), 'utf8') })),
  }));

function casesOf(suite: string): readonly Json[] {
  const text = readFileSync(join(root, `fixtures/kyverno/expressions/${suite}.json`), 'utf8');
  return getList(JSON.parse(text) as Json, 'cases');
}

/** Every so manieth text of a field of recorded cases, each once. */
function textsOf(suite: string, field: string, every: number): readonly string[] {
  const texts = casesOf(suite).flatMap((one) => getString(one, field) ?? []);
  return [...new Set(texts)].filter((text, at) => at % every === 0 && text.length < 4000);
}

export const expressions = [...textsOf('jmespath', 'expr', 7), ...textsOf('jmespath-compliance', 'expr', 5)];
export const celExpressions = textsOf('cel', 'expr', 2);
/** Certificates and requests, as PEM. */
export const certificates: readonly string[] = Object.values(
  getObject(
    JSON.parse(readFileSync(join(root, 'fixtures/kyverno/expressions/jmespath.json'), 'utf8')),
    'shared',
  ),
)
  .flatMap((data) => (isObject(data) ? Object.values(data) : []))
  .filter((text): text is string => typeof text === 'string' && text.includes('-----BEGIN CERT'));
export const readCases = (suite: string, every: number): readonly string[] =>
  casesOf(suite)
    .filter((_, at) => at % every === 0)
    .map((one) => JSON.stringify(one));
export const base = readFileSync(join(root, 'public/cluster/base-1.19.json'), 'utf8');

export const kubectlLines: readonly string[] = [
  'kubectl create ns a --dry-run=server',
  'kubectl create configmap c -n default --from-literal=a=b --from-literal c=d',
  'kubectl label ns default team=alpha --overwrite',
  'kubectl annotate ns/default note="a b" other-',
  'kubectl delete ns,cm -l a=b,c!=d --wait=false',
  'kubectl delete netpol/default-deny -n default --cascade=orphan --ignore-not-found',
  `kubectl patch cm c -n default --type merge -p '{"data":{"a":null}}'`,
  `kubectl patch ns default --type json -p '[{"op":"add","path":"/metadata/labels/a","value":"b"}]'`,
  'kubectl auth can-i create pods --as bob --as-group devs -n default',
  "kubectl get pods -A -l 'a in (b, c), d notin (e), !f' -o yaml",
  'kubectl create role r --verb=get,list --resource=pods.v1.apps/status -n default',
  'kubectl create rolebinding b --role=r --user=bob --serviceaccount=a:b -n default',
  'kubectl run p --image=nginx:1.2 --labels=a=b,c=d --restart=Never',
  'kubectl create secret generic s --from-literal=p=q',
  'kubectl scale deploy/d --replicas=3 -n default',
  'kubectl apply -f one.yaml --server-side --field-manager=x',
];

export const cliFiles: readonly string[] = [
  `apiVersion: cli.kyverno.io/v1alpha1
kind: Test
metadata: {name: t}
policies: [policies.yaml]
resources: [resources.yaml]
variables: values.yaml
userinfo: user.yaml
results:
- {policy: p, rule: r, resources: [default/a, b], kind: Pod, result: fail, isValidatingAdmissionPolicy: false}
- {policy: p, rule: r, resourceSpecs: [{group: "", version: v1, kind: Pod, namespace: n, name: a}], patchedResources: patched.yaml, kind: Pod, result: pass}
checks:
- {match: {resource: {kind: Pod}}, assert: {status: pass}}
values:
  globalValues: {request.operation: UPDATE}
`,
  `apiVersion: cli.kyverno.io/v1alpha1
kind: Values
metadata: {name: v}
globalValues: {request.mode: dev}
policies:
- name: p
  rules:
  - {name: r, values: {dict.data.env: dev}, foreachValues: {images: [a, b]}}
  resources:
  - {name: a, values: {request.namespace: n}}
namespaceSelector:
- {name: n, labels: {a: b}}
namespaces: [{apiVersion: v1, kind: Namespace, metadata: {name: n}}]
subresources:
- {subresource: {name: deployments/scale, kind: Scale, group: autoscaling, version: v1}, parentResource: {name: deployments, kind: Deployment, group: apps, version: v1}}
apiCallResponses:
- {urlPath: /api/v1/namespaces, method: GET, response: {statusCode: 200, body: {items: []}}}
globalContextEntries:
- {name: g, data: [1, 2], projections: [{name: n, jmesPath: "length(@)"}]}
`,
  `apiVersion: cli.kyverno.io/v1alpha1
kind: Context
metadata: {name: c}
spec:
  resources:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: d}, data: {a: b}}
  images:
  - {image: "nginx:1.2", resolvedImage: "docker.io/library/nginx@sha256:1", registry: docker.io, repository: nginx, tag: "1.2", digest: "sha256:1"}
`,
  `apiVersion: cli.kyverno.io/v1alpha1
kind: UserInfo
metadata: {name: u}
clusterRoles: [cluster-admin]
roles: ["ns:role"]
userInfo: {username: bob, groups: [devs], uid: "1"}
`,
];
