import type { Json } from '../base/json.ts';
import { equal, get, getList, getString, isObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { nameSuffix, uuid } from '../base/random.ts';
import { type EventId, eventId, milliseconds, revisionId } from '../base/units.ts';
import type { AdmissionRequest, AdmissionResponse, Operation } from '../kubernetes/admission-review.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf, refOf, uidOf } from '../kubernetes/object.ts';
import { diffJson } from '../kubernetes/patch/json-diff.ts';
import type { StoredEvent } from '../trace/event.ts';
import type { ResourceInfo, WatchEvent } from './api.ts';
import { isCrd, isCustom } from './custom-resources.ts';
import type { CustomSchemas } from './custom-schemas.ts';
import { addressProblem, type Decoded, decodeBody } from './decoding.ts';
import { withManagedFields } from './managed-fields.ts';
import { namespaceRefusal } from './namespace-lifecycle.ts';
import { patches, pods, quotas, subresources } from './parts.ts';
import type { Outcome, Refusal, RequestRun } from './request-run.ts';
import { optionsOf, phaseOf, refuse } from './request-run.ts';
import { scaledAs, scaleOf } from './scale.ts';
import { createErrors, preparedForCreate, preparedForUpdate, updateErrors, withDefaults } from './schema.ts';
import { matchesFields, matchesRequirements, parseSelector } from './selector-text.ts';
import type { ApiServerOptions, SeedOptions } from './server-options.ts';
import type { StoredObject } from './shelf.ts';
import type { FieldError } from './status.ts';
import {
  alreadyExists,
  conflict,
  forbidden,
  invalid,
  MODIFIED,
  methodNotSupported,
  notFound,
} from './status.ts';
import type { Store } from './store.ts';
import { formatTimestamp, resourceVersionOf, withMetadata } from './store.ts';
import { schemaErrors } from './structural-schema.ts';

/** Longest prefix of `generateName` that still takes its suffix (apiserver, names/generate.go). */
const MAX_GENERATED_PREFIX = 58;
/** How often the server repeats an update whose object changed under it. */
const UPDATE_ATTEMPTS = 5;
const RESOURCE_QUOTAS = { group: '', resource: 'resourcequotas' };
const LIMIT_RANGES = { group: '', resource: 'limitranges' };
/** Kinds that LimitRanges limit. */
const LIMITED = new Set(['pods', 'persistentvolumeclaims']);
const SERVICE_ACCOUNTS = { group: '', resource: 'serviceaccounts' };
/** The plugin ServiceAccount looks for a `default` account so often, so long apart (plugin/pkg/admission/serviceaccount). */
const ACCOUNT_ATTEMPTS = 10;
const ACCOUNT_RETRY = milliseconds(100);

type Change = WatchEvent['type'];
type Author = Pick<RequestRun, 'event' | 'user'> & Pick<SeedOptions, 'component' | 'fieldManager'>;

/** What is served without being stored, and can be written to. */
interface MadeObjects {
  derived(info: ResourceInfo, namespace: string, name: string): KubernetesObject | undefined;
}

/** The writing half of the API server: admission, schema, etcd, in the order of lifecycle A.1. */
export class Writer {
  readonly #options: ApiServerOptions;
  readonly #store: Store;
  readonly #schemas: CustomSchemas;
  readonly #changed: (event: WatchEvent) => void;
  readonly #made: MadeObjects;

  constructor(
    options: ApiServerOptions,
    store: Store,
    schemas: CustomSchemas,
    changed: (event: WatchEvent) => void,
    made: MadeObjects,
  ) {
    this.#made = made;
    this.#options = options;
    this.#store = store;
    this.#schemas = schemas;
    this.#changed = changed;
  }

  /** Serves a create, update, patch, delete or deletecollection. */
  *write(run: RequestRun, info: ResourceInfo): Process<Outcome> {
    const { verb, subresource } = run.request;
    switch (verb) {
      case 'create':
        if (subresource !== undefined) return yield* this.#act(run, info);
        return yield* this.#create(run, info, run.request.body);
      case 'delete':
        return yield* this.#delete(run, info, run.request.name ?? '');
      case 'deletecollection':
        return yield* this.#deleteCollection(run, info);
      default:
        return yield* this.#update(run, info);
    }
  }

  /** Notes that a write did not get into etcd, and why. */
  neverStored(run: RequestRun, reason: string): void {
    const { verb, component, subresource } = run.request;
    if (verb === 'get' || verb === 'list' || (verb === 'create' && subresource !== undefined)) return;
    this.#options.recorder.record({
      kind: 'never-stored',
      phase: phaseOf({ component }),
      cause: run.event,
      object: run.target,
      change: verb === 'create' ? 'ADDED' : verb.startsWith('delete') ? 'DELETED' : 'MODIFIED',
      reason,
    });
  }

  /** Stores an object of the cluster's beginning. */
  seed(object: KubernetesObject, info: ResourceInfo, options: SeedOptions): void {
    const read = this.#schemas.read(object, info, 'Ignore');
    const known = 'object' in read ? read.object : object;
    const defaulted = withDefaults(scoped(known, info, namespaceOf(object) || 'default'), info);
    const owned = this.#owned(undefined, defaulted, options.fieldManager, 'Update');
    const prepared = this.#withIdentity(preparedForCreate(owned, info, isCustom(info)));
    const status = get(known, 'status');
    // What a CRD's file says of its status is not what the server's controllers find.
    const whole = status === undefined || isCrd(info) ? prepared : { ...prepared, status };
    this.#commit({ ...options, event: options.cause ?? eventId(0) }, info, 'ADDED', whole, undefined);
  }

  /** Removes all objects of a resource, finalizers or not. */
  purge(info: ResourceInfo, cause: EventId): void {
    const user = { username: 'system:apiserver', groups: ['system:masters'] };
    for (const object of this.#store.list(info)) {
      const stored = this.#store.get(info, namespaceOf(object), nameOf(object));
      const author = { event: cause, user, component: 'api-server', fieldManager: 'kube-apiserver' } as const;
      if (stored !== undefined) this.#remove(author, info, stored);
    }
  }

  *#create(run: RequestRun, info: ResourceInfo, body: Json | undefined): Process<Outcome> {
    const { request } = run;
    const decoded = this.#decode(run, info, body);
    if ('failure' in decoded) return refuse('schema', decoded.failure);
    const problem = addressProblem(decoded.object, request.namespace, request.name);
    if (problem !== undefined) return refuse('schema', problem);
    const named =
      request.name === undefined ? decoded.object : withMetadata(decoded.object, { name: request.name });
    const received = withDefaults(scoped(cleanMetadata(named), info, request.namespace), info);
    const owned = this.#owned(undefined, received, request.fieldManager, operationOf(run));
    const mutated = yield* this.#mutate(run, info, 'CREATE', owned, undefined);
    if ('failure' in mutated) return mutated;
    yield* run.enter('schema', this.#options.latencies.schema);
    const prepared = preparedForCreate(this.#withName(mutated.object), info, isCustom(info));
    const identified = this.#withIdentity(prepared);
    const isJob = info.group === 'batch' && info.kind === 'Job';
    const object = isJob ? pods.get().withJobSelector(identified) : identified;
    run.target = refOf(object);
    const errors = [...createErrors(object, info), ...this.#schemaErrors(object, info)];
    if (errors.length > 0) return refuse('schema', invalid(info, nameOf(object), errors));
    const denied =
      (yield* this.#validate(run, info, 'CREATE', object, undefined)) ??
      this.#overQuota(info, object, undefined);
    if (denied !== undefined) return denied;
    yield* run.enter('store', this.#options.latencies.store);
    if (this.#store.get(info, namespaceOf(object), nameOf(object)) !== undefined)
      return refuse('store', alreadyExists(info, nameOf(object)));
    if (request.dryRun === true) return this.#dryRun(run, 201, object);
    return { code: 201, object: this.#commit(this.#author(run), info, 'ADDED', object, undefined) };
  }

  /** A creation on a subresource: admission looks at what is asked, then it is done, or nothing is left of it. */
  *#act(run: RequestRun, info: ResourceInfo): Process<Outcome> {
    const { request } = run;
    const { askedOf, effectOf } = subresources.get();
    const asked = askedOf(request);
    if (asked === undefined) return refuse('schema', methodNotSupported(info, request.verb));
    if ('failure' in asked) return refuse('schema', asked.failure);
    const { operation } = asked;
    const mutated = yield* this.#mutate(run, info, operation, asked.object, undefined);
    if ('failure' in mutated) return mutated;
    const { object } = mutated;
    const denied = yield* this.#validate(run, info, operation, object, undefined);
    if (denied !== undefined) return denied;
    yield* run.enter('store', this.#options.latencies.store);
    const stored = this.#stored(info, request.namespace ?? '', request.name ?? '');
    if (stored === undefined) return refuse('store', notFound(info, request.name ?? ''));
    run.target = refOf(stored.object);
    const effect = effectOf({ operation, object }, stored.object);
    if ('failure' in effect) return refuse('store', effect.failure);
    if (request.dryRun !== true) {
      if (effect.does === 'delete') this.#erase(run, info, stored);
      if (effect.does === 'change') this.#commit(this.#author(run), info, 'MODIFIED', effect.object, stored);
    }
    return { code: operation === 'CONNECT' ? 101 : 201 };
  }

  *#update(run: RequestRun, info: ResourceInfo): Process<Outcome> {
    const { request } = run;
    for (let attempt = 1; ; attempt += 1) {
      const stored = this.#stored(info, request.namespace ?? '', request.name ?? '');
      if (stored === undefined) {
        const applied = request.patch?.type === 'apply' && request.subresource === undefined;
        if (applied) return yield* this.#create(run, info, request.patch?.body);
        return refuse('store', notFound(info, request.name ?? ''));
      }
      const outcome = yield* this.#updateOnce(run, info, stored);
      if (outcome !== 'stale') return outcome;
      if (attempt === UPDATE_ATTEMPTS) return refuse('store', conflict(info, request.name ?? '', MODIFIED));
    }
  }

  /** One try of an update; `stale` if the object changed meanwhile and the request does not mind which version it meets. */
  *#updateOnce(run: RequestRun, info: ResourceInfo, stored: StoredObject): Process<Outcome | 'stale'> {
    const { request } = run;
    const live = stored.object;
    run.target = refOf(live);
    const asked = this.#asked(live, run, info);
    if ('failure' in asked) return asked;
    const received = withDefaults(scoped(asked.object, info, request.namespace), info);
    const owned = this.#owned(
      live,
      received,
      request.fieldManager,
      operationOf(run),
      request.subresource,
      appliedBy(run),
    );
    const mutated = yield* this.#mutate(run, info, 'UPDATE', owned, live);
    if ('failure' in mutated) return mutated;
    const version = resourceVersionOf(asked.object);
    if (version !== '' && version !== resourceVersionOf(live))
      return refuse('store', conflict(info, nameOf(live), MODIFIED));
    yield* run.enter('schema', this.#options.latencies.schema);
    const prepared = preparedForUpdate(live, mutated.object, info, request.subresource ?? '');
    const object = withMetadata(prepared, { resourceVersion: resourceVersionOf(live) });
    const errors = [...updateErrors(live, object, info), ...this.#schemaErrors(object, info)];
    if (errors.length > 0) return refuse('schema', invalid(info, nameOf(live), errors));
    const denied =
      (yield* this.#validate(run, info, 'UPDATE', object, live)) ??
      (request.subresource === undefined ? this.#overQuota(info, object, live) : undefined);
    if (denied !== undefined) return denied;
    yield* run.enter('store', this.#options.latencies.store);
    const current = this.#store.get(info, namespaceOf(live), nameOf(live));
    if (current === undefined) return refuse('store', notFound(info, nameOf(live)));
    if (current.object !== live)
      return version === '' ? 'stale' : refuse('store', conflict(info, nameOf(live), MODIFIED));
    if (equal(withoutFieldOwners(object), withoutFieldOwners(live))) return { code: 200, object: live };
    if (request.dryRun === true) return this.#dryRun(run, 200, object);
    const author = this.#author(run);
    if (isGone(object)) return { code: 200, object: this.#remove(author, info, { ...stored, object }) };
    return { code: 200, object: this.#commit(author, info, 'MODIFIED', object, stored) };
  }

  /** What is stored under a name; what was only made for readers until now is stored with its first write. */
  #stored(info: ResourceInfo, namespace: string, name: string): StoredObject | undefined {
    const stored = this.#store.get(info, namespace, name);
    if (stored !== undefined) return stored;
    const object = this.#made.derived(info, namespace, name);
    if (object !== undefined) this.#store.put(info, { object });
    return this.#store.get(info, namespace, name);
  }

  /** What an update or patch asks the object to be. */
  #asked(
    live: KubernetesObject,
    run: RequestRun,
    info: ResourceInfo,
  ): Refusal | { object: KubernetesObject } {
    const { request } = run;
    let body = request.body;
    if (request.patch?.type === 'apply') {
      const decoded = this.#decode(run, info, request.patch.body);
      if ('failure' in decoded) return refuse('schema', decoded.failure);
      const manager = {
        name: request.fieldManager,
        operation: 'Apply',
        subresource: request.subresource ?? '',
      };
      const configuration = withMetadata(decoded.object, { managedFields: undefined });
      const applied = patches.get().applyConfiguration(live, configuration, manager, request.force === true);
      if ('failure' in applied) return refuse('store', applied.failure);
      body = applied.object;
    } else if (request.patch !== undefined) {
      const patched = patches.get().applyPatch(live, request.patch, info);
      if ('failure' in patched) return refuse('schema', patched.failure);
      body = patched.value;
    }
    const decoded = this.#decode(run, info, body);
    if ('failure' in decoded) return refuse('schema', decoded.failure);
    const problem = addressProblem(decoded.object, request.namespace, request.name);
    if (problem !== undefined) return refuse('schema', problem);
    const metadata = { managedFields: get(live.metadata, 'managedFields') };
    return { object: withMetadata(decoded.object, metadata) };
  }

  /** Reads a body by its kind's types and schema. */
  #decode(run: RequestRun, info: ResourceInfo, body: Json | undefined): Decoded {
    const decoded = decodeBody(body, info);
    if ('failure' in decoded) return decoded;
    const read = this.#schemas.read(decoded.object, info, run.request.fieldValidation);
    if ('warnings' in read) run.warnings.push(...read.warnings);
    return read;
  }

  /** What the schema of a custom resource has against it. */
  #schemaErrors(object: KubernetesObject, info: ResourceInfo): readonly FieldError[] {
    const schema = this.#schemas.schemaOf(info);
    return schema === undefined ? [] : schemaErrors(object, schema);
  }

  *#delete(run: RequestRun, info: ResourceInfo, name: string): Process<Outcome> {
    const { request } = run;
    const stored = this.#stored(info, request.namespace ?? '', name);
    if (stored === undefined) return refuse('store', notFound(info, name));
    run.target = refOf(stored.object);
    const unmet = unmetPrecondition(run, info, stored.object);
    if (unmet !== undefined) return unmet;
    const mutated = yield* this.#mutate(run, info, 'DELETE', undefined, stored.object);
    if ('failure' in mutated) return mutated;
    const denied = yield* this.#validate(run, info, 'DELETE', undefined, stored.object);
    if (denied !== undefined) return denied;
    yield* run.enter('store', this.#options.latencies.store);
    const current = this.#store.get(info, request.namespace ?? '', name);
    if (current === undefined) return refuse('store', notFound(info, name));
    if (request.dryRun === true) return this.#dryRun(run, 200, current.object);
    return { code: 200, object: this.#erase(run, info, current) };
  }

  *#deleteCollection(run: RequestRun, info: ResourceInfo): Process<Outcome> {
    const { namespace, labelSelector = '', fieldSelector = '' } = run.request;
    const requirements = parseSelector(labelSelector) ?? [];
    const items = this.#store
      .list(info, namespace)
      .filter((object) => matchesRequirements(requirements, get(object.metadata, 'labels')))
      .filter((object) => matchesFields(fieldSelector, object));
    for (const item of items) {
      const outcome = yield* this.#delete(run, info, nameOf(item));
      if ('failure' in outcome && outcome.failure.code !== 404) return outcome;
    }
    return { code: 200, items };
  }

  /** Takes an object away, or marks it if finalizers hold it. Namespaces are always held by their own. */
  #erase(run: RequestRun, info: ResourceInfo, stored: StoredObject): KubernetesObject {
    const { object } = stored;
    const author = this.#author(run);
    const finalizer = { Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: undefined };
    const added = finalizer[run.request.propagationPolicy ?? 'Background'];
    const finalizers = [...getList(object, 'metadata', 'finalizers')];
    if (added !== undefined && !finalizers.includes(added)) finalizers.push(added);
    const held = finalizers.length > 0 || getList(object, 'spec', 'finalizers').length > 0;
    if (!held) return this.#remove(author, info, stored);
    if (get(object.metadata, 'deletionTimestamp') !== undefined) return object;
    const marked = withMetadata(object, {
      deletionTimestamp: this.#timestamp(),
      ...(info.kind === 'Namespace' ? {} : { deletionGracePeriodSeconds: 0 }),
      ...(finalizers.length > 0 ? { finalizers } : {}),
    });
    const terminating = info.group === '' && info.kind === 'Namespace';
    const changed = terminating ? { ...marked, status: { phase: 'Terminating' } } : marked;
    return this.#commit(author, info, 'MODIFIED', changed, stored);
  }

  *#mutate(
    run: RequestRun,
    info: ResourceInfo,
    operation: Operation,
    object: KubernetesObject | undefined,
    old: KubernetesObject | undefined,
  ): Process<Refusal | { object: KubernetesObject }> {
    yield* run.enter('mutating', this.#options.latencies.mutating);
    const refusal = namespaceRefusal(this.#store, run.request, info, operation, object ?? old);
    if (refusal !== undefined) return refuse('mutating', refusal);
    const acts = operation === 'CONNECT' || (operation === 'CREATE' && run.request.subresource !== undefined);
    const plugged = acts ? { object } : yield* this.#plugIn(info, operation, object);
    if ('failure' in plugged) return plugged;
    const review = this.#review(run, info, operation, plugged.object, old);
    const response = yield* this.#ask('mutate', review, run);
    if (response !== undefined && !response.allowed) return denial('mutating', response);
    if (plugged.object !== undefined && response?.object !== undefined) {
      if (run.request.subresource === 'scale') {
        run.mutations = [...diffJson(scaleOf(plugged.object), response.object)];
        return { object: scaledAs(plugged.object, response.object) };
      }
      run.mutations = [...diffJson(plugged.object, response.object)];
      if (acts) return { object: response.object };
      // What a webhook leaves unsaid is defaulted like what the client did.
      return { object: withDefaults(response.object, info) };
    }
    return { object: plugged.object ?? old ?? { apiVersion: '', kind: '', metadata: {} } };
  }

  /** The admission plugins that change objects; they run before the webhooks. */
  *#plugIn(
    info: ResourceInfo,
    operation: Operation,
    object: KubernetesObject | undefined,
  ): Process<Refusal | { object: KubernetesObject | undefined }> {
    const isPod = info.group === '' && info.kind === 'Pod';
    if (object === undefined || operation !== 'CREATE' || !isPod) return { object };
    const { accountOf, admitPod } = pods.get();
    const ranges = this.#limitRanges(info, object);
    const limited = ranges.length === 0 ? object : quotas.get().withLimitDefaults(object, ranges);
    const [namespace, name] = [namespaceOf(object), accountOf(object)];
    // The account of a fresh namespace may be on its way; others are not waited for.
    const attempts = name === 'default' ? ACCOUNT_ATTEMPTS : 1;
    for (let attempt = 1; ; attempt += 1) {
      const account = this.#store.get(SERVICE_ACCOUNTS, namespace, name)?.object;
      if (account !== undefined) return { object: admitPod(limited, account, this.#options.random) };
      if (attempt === attempts) break;
      yield ACCOUNT_RETRY;
    }
    const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    return refuse('mutating', forbidden(info, nameOf(object), why));
  }

  *#validate(
    run: RequestRun,
    info: ResourceInfo,
    operation: Operation,
    object: KubernetesObject | undefined,
    old: KubernetesObject | undefined,
  ): Process<Refusal | undefined> {
    yield* run.enter('validating', this.#options.latencies.validating);
    const refusal = this.#outOfRange(run, info, operation, object);
    if (refusal !== undefined) return refusal;
    const review = this.#review(run, info, operation, object, old);
    const response = yield* this.#ask('validate', review, run);
    return response === undefined || response.allowed ? undefined : denial('validating', response);
  }

  /** The last of the validating plugins. */
  #overQuota(
    info: ResourceInfo,
    object: KubernetesObject,
    old: KubernetesObject | undefined,
  ): Refusal | undefined {
    const namespace = namespaceOf(object);
    const inPlace = info.namespaced ? this.#store.list(RESOURCE_QUOTAS, namespace) : [];
    if (inPlace.length === 0) return undefined;
    const stored = this.#store.list(info, namespace);
    const refusal = quotas.get().quotaRefusal(inPlace, { info, object, old, stored });
    return refusal && refuse('validating', refusal);
  }

  #limitRanges(info: ResourceInfo, object: KubernetesObject | undefined): readonly KubernetesObject[] {
    const limited = object !== undefined && info.group === '' && LIMITED.has(info.resource);
    return limited ? this.#store.list(LIMIT_RANGES, namespaceOf(object)) : [];
  }

  /** LimitRanger's bounds; Pods are looked at when they are created alone. */
  #outOfRange(
    run: RequestRun,
    info: ResourceInfo,
    operation: Operation,
    object: KubernetesObject | undefined,
  ): Refusal | undefined {
    const looked = operation === 'CREATE' || (operation === 'UPDATE' && info.resource !== 'pods');
    const ranges = looked && run.request.subresource === undefined ? this.#limitRanges(info, object) : [];
    if (object === undefined || ranges.length === 0) return undefined;
    const refusal = quotas.get().limitRefusal(ranges, info, object);
    return refusal && refuse('validating', refusal);
  }

  *#ask(
    phase: 'mutate' | 'validate',
    review: AdmissionRequest,
    run: RequestRun,
  ): Process<AdmissionResponse | undefined> {
    const admission = this.#options.admission();
    if (admission === undefined) return undefined;
    const response = yield* admission[phase](review, run.event);
    run.warnings.push(...response.warnings);
    return response;
  }

  #review(
    run: RequestRun,
    info: ResourceInfo,
    operation: Operation,
    object: KubernetesObject | undefined,
    old: KubernetesObject | undefined,
  ): AdmissionRequest {
    const { request } = run;
    const acts = request.verb === 'create' && request.subresource !== undefined;
    const name = acts ? (request.name ?? '') : nameOf(object ?? old);
    const isNamespace = info.group === '' && info.kind === 'Namespace';
    const shown = request.subresource === 'scale' ? scaleOf : (whole: KubernetesObject) => whole;
    const payload = object ?? old;
    const reviewKind = payload === undefined ? undefined : gvkOf(shown(payload));
    return {
      uid: uuid(this.#options.random),
      kind: { group: info.group, version: info.version, kind: info.kind },
      resource: { group: info.group, version: info.version, resource: info.resource },
      ...(reviewKind === undefined || reviewKind.kind === info.kind ? {} : { reviewKind }),
      subResource: request.subresource ?? '',
      name,
      namespace: isNamespace ? name : (request.namespace ?? ''),
      operation,
      userInfo: run.user,
      ...(object === undefined ? {} : { object: shown(object) }),
      ...(old === undefined ? {} : { oldObject: shown(old) }),
      dryRun: request.dryRun === true,
      ...(operation === 'CONNECT' ? {} : { options: optionsOf(request, operation) }),
    };
  }

  /** Writes to etcd and tells everybody who watches. */
  #commit(
    author: Author,
    info: ResourceInfo,
    change: 'ADDED' | 'MODIFIED',
    object: KubernetesObject,
    previous: StoredObject | undefined,
  ): KubernetesObject {
    const written = withMetadata(object, { resourceVersion: this.#store.nextVersion() });
    this.#announce(author, info, change, written, previous);
    return written;
  }

  /** Takes an object out of etcd; its last state carries the deletion's resourceVersion. */
  #remove(author: Author, info: ResourceInfo, stored: StoredObject): KubernetesObject {
    const last = withMetadata(stored.object, { resourceVersion: this.#store.nextVersion() });
    this.#store.remove(info, namespaceOf(last), nameOf(last));
    this.#announce(author, info, 'DELETED', last, stored);
    return last;
  }

  #announce(
    author: Author,
    info: ResourceInfo,
    change: Change,
    object: KubernetesObject,
    previous: StoredObject | undefined,
  ): void {
    const { recorder } = this.#options;
    const { component, user } = author;
    const stored: Omit<StoredEvent, 'id' | 'time' | 'end' | 'step'> = {
      kind: 'stored',
      phase: phaseOf({ component }),
      cause: author.event,
      change,
      object: refOf(object),
      revision: revisionId(0),
      ...(previous?.revision === undefined ? {} : { previous: previous.revision }),
      username: user.username,
      component,
    };
    const event = recorder.open(stored);
    const revision = recorder.addRevision({ object, event, deleted: change === 'DELETED' });
    recorder.close(event, { revision });
    if (change !== 'DELETED') this.#store.put(info, { object, revision });
    const before = previous === undefined ? {} : { previous: previous.object };
    this.#changed({ type: change, object, ...before, info, revision, event, user, component });
  }

  #dryRun(run: RequestRun, code: number, object: KubernetesObject): Outcome {
    this.neverStored(run, 'dry run');
    return { code, object };
  }

  #author(run: RequestRun): Author {
    const { component, fieldManager } = run.request;
    return { event: run.event, user: run.user, component, fieldManager };
  }

  #owned(
    live: KubernetesObject | undefined,
    object: KubernetesObject,
    name: string,
    operation: string,
    subresource = '',
    applied?: KubernetesObject,
  ): KubernetesObject {
    const manager = { name, operation, subresource };
    return withManagedFields(live, object, manager, this.#timestamp(), applied);
  }

  #withName(object: KubernetesObject): KubernetesObject {
    const prefix = getString(object, 'metadata', 'generateName') ?? '';
    if (nameOf(object) !== '' || prefix === '') return object;
    const name = prefix.slice(0, MAX_GENERATED_PREFIX) + nameSuffix(this.#options.random);
    return withMetadata(object, { name });
  }

  #withIdentity(object: KubernetesObject): KubernetesObject {
    return withMetadata(object, { uid: uuid(this.#options.random), creationTimestamp: this.#timestamp() });
  }

  #timestamp(): string {
    return formatTimestamp(this.#options.wallClock());
  }
}

const operationOf = (run: RequestRun): string => (run.request.patch?.type === 'apply' ? 'Apply' : 'Update');

/** The configuration of a server-side apply. */
function appliedBy(run: RequestRun): KubernetesObject | undefined {
  const { patch } = run.request;
  const metadata = get(patch?.body, 'metadata');
  if (patch?.type !== 'apply' || !isObject(patch.body)) return undefined;
  return { ...patch.body, apiVersion: '', kind: '', metadata: isObject(metadata) ? metadata : {} };
}

/** The object in the request's namespace, or without one if its kind has none. */
function scoped(
  object: KubernetesObject,
  info: ResourceInfo,
  namespace: string | undefined,
): KubernetesObject {
  return withMetadata(object, { namespace: info.namespaced ? namespace : undefined });
}

/** A new object brings no metadata that only the server sets. */
const cleanMetadata = (object: KubernetesObject): KubernetesObject =>
  withMetadata(object, {
    uid: undefined,
    resourceVersion: undefined,
    generation: undefined,
    creationTimestamp: undefined,
    deletionTimestamp: undefined,
    managedFields: undefined,
  });

/** Marked for deletion and held by nobody any more. */
const isGone = (object: KubernetesObject): boolean =>
  get(object.metadata, 'deletionTimestamp') !== undefined &&
  getList(object, 'metadata', 'finalizers').length === 0 &&
  getList(object, 'spec', 'finalizers').length === 0;

const withoutFieldOwners = (object: KubernetesObject): KubernetesObject =>
  withMetadata(object, { managedFields: undefined });

function denial(by: 'mutating' | 'validating', response: AdmissionResponse): Refusal {
  const { message = '', code = 400, reason = '' } = response.denied ?? {};
  return refuse(by, { code, reason, message });
}

function unmetPrecondition(
  run: RequestRun,
  info: ResourceInfo,
  object: KubernetesObject,
): Refusal | undefined {
  const { uid, resourceVersion } = run.request.preconditions ?? {};
  const refused = (field: string, asked: string, found: string): Refusal => {
    const why = `Precondition failed: ${field} in precondition: ${asked}, ${field} in object meta: ${found}`;
    return refuse('store', conflict(info, nameOf(object), why));
  };
  if (uid !== undefined && uid !== uidOf(object)) return refused('UID', uid, uidOf(object));
  if (resourceVersion !== undefined && resourceVersion !== resourceVersionOf(object))
    return refused('ResourceVersion', resourceVersion, resourceVersionOf(object));
  return undefined;
}
