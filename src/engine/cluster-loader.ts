import type { Json } from '../base/json.ts';
import { get } from '../base/json.ts';
import type { Random } from '../base/random.ts';
import type { Libraries } from '../expressions/jmespath/environment.ts';
import type { GroupVersionResource, KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Mocks } from '../kyverno/mocks.ts';
import { lookups } from './context/parts.ts';
import type { ContextLoader, Loaded } from './policy-context.ts';

/** What a loader may read; the API server of the cluster room has it. */
export interface ClusterReader {
  lookup(resource: GroupVersionResource, namespace: string, name: string): KubernetesObject | undefined;
  /** A raw request that changes nothing: HTTP status and body. Undefined if it is not simulated, as with writes. */
  raw(
    user: UserInfo,
    method: 'GET' | 'POST',
    path: string,
    body: Json | undefined,
  ): { readonly code: number; readonly body: Json } | undefined;
}

/** Data of GlobalContextEntries as one controller caches it. */
export interface GlobalContextStore {
  /** Undefined if the entry is not in the store; `projection` is empty for its whole data. */
  get(entry: string, projection: string): Loaded | undefined;
}

/** What is not in the cluster's store. */
export interface Outside {
  readonly mocks: Mocks;
  readonly globalContext?: GlobalContextStore;
  readonly behaviour: Pick<Behaviour, 'namesDeniedApiCalls' | 'globalContextProjections'>;
  readonly random: Random;
  readonly libraries: Libraries;
  /** Milliseconds since the Unix epoch. */
  wallClock(): number;
}

/** Looks context entries up in the cluster as a controller's service account, and outside as declared (lifecycle A.8). */
export function createClusterLoader(reader: ClusterReader, user: UserInfo, outside: Outside): ContextLoader {
  const place = { reader, user, outside };
  return {
    configMap: (namespace, name) => {
      const found = reader.lookup({ group: '', version: 'v1', resource: 'configmaps' }, namespace, name);
      return found === undefined
        ? { error: `configmaps "${name}" not found` }
        : { value: { data: get(found, 'data') ?? {}, metadata: found.metadata } };
    },
    apiCall: (method, urlPath, data) => lookups.get().apiCall(place, method, urlPath, data),
    service: (method, url) => lookups.get().service(place, method, url),
    globalContext: (name) => lookups.get().globalContext(place, name),
    imageData: (reference) => lookups.get().imageData(place, reference),
    // Up to 1.17 a line break stands in the text.
    ...(outside.behaviour.namesDeniedApiCalls ? {} : { rawUrlText: 'raw url\n' }),
  };
}
