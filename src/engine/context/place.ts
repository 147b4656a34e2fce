import type { Json } from '../../base/json.ts';
import type { Random } from '../../base/random.ts';
import type { Libraries } from '../../expressions/jmespath/environment.ts';
import type { GroupVersionResource, KubernetesObject, UserInfo } from '../../kubernetes/object.ts';
import type { Behaviour } from '../../kyverno/behaviour.ts';
import type { Mocks } from '../../kyverno/mocks.ts';
import type { Loaded } from '../policy-context.ts';

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

/** Who looks things up, and where. */
export interface Place {
  readonly reader: ClusterReader;
  readonly user: UserInfo;
  readonly outside: Outside;
}
