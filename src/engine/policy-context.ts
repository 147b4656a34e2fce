import type { Json, JsonObject } from '../base/json.ts';
import type { Random } from '../base/random.ts';
import type { Libraries } from '../expressions/jmespath/environment.ts';
import type { Operation } from '../kubernetes/admission-review.ts';
import type { GroupVersionKind, KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { EngineLogLine } from '../kyverno/engine-log.ts';
import type { Policy, PolicyException } from '../kyverno/policy.ts';

/** An answer of something outside the engine: a value, or the error text that Kyverno would print. */
export type Loaded = { readonly value: Json } | { readonly error: string };

/** Answer of the API server; `denied` tells that the controller may not ask, where the version says so. */
export type ApiCallAnswer = Loaded & { readonly denied?: boolean };
/** Answer of a service; `unreachable` tells that it did not come to an answer. */
export type ServiceAnswer = Loaded & { readonly unreachable?: boolean };

/** A value that stands in the JSON context before a rule's entries (Kyverno: AddVariable). */
export interface ContextVariable {
  /** Keys from the root of the context. */
  readonly path: readonly string[];
  readonly value: Json;
}

/** Kinds of context entries that come from outside the rule. */
export type OutsideEntry = 'configMap' | 'apiCall' | 'globalReference' | 'imageRegistry';

/** A declared answer to an API call. */
export interface DeclaredAnswer {
  readonly statusCode: number;
  readonly body: Json;
}

/** How the engine looks things up. It never sees the cluster; whoever calls it passes this in. */
export interface ContextLoader {
  /** ConfigMap as `{data, metadata}`; the error is the API server's text, e.g. `configmaps "x" not found`. */
  configMap(namespace: string, name: string): Loaded;
  /** GET or POST of a URL path at the API server, as the calling controller's service account. */
  apiCall(method: 'GET' | 'POST', urlPath: string, data: Json | undefined): ApiCallAnswer;
  /** HTTP service call; answered from the scenario's declared mocks. */
  service(method: 'GET' | 'POST', url: string, data: Json | undefined): ServiceAnswer;
  /** `entry`, or `entry.projection`. */
  globalContext(name: string): Loaded;
  imageData(reference: string): Loaded;
  /** How errors name the URL of an API call; `raw url` if absent. */
  readonly rawUrlText?: string;
  /** Entries that nobody can answer: they are left out, and whatever else has their name stands (Kyverno without a cluster). */
  readonly without?: ReadonlySet<OutsideEntry>;
  /** Answers to API calls that are known beforehand: such an entry is loaded at once, not when it is first named. */
  declaredAnswer?(method: string, url: string): DeclaredAnswer | undefined;
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
  /** Takes the lines that the engine logs. */
  readonly log?: (line: EngineLogLine) => void;
  /** Nobody asked: `request.userInfo` and the names of the service account are not even empty (NewPolicyContext without RequestInfo). */
  readonly withoutUser?: boolean;
  /** Values that stand in the JSON context of every rule, merged over the request in this order. */
  readonly variables?: readonly ContextVariable[];
  /** Values that are merged over the context whenever entries of the rule are loaded (initializers of the context loader). */
  readonly ruleVariables?: (rule: string) => readonly ContextVariable[];
}
