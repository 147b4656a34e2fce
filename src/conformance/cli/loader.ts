import { get, type JsonObject } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import { createClusterLoader } from '../../engine/cluster-loader.ts';
import type { ContextLoader, Loaded, OutsideEntry } from '../../engine/policy-context.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { NO_MOCKS } from '../../kyverno/mocks.ts';
import { notFound, resourceName } from './objects.ts';
import type { TestCase } from './test-case.ts';

const NOBODY = { username: '', groups: [] };

/**
 * How the CLI answers context entries (store/contextloader.go): without a cluster most are left out; declared answers are
 * there at once, and with `clusterResources` the objects of the test stand for a cluster.
 */
export function cliLoader(testCase: TestCase): ContextLoader {
  const { test, values, world } = testCase;
  const globalContextEntries = [...test.globalContextEntries, ...values.globalContextEntries];
  const calls = [...test.apiCallResponses, ...values.apiCallResponses];
  const inner = createClusterLoader({ lookup: () => undefined, raw: () => undefined }, NOBODY, {
    mocks: { ...NO_MOCKS, globalContextEntries },
    behaviour: world.behaviour,
    random: seededRandom(1),
    libraries: world.libraries,
    wallClock: () => world.now,
  });
  const { cluster } = testCase;
  const without = new Set<OutsideEntry>(['imageRegistry']);
  if (globalContextEntries.length === 0) without.add('globalReference');
  if (cluster === undefined) without.add('configMap').add('apiCall');
  return {
    ...inner,
    without,
    ...(cluster === undefined
      ? {}
      : {
          configMap: (namespace, name) => findConfigMap(cluster, namespace, name),
          apiCall: (method, path) => answerPath(cluster, method, path),
        }),
    ...(calls.length === 0
      ? {}
      : {
          declaredAnswer: (method, url) =>
            calls.find((call) => call.url === url && call.method === method) ??
            calls.find((call) => call.url === url && call.method === undefined),
        }),
  };
}

function findConfigMap(objects: readonly KubernetesObject[], namespace: string, name: string): Loaded {
  const found = objects.find(
    (object) =>
      object.apiVersion === 'v1' &&
      object.kind === 'ConfigMap' &&
      namespaceOf(object) === namespace &&
      nameOf(object) === name,
  );
  if (found === undefined) return { error: `configmaps "${name}" not found` };
  return { value: { data: get(found, 'data') ?? {}, metadata: found.metadata } };
}

interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** A path as the CLI's client takes it apart: it does not know the path of a Namespace itself. */
function parsePath(path: string): ResourcePath | undefined {
  const parts = path.replace(/^\//, '').split('/');
  const rest = parts[0] === 'apis' ? parts.slice(1) : ['', ...parts.slice(1)];
  if (parts[0] !== 'api' && parts[0] !== 'apis') return undefined;
  const [group = '', version = '', ...place] = rest;
  const namespaced = place[0] === 'namespaces' && place.length >= 2;
  const [resource = '', name = ''] = namespaced ? place.slice(2) : place;
  if (resource === '') return undefined;
  return { group, version, resource, namespace: namespaced ? (place[1] ?? '') : '', name };
}

/** Objects of the test by path (clients/dclient/client.go, rawAbsPathForFakeClient). */
function answerPath(objects: readonly KubernetesObject[], method: string, path: string): Loaded {
  if (method !== 'GET') return { error: `method ${method} not supported for fake client` };
  const wanted = parsePath(path);
  if (wanted === undefined) return { error: `failed to parse path: ${path.replace(/^\//, '')}` };
  const { group, version, resource, namespace, name } = wanted;
  const ofKind = objects.filter((object) => {
    const kind = gvkOf(object);
    return (
      kind.group === group &&
      kind.version === version &&
      resourceName({ ...kind, group: '' }) === resource &&
      (namespace === '' || namespaceOf(object) === namespace)
    );
  });
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const kind = ofKind[0]?.kind ?? kindOfResource(resource);
  if (name === '') {
    const list: JsonObject = { apiVersion, kind: `${kind}List`, metadata: {}, items: ofKind };
    return { value: list };
  }
  const found = ofKind.find((object) => nameOf(object) === name);
  if (found !== undefined) return { value: found };
  return {
    error: `failed to get resource ${apiVersion}/${kind}/${name}: ${notFound({ group, version, kind }, name)}`,
  };
}

/** A kind guessed from a plural. */
function kindOfResource(resource: string): string {
  const singular = resource.endsWith('ies') ? `${resource.slice(0, -3)}y` : resource.replace(/s$/, '');
  return singular.charAt(0).toUpperCase() + singular.slice(1);
}
