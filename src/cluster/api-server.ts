import { assert } from '../base/assert.ts';
import type { Json, JsonObject } from '../base/json.ts';
import { get, getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { type EventId, eventId } from '../base/units.ts';
import type { GroupVersionResource, KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { ObjectIndex } from '../kubernetes/object-index.ts';
import type { ObjectRevision } from '../trace/trace.ts';
import type {
  AccessAttributes,
  ApiRequest,
  ApiResponse,
  ApiServer,
  DerivedPlace,
  Discovery,
  ResourceInfo,
  ShowObject,
  WatchEvent,
} from './api.ts';
import { type Authorizer, withImpliedGroups } from './authorizer.ts';
import { authorizerOf, discoveryOfStore, emptyStore, imageOf, RBAC_GROUP } from './base-image.ts';
import type { ClusterBase } from './cluster-base.ts';
import { CRDS } from './custom-resources.ts';
import { CustomSchemas } from './custom-schemas.ts';
import { eventInGroup, isEvents } from './event-views.ts';
import { rawRequests } from './parts.ts';
import type { Outcome } from './request-run.ts';
import { RequestRun, refuse, targetOf } from './request-run.ts';
import { matchesFields, matchesRequirements, parseSelector } from './selector-text.ts';
import type { ApiServerOptions, SeedOptions } from './server-options.ts';
import { badRequest, forbidden, methodNotSupported, notFound, unknownPath } from './status.ts';
import { formatTimestamp } from './store.ts';
import type { Schema } from './structural-schema.ts';
import { Writer } from './writer.ts';

/** The server with the door that only the start of a simulation uses. */
export interface SimulatedApiServer extends ApiServer {
  /**
   * Stores objects at once, without requests, authorisation or admission: the cluster that a scenario starts from. Objects
   * of kinds that nobody serves are handed back. CRDs must come before their objects.
   */
  seed(objects: readonly KubernetesObject[], options: SeedOptions): readonly KubernetesObject[];
  /** Starts from a cluster base: its schemas, and its objects, unrecorded. */
  load(base: Pick<ClusterBase, 'objects' | 'schemas'>): void;
  /** Takes all objects of a resource out of the store at once, past admission: what is left when its CRD goes. */
  purge(resource: { readonly group: string; readonly resource: string }, cause: EventId): void;
  /** Latest resourceVersion of the cluster. */
  resourceVersion(): string;
  /** Puts a revision that a trace holds in place, as it was stored then, and tells those who watch. */
  restore(revision: ObjectRevision): void;
}

/** A simulated kube-apiserver with an empty etcd (house: cluster/api-server.ts). */
export function createApiServer(options: ApiServerOptions): SimulatedApiServer {
  return new Server(options);
}

class Server implements SimulatedApiServer {
  readonly #options: ApiServerOptions;
  readonly #store = emptyStore();
  readonly #schemas: CustomSchemas;
  readonly #writer: Writer;
  readonly #derived = new Map<string, Derived>();
  readonly #shown = new Map<string, ShowObject>();
  readonly #listeners: ((event: WatchEvent) => void)[] = [];
  #authorizer: Authorizer | undefined;
  #discovery: Discovery | undefined;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#schemas = new CustomSchemas(this.#store);
    this.#writer = new Writer(options, this.#store, this.#schemas, (event) => this.#changed(event), {
      derived: (info, namespace, name) =>
        this.#derived.has(`${info.group}/${info.resource}`)
          ? this.#derivedOf(info, namespace).find((object) => nameOf(object) === name)
          : undefined,
    });
  }

  *request(request: ApiRequest): Process<ApiResponse> {
    const user = withImpliedGroups(request.user);
    const info = this.discovery().byResource(request.resource);
    const name = request.name ?? nameOf(request.body);
    const { recorder, now, latencies } = this.#options;
    const run = new RequestRun(request, user, targetOf(request, info, name), recorder, now);
    yield* run.enter('authn', latencies.authn);
    const outcome = this.#unauthorized(run) ?? (yield* this.#serve(run, info));
    if ('failure' in outcome) this.#writer.neverStored(run, outcome.failure.message);
    return run.finish(outcome);
  }

  watch(listener: (event: WatchEvent) => void): void {
    this.#listeners.push(listener);
  }

  discovery(): Discovery {
    this.#discovery ??= discoveryOfStore(this.#store);
    return this.#discovery;
  }

  lookup(resource: GroupVersionResource, namespace: string, name: string): KubernetesObject | undefined {
    const found =
      this.#store.get(resource, namespace, name)?.object ??
      this.#derivedOf(resource, namespace).find((object) => nameOf(object) === name);
    return found === undefined ? undefined : inVersion(found, resource);
  }

  listAll(resource: GroupVersionResource, namespace?: string): readonly KubernetesObject[] {
    const stored = this.#store.list(resource, namespace);
    const made = this.#derivedOf(resource, namespace);
    if (made.length === 0) return stored.map((object) => inVersion(object, resource));
    const known = new Set(stored.map(placeOf));
    const all = [...stored, ...made.filter((object) => !known.has(placeOf(object)))];
    return all
      .sort((left, right) => (placeOf(left) < placeOf(right) ? -1 : 1))
      .map((object) => inVersion(object, resource));
  }

  listBy(resource: GroupVersionResource, index: ObjectIndex, key: string): readonly KubernetesObject[] {
    return this.#store.listBy(resource, index, key).map((object) => inVersion(object, resource));
  }

  serveDerived(group: string, make: () => readonly KubernetesObject[], only?: DerivedPlace): void {
    this.#derived.set(only === undefined ? group : `${group}/${only.resource}`, {
      make,
      namespace: only?.namespace,
    });
  }

  showAs({ group, resource }: { readonly group: string; readonly resource: string }, show: ShowObject): void {
    this.#shown.set(`${group}/${resource}`, show);
  }

  shown(
    { group, resource }: GroupVersionResource,
    objects: readonly KubernetesObject[],
  ): readonly KubernetesObject[] {
    const show = objects.length === 0 ? undefined : this.#shown.get(`${group}/${resource}`);
    return show === undefined ? objects : objects.map(show);
  }

  #derivedOf(resource: GroupVersionResource, namespace?: string): readonly KubernetesObject[] {
    const known =
      this.#derived.get(`${resource.group}/${resource.resource}`) ?? this.#derived.get(resource.group);
    if (known === undefined) return [];
    if (known.namespace !== undefined && namespace !== undefined && known.namespace !== namespace) return [];
    const kind = this.discovery().byResource(resource)?.kind;
    return known.make().filter((object) => object.kind === kind);
  }

  authorize(user: UserInfo, attributes: AccessAttributes): boolean {
    return this.#rbac().decide(withImpliedGroups(user), attributes).allowed;
  }

  raw(
    user: UserInfo,
    method: 'GET' | 'POST',
    path: string,
    body: Json | undefined,
  ): ReturnType<ApiServer['raw']> {
    const server = {
      discovery: this.discovery(),
      resourceVersion: this.#store.version,
      lookup: (resource: GroupVersionResource, namespace: string, name: string) => {
        const found = this.lookup(resource, namespace, name);
        return found === undefined ? undefined : this.shown(resource, [found])[0];
      },
      listAll: (resource: GroupVersionResource, namespace?: string) =>
        this.shown(resource, this.listAll(resource, namespace)),
      decide: (who: UserInfo, attributes: AccessAttributes) => this.#rbac().decide(who, attributes),
    };
    return rawRequests.get().serveRaw(server, withImpliedGroups(user), method, path, body);
  }

  rolesOf(user: UserInfo, namespace: string): ReturnType<ApiServer['rolesOf']> {
    return this.#rbac().rolesOf(withImpliedGroups(user), namespace);
  }

  schemaOf(info: ResourceInfo): Schema | undefined {
    return this.#schemas.schemaOf(info);
  }

  rulesOf(user: UserInfo, namespace: string): readonly JsonObject[] {
    return this.#rbac().rulesOf(withImpliedGroups(user), namespace);
  }

  resourceVersion(): string {
    return this.#store.version;
  }

  restore({ object, deleted, id, event }: ObjectRevision): void {
    const info = this.discovery().byKind(gvkOf(object));
    if (info === undefined) return;
    const [namespace, name] = [namespaceOf(object), nameOf(object)];
    const previous = this.#store.get(info, namespace, name)?.object;
    if (deleted) this.#store.remove(info, namespace, name);
    else this.#store.put(info, { object, revision: id });
    this.#changed({
      type: deleted ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED',
      object,
      ...(previous === undefined ? {} : { previous }),
      info,
      revision: id,
      event: event ?? eventId(0),
      user: { username: '', groups: [] },
      component: 'api-server',
    });
  }

  load(base: Pick<ClusterBase, 'objects' | 'schemas'>): void {
    assert(this.#store.version === emptyStore().version, 'a cluster starts from its base');
    const image = imageOf(base, formatTimestamp(this.#options.wallClock()));
    this.#store.fill(image.store);
    this.#schemas.load(image.schemas);
    this.#discovery = image.discovery;
    this.#authorizer = image.authorizer;
  }

  purge(resource: { readonly group: string; readonly resource: string }, cause: EventId): void {
    const info = this.discovery().resources.find(
      (known) => known.group === resource.group && known.resource === resource.resource,
    );
    if (info !== undefined) this.#writer.purge(info, cause);
  }

  seed(objects: readonly KubernetesObject[], options: SeedOptions): readonly KubernetesObject[] {
    return objects.filter((object) => {
      const info = this.discovery().byKind(gvkOf(object));
      if (info === undefined) return true;
      this.#writer.seed(object, info, options);
      return false;
    });
  }

  #unauthorized(run: RequestRun): Outcome | undefined {
    const { verb, resource, subresource, name } = run.request;
    // A Namespace that is named counts as lying in itself.
    const ownPlace = resource.group === '' && resource.resource === 'namespaces' ? name : undefined;
    const namespace = run.request.namespace ?? (verb === 'create' ? undefined : ownPlace);
    const decision = this.#rbac().decide(run.user, {
      verb,
      group: resource.group,
      resource: resource.resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
    });
    if (decision.allowed) return undefined;
    const path = subresource === undefined ? resource.resource : `${resource.resource}/${subresource}`;
    const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const text = `User "${run.user.username}" cannot ${verb} resource "${path}" in API group "${resource.group}" ${scope}`;
    const why = decision.reason === '' ? text : `${text}: ${decision.reason}`;
    return refuse('authorization', forbidden(resource, name ?? '', why));
  }

  *#serve(run: RequestRun, info: ResourceInfo | undefined): Process<Outcome> {
    const { verb, resource, subresource, namespace } = run.request;
    if (info === undefined) return refuse('schema', unknownPath());
    if (subresource !== undefined && !info.subresources.includes(subresource))
      return refuse('schema', unknownPath());
    if (!info.verbs.includes(verb)) return refuse('schema', methodNotSupported(resource, verb));
    const needsNamespace = info.namespaced && verb !== 'list';
    if (namespace === undefined ? needsNamespace : !info.namespaced) return refuse('schema', unknownPath());
    switch (verb) {
      case 'get':
        return yield* this.#get(run);
      case 'list':
        return yield* this.#list(run);
      default:
        return yield* this.#writer.write(run, info);
    }
  }

  *#get(run: RequestRun): Process<Outcome> {
    const { resource, namespace = '', name = '', component } = run.request;
    yield this.#options.latencies.read;
    const object = this.lookup(resource, namespace, name);
    if (object === undefined) return refuse('store', notFound(resource, name));
    const [shown = object] = component === 'client' ? this.shown(resource, [object]) : [];
    return { code: 200, object: shown };
  }

  *#list(run: RequestRun): Process<Outcome> {
    const { resource, namespace, labelSelector = '', fieldSelector = '', component } = run.request;
    yield this.#options.latencies.read;
    const requirements = parseSelector(labelSelector);
    if (requirements === undefined)
      return refuse('schema', badRequest(`unable to parse requirement: ${labelSelector}`));
    const items = this.listAll(resource, namespace).filter(
      (object) =>
        matchesRequirements(requirements, get(object.metadata, 'labels')) &&
        matchesFields(fieldSelector, object),
    );
    return { code: 200, items: component === 'client' ? this.shown(resource, items) : items };
  }

  #rbac(): Authorizer {
    this.#authorizer ??= authorizerOf(this.#store);
    return this.#authorizer;
  }

  #changed(event: WatchEvent): void {
    this.#forget(event.info);
    for (const listener of this.#listeners) listener(event);
  }

  /** Drops what was derived from objects of this resource. */
  #forget(info: ResourceInfo): void {
    if (info.group === RBAC_GROUP) this.#authorizer = undefined;
    if (info.group === CRDS.group && info.resource === CRDS.resource) this.#discovery = undefined;
  }
}

/** Objects that are made when somebody reads them. */
interface Derived {
  readonly make: () => readonly KubernetesObject[];
  /** The only namespace that they are in; undefined: wherever they say. */
  readonly namespace: string | undefined;
}

/** As etcd's key of an object. */
const placeOf = (object: KubernetesObject): string => `${namespaceOf(object)}/${nameOf(object)}`;

/** All versions of a resource hold the same objects; the studio converts nothing but the `apiVersion`. */
function inVersion(object: KubernetesObject, resource: GroupVersionResource): KubernetesObject {
  if (isEvents(resource)) return eventInGroup(object, resource.group);
  const version = getString(object, 'apiVersion')?.split('/').pop();
  if (version === resource.version) return object;
  return {
    ...object,
    apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
  };
}
