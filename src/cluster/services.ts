import type { Json, JsonObject } from '../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';

/** What the server adds to a Service: loaded with the first one (part `services`). */

/** Defaults of decoding (pkg/apis/core/v1, SetDefaults_Service). */
export function withServiceDefaults(service: KubernetesObject): KubernetesObject {
  if (!isObject(get(service, 'spec'))) return service;
  const spec = getObject(service, 'spec');
  const type = getString(spec, 'type') || 'ClusterIP';
  const outside = type === 'NodePort' || type === 'LoadBalancer';
  const affinity = getString(spec, 'sessionAffinity') || 'None';
  const ports = getList(spec, 'ports').map(
    (port): Json =>
      isObject(port)
        ? {
            protocol: 'TCP',
            ...(get(port, 'port') === undefined ? {} : { targetPort: get(port, 'port') ?? null }),
            ...port,
          }
        : port,
  );
  return {
    ...service,
    spec: {
      ...(outside ? { externalTrafficPolicy: 'Cluster' } : {}),
      ...(outside || type === 'ClusterIP' ? { internalTrafficPolicy: 'Cluster' } : {}),
      ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
      ...spec,
      ...(ports.length === 0 ? {} : { ports }),
      sessionAffinity: affinity,
      ...(affinity === 'ClientIP' && get(spec, 'sessionAffinityConfig') === undefined
        ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }
        : {}),
      type,
    },
  };
}

/**
 * Addresses and ports that the registry hands out on creation. They follow from the name, so that they are the same in every
 * run; a real cluster picks any that is free.
 */
export function withAllocations(service: KubernetesObject): KubernetesObject {
  const spec = getObject(service, 'spec');
  const type = getString(spec, 'type');
  if (type === 'ExternalName' || !isObject(get(service, 'spec'))) return service;
  const number = fold(`${namespaceOf(service)}/${nameOf(service)}`);
  const address =
    getString(spec, 'clusterIP') ||
    `10.${96 + (number % 16)}.${(number >>> 4) % 256}.${1 + ((number >>> 12) % 254)}`;
  const outside =
    type === 'NodePort' || (type === 'LoadBalancer' && get(spec, 'allocateLoadBalancerNodePorts') !== false);
  const ports = getList(spec, 'ports').map(
    (port, index): Json =>
      isObject(port) && outside ? { nodePort: 30000 + ((number + index) % 2768), ...port } : port,
  );
  const allocated: JsonObject = {
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ...spec,
    ...(ports.length === 0 ? {} : { ports }),
    clusterIP: address,
    clusterIPs: [address],
  };
  return { ...service, spec: allocated, status: { loadBalancer: {} } };
}

const fold = (text: string): number =>
  [...text].reduce((sum, char) => (Math.imul(sum, 31) + (char.codePointAt(0) ?? 0)) >>> 0, 7);
