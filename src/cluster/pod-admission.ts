import type { Json, JsonObject } from '../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../base/json.ts';
import { nameSuffix, type Random } from '../base/random.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

/*
 * What the built-in admission plugins make of a new Pod before any webhook sees it: ServiceAccount, Priority and
 * DefaultTolerationSeconds (k8s.io/kubernetes, plugin/pkg/admission).
 */

const DEFAULT_ACCOUNT = 'default';
const TOKEN_VOLUME = 'kube-api-access-';
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Name of the service account that a Pod runs as. */
export const accountOf = (pod: KubernetesObject): string =>
  getString(pod, 'spec', 'serviceAccountName') || DEFAULT_ACCOUNT;

/** A Pod that stands for one of a kubelet's own files: plugins leave it alone. */
const isMirror = (pod: KubernetesObject): boolean =>
  get(get(pod.metadata, 'annotations'), 'kubernetes.io/config.mirror') !== undefined;

/** The Pod of a service account as the webhooks see it. */
export function admitPod(pod: KubernetesObject, account: KubernetesObject, random: Random): KubernetesObject {
  if (isMirror(pod)) return pod;
  const name = accountOf(pod);
  const pulled = withPullSecrets(
    { ...getObject(pod, 'spec'), serviceAccount: name, serviceAccountName: name },
    account,
  );
  const automounts =
    get(pulled, 'automountServiceAccountToken') ?? get(account, 'automountServiceAccountToken') ?? true;
  const mounted = automounts === false ? pulled : withToken(pulled, random);
  return { ...pod, spec: withTolerations(withPriority(mounted)) };
}

function withPullSecrets(spec: JsonObject, account: KubernetesObject): JsonObject {
  const secrets = getList(account, 'imagePullSecrets');
  return secrets.length === 0 || getList(spec, 'imagePullSecrets').length > 0
    ? spec
    : { ...spec, imagePullSecrets: secrets };
}

function withToken(spec: JsonObject, random: Random): JsonObject {
  const volumes = getList(spec, 'volumes');
  const own = volumes.map((one) => getString(one, 'name') ?? '').find((one) => one.startsWith(TOKEN_VOLUME));
  const name = own ?? TOKEN_VOLUME + nameSuffix(random);
  const lacks = (container: Json): boolean =>
    !getList(container, 'volumeMounts').some((mount) => getString(mount, 'mountPath') === TOKEN_PATH);
  const mount = { mountPath: TOKEN_PATH, name, readOnly: true };
  const mountInto = (container: Json): Json =>
    isObject(container) && lacks(container)
      ? { ...container, volumeMounts: [...getList(container, 'volumeMounts'), mount] }
      : container;
  const needed = ['initContainers', 'containers'].filter((key) => getList(spec, key).some(lacks));
  if (needed.length === 0) return spec;
  const lists = Object.fromEntries(needed.map((key) => [key, getList(spec, key).map(mountInto)]));
  return { ...spec, ...lists, ...(own === undefined ? { volumes: [...volumes, tokenVolume(name)] } : {}) };
}

const tokenVolume = (name: string): JsonObject => ({
  name,
  projected: {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
      {
        downwardAPI: {
          items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }],
        },
      },
    ],
  },
});

/** Without a class the priority is that of nobody. Classes are not looked up. */
const withPriority = (spec: JsonObject): JsonObject =>
  getString(spec, 'priorityClassName')
    ? spec
    : { preemptionPolicy: 'PreemptLowerPriority', priority: 0, ...spec };

const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Pods stay five minutes on a node that is lost. */
function withTolerations(spec: JsonObject): JsonObject {
  const tolerations = getList(spec, 'tolerations');
  const isTolerated = (taint: string): boolean =>
    tolerations.some((one) => {
      const [key, effect] = [getString(one, 'key') ?? '', getString(one, 'effect') ?? ''];
      return (key === taint || key === '') && (effect === 'NoExecute' || effect === '');
    });
  const added = TAINTS.filter((taint) => !isTolerated(taint)).map((key) => ({
    effect: 'NoExecute',
    key,
    operator: 'Exists',
    tolerationSeconds: 300,
  }));
  return added.length === 0 ? spec : { ...spec, tolerations: [...tolerations, ...added] };
}
