import type { Json, JsonObject } from '../base/json.ts';
import type { Random } from '../base/random.ts';
import type { Libraries } from '../expressions/jmespath/environment.ts';
import type { Operation } from '../kubernetes/admission-review.ts';
import type { GroupVersionKind, KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Policy, PolicyException } from '../kyverno/policy.ts';

/** An answer of something outside the engine: a value, or the error text that Kyverno would print. */
export type Loaded = { readonly value: Json } | { readonly error: string };

/** How the engine looks things up. It never sees the cluster; whoever calls it passes this in. */
export interface ContextLoader {
  /** ConfigMap as `{data, metadata}`; the error is the API server's text, e.g. `configmaps "x" not found`. */
  configMap(namespace: string, name: string): Loaded;
  /** GET or POST of a URL path at the API server, as the calling controller's service account. */
  apiCall(method: 'GET' | 'POST', urlPath: string, data: Json | undefined): Loaded;
  /** HTTP service call; answered from the scenario's declared mocks. */
  service(method: string, url: string, data: Json | undefined): Loaded;
  globalContext(name: string): Loaded;
  imageData(reference: string): Loaded;
}

/** Who asks, with the roles that Kyverno resolves for `match` (lifecycle A.1). */
export interface AdmissionInfo {
  readonly userInfo: UserInfo;
  /** `<namespace>:<role>`, sorted. */
  readonly roles: readonly string[];
  readonly clusterRoles: readonly string[];
}

/** The configuration from the `kyverno` ConfigMap that the engine itself looks at. */
export interface EngineConfiguration {
  isExcluded(
    username: string,
    groups: readonly string[],
    roles: readonly string[],
    clusterRoles: readonly string[],
  ): boolean;
  isFiltered(gvk: GroupVersionKind, subresource: string, namespace: string, name: string): boolean;
}

/** Everything one policy evaluation may look at (Kyverno: pkg/engine/policycontext). */
export interface PolicyContext {
  readonly policy: Policy;
  /** Empty in background processing without an admission request. */
  readonly operation: Operation | '';
  readonly kind: GroupVersionKind;
  readonly subresource: string;
  /** Absent on DELETE. */
  readonly newObject?: KubernetesObject;
  readonly oldObject?: KubernetesObject;
  /** Absent in background processing without an admission request: then the user part of `match` is ignored. */
  readonly admissionInfo?: AdmissionInfo;
  /** The `request` key of the JSON context, without object and oldObject (they are taken from above). */
  readonly request: JsonObject;
  /** Labels of the resource's namespace; undefined when the namespace is unknown. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly exceptions: readonly PolicyException[];
  readonly configuration: EngineConfiguration;
  readonly loader: ContextLoader;
  readonly behaviour: Behaviour;
  /** Virtual wall clock, milliseconds since the Unix epoch. */
  readonly now: number;
  readonly random: Random;
  /** What heavy expression functions need, loaded beforehand (see `neededLibraries`); without it they answer with an error. */
  readonly libraries?: Libraries;
  /** Whether to build explanation trees; without it they are empty. */
  readonly explain: boolean;
}
