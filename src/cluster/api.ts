import type { Json, JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId, RevisionId } from '../base/units.ts';
import type { AdmissionRequest, AdmissionResponse } from '../kubernetes/admission-review.ts';
import type {
  GroupVersionKind,
  GroupVersionResource,
  KubernetesObject,
  UserInfo,
} from '../kubernetes/object.ts';
import type { ObjectIndex } from '../kubernetes/object-index.ts';
import type { Component } from '../trace/event.ts';
import type { Schema } from './schema-node.ts';

/** An API request before the server has looked at it. */
export interface ApiRequest {
  readonly verb: 'create' | 'get' | 'list' | 'update' | 'patch' | 'delete' | 'deletecollection';
  readonly resource: GroupVersionResource;
  readonly subresource?: string;
  /** Absent for cluster scope and for lists over all namespaces. */
  readonly namespace?: string;
  /** Absent on create and list. */
  readonly name?: string;
  /** Body of create and update. */
  readonly body?: Json;
  readonly patch?: { readonly type: 'json' | 'merge' | 'strategic' | 'apply'; readonly body: Json };
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly user: UserInfo;
  readonly component: Component;
  readonly fieldManager: string;
  readonly dryRun?: boolean;
  /** What happens to fields that the kind does not have; the server's default is Warn, kubectl's create and apply ask for Strict. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  /** Server-side apply: take fields over from their managers. */
  readonly force?: boolean;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  /** The event that makes it happen. */
  readonly cause?: EventId;
}

/** metav1.Status of a failure. */
export interface StatusFailure {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: JsonObject;
}

export interface ApiResponse {
  readonly code: number;
  /** Result of create, get, update, patch and of delete (the object as it was). */
  readonly object?: KubernetesObject;
  /** Result of list. */
  readonly items?: readonly KubernetesObject[];
  readonly failure?: StatusFailure;
  readonly warnings: readonly string[];
  /** The request's event in the trace. */
  readonly event: EventId;
}

/** What the server's discovery says of one resource. */
export interface ResourceInfo extends GroupVersionResource {
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
}

/** A change in the store, as watches deliver it: in order, at the time of the write. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
  readonly previous?: KubernetesObject;
  readonly info: ResourceInfo;
  readonly revision: RevisionId;
  /** The `stored` event. */
  readonly event: EventId;
  readonly user: UserInfo;
  readonly component: Component;
}

/** Admission as the API server sees it: it calls this, and knows nothing of who answers. */
export interface Admission {
  mutate(request: AdmissionRequest, cause: EventId): Process<AdmissionResponse>;
  validate(request: AdmissionRequest, cause: EventId): Process<AdmissionResponse>;
}

/** The simulated API server (house: cluster/api-server.ts). */
export interface ApiServer {
  /** Sends a request through authentication, authorisation, admission and storage; takes virtual time. */
  request(request: ApiRequest): Process<ApiResponse>;
  /** Calls the listener for every write from now on. */
  watch(listener: (event: WatchEvent) => void): void;
  /**
   * Serves objects of a group that are in nobody's store: they are made each time somebody reads them. Reads alone see them;
   * an object that is stored hides one of its name. `only`: one resource of the group, in a namespace if one is named; a
   * write to one of its objects stores it first.
   */
  serveDerived(group: string, make: () => readonly KubernetesObject[], only?: DerivedPlace): void;
  /** Shows objects of a resource to people and to policies' calls otherwise than they are stored: what a controller would keep up. */
  showAs(resource: { readonly group: string; readonly resource: string }, show: ShowObject): void;
  /** Stored objects as a person's read of them answers. */
  shown(resource: GroupVersionResource, objects: readonly KubernetesObject[]): readonly KubernetesObject[];
  /** What discovery knows now, CRDs included. */
  discovery(): Discovery;
  /** Reads the store directly, without a request: for informers' caches and for the studio itself. */
  lookup(resource: GroupVersionResource, namespace: string, name: string): KubernetesObject | undefined;
  listAll(resource: GroupVersionResource, namespace?: string): readonly KubernetesObject[];
  /** The stored objects that have this key in the index, in the order of a list: without a look at all the others. */
  listBy(resource: GroupVersionResource, index: ObjectIndex, key: string): readonly KubernetesObject[];
  /** The authoriser's answer, as a SubjectAccessReview would give it. */
  authorize(user: UserInfo, attributes: AccessAttributes): boolean;
  /**
   * A raw request that changes nothing, answered at once and untraced: HTTP status and body. Undefined if it is not
   * simulated.
   */
  raw(
    user: UserInfo,
    method: 'GET' | 'POST',
    path: string,
    body: Json | undefined,
  ): { readonly code: number; readonly body: Json } | undefined;
  /** The schema of a custom resource; undefined for kinds whose schema the simulated server does not hold. */
  schemaOf(info: ResourceInfo): Schema | undefined;
  /** What a user may do in a namespace, as a SelfSubjectRulesReview answers. */
  rulesOf(user: UserInfo, namespace: string): readonly JsonObject[];
  /** Roles bound to a user, as Kyverno's role look-up sees them (lifecycle A.1). */
  rolesOf(
    user: UserInfo,
    namespace: string,
  ): { readonly roles: readonly string[]; readonly clusterRoles: readonly string[] };
}

/** A stored object as a read answers it. */
export type ShowObject = (object: KubernetesObject) => KubernetesObject;

/** Where derived objects are served. */
export interface DerivedPlace {
  readonly resource: string;
  readonly namespace?: string;
}

export interface AccessAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface Discovery {
  /** All served resources, in the server's order. */
  readonly resources: readonly ResourceInfo[];
  byKind(gvk: GroupVersionKind): ResourceInfo | undefined;
  byResource(gvr: GroupVersionResource): ResourceInfo | undefined;
  /** Resolves what a person types after `kubectl get`: plural, singular, short name, with optional `.group`. */
  byName(name: string): ResourceInfo | undefined;
}
