import { get } from '../base/json.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import { lookups } from './context/parts.ts';
import type { ClusterReader, Outside } from './context/place.ts';
import type { ContextLoader } from './policy-context.ts';

export type { ClusterReader, GlobalContextStore, Outside } from './context/place.ts';

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
