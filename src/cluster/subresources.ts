import { get, getList, getObject, getString, isObject } from '../base/json.ts';
import type { Operation } from '../kubernetes/admission-review.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ApiRequest, StatusFailure } from './api.ts';
import { badRequest, conflict } from './status.ts';

/*
 * Creations on a subresource of something that is there: what is asked is an object of a kind of its own, which the webhooks
 * see and nobody stores (k8s.io/kubernetes, pkg/registry/core/pod/rest and storage).
 */

/** What a request on a subresource shows to admission. */
export interface Asked {
  readonly operation: Operation;
  readonly object: KubernetesObject;
}

const CONNECTS: Readonly<Record<string, string>> = {
  exec: 'PodExecOptions',
  attach: 'PodAttachOptions',
  portforward: 'PodPortForwardOptions',
};

/** Kinds that are posted, by subresource. */
const POSTED: Readonly<Record<string, readonly [apiVersion: string, kind: string]>> = {
  eviction: ['policy/v1', 'Eviction'],
  binding: ['v1', 'Binding'],
};

/** Reads the body of a creation on a subresource; undefined if the subresource is not simulated. */
export function askedOf({
  subresource = '',
  namespace = '',
  name = '',
  body,
}: ApiRequest): Asked | { readonly failure: StatusFailure } | undefined {
  const rest = isObject(body) ? body : {};
  if (Object.hasOwn(CONNECTS, subresource)) {
    const kind = CONNECTS[subresource] ?? '';
    // Kyverno takes the namespace from the request; the options have no metadata of their own.
    return { operation: 'CONNECT', object: { ...rest, apiVersion: 'v1', kind, metadata: { namespace } } };
  }
  const [apiVersion, kind] = (Object.hasOwn(POSTED, subresource) ? POSTED[subresource] : undefined) ?? [];
  if (apiVersion === undefined || kind === undefined) return undefined;
  const metadata = getObject(rest, 'metadata');
  const named = getString(metadata, 'name') ?? name;
  if (named !== name) return { failure: badRequest(`name in URL does not match name in ${kind} object`) };
  return {
    operation: 'CREATE',
    object: { ...rest, apiVersion, kind, metadata: { ...metadata, name, namespace } },
  };
}

/** What a request on a subresource does to the object that it is about. */
export type Effect =
  | { readonly does: 'nothing' | 'delete' }
  | { readonly does: 'change'; readonly object: KubernetesObject }
  | { readonly failure: StatusFailure };

/** An eviction deletes the Pod past admission, a binding gives it its node, a connection changes nothing. */
export function effectOf({ operation, object }: Asked, pod: KubernetesObject): Effect {
  if (operation === 'CONNECT') return { does: 'nothing' };
  if (object.kind === 'Eviction') return { does: 'delete' };
  const name = getString(pod, 'metadata', 'name') ?? '';
  if (getString(pod, 'spec', 'nodeName')) {
    const why = `pod ${name} is already assigned to node "${getString(pod, 'spec', 'nodeName') ?? ''}"`;
    return { failure: conflict({ group: '', resource: 'pods/binding' }, name, why) };
  }
  const nodeName = getString(object, 'target', 'name') ?? '';
  const others = getList(pod, 'status', 'conditions').filter((one) => get(one, 'type') !== 'PodScheduled');
  return {
    does: 'change',
    object: {
      ...pod,
      spec: { ...getObject(pod, 'spec'), nodeName },
      status: {
        ...getObject(pod, 'status'),
        conditions: [...others, { type: 'PodScheduled', status: 'True' }],
      },
    },
  };
}
