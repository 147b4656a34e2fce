import { assert } from '../base/assert.ts';
import { get, isObject } from '../base/json.ts';
import { seededRandom, uuid } from '../base/random.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { gvkOf, namespaceOf } from '../kubernetes/object.ts';
import type { Discovery } from './api.ts';
import { Authorizer } from './authorizer.ts';
import type { ClusterBase } from './cluster-base.ts';
import { CRDS, isCustom } from './custom-resources.ts';
import { discoveryOf } from './discovery.ts';
import { preparedForCreate, withDefaults } from './schema.ts';
import { Store, withMetadata } from './store.ts';
import { readSchemas, type Schemas } from './structural-schema.ts';

/** A cluster base as the server holds it: what every simulation on it starts from. Never changed. */
export interface BaseImage {
  readonly store: Store;
  readonly schemas: Schemas;
  readonly discovery: Discovery;
  readonly authorizer: Authorizer;
}

/** Where a fresh cluster's resourceVersions begin. */
const FIRST_RESOURCE_VERSION = 500;
export const RBAC_GROUP = 'rbac.authorization.k8s.io';

export type Base = Pick<ClusterBase, 'objects' | 'schemas'>;

/** Images are made once a base: a simulation runs at every key stroke. The last one's timestamp is kept with it. */
const images = new WeakMap<Base, { readonly timestamp: string; readonly image: BaseImage }>();

/** The base's image; its objects were created at `timestamp`. Uids are the same whatever the simulation's seed. */
export function imageOf(base: Base, timestamp: string): BaseImage {
  const known = images.get(base);
  if (known !== undefined && known.timestamp === timestamp) return known.image;
  const image = makeImage(base, timestamp);
  images.set(base, { timestamp, image });
  return image;
}

export const emptyStore = (): Store => new Store(FIRST_RESOURCE_VERSION);

function makeImage(base: Base, timestamp: string): BaseImage {
  const store = emptyStore();
  const random = seededRandom(0);
  const discovery = discoveryOf(base.objects.filter(({ kind }) => kind === 'CustomResourceDefinition'));
  for (const object of base.objects) {
    const info = discovery.byKind(gvkOf(object));
    assert(info !== undefined, `a cluster base holds served kinds only: ${object.kind}`);
    const namespace = info.namespaced ? namespaceOf(object) || 'default' : undefined;
    const bare = withMetadata(object, { namespace });
    // Pods of Kyverno's own Deployments are made when read: what a template lacks would be defaulted for nobody.
    const whole = info.kind === 'Deployment' || info.kind === 'Service';
    const placed = whole ? bare : withDefaults(bare, info);
    const identity = {
      uid: uuid(random),
      creationTimestamp: timestamp,
      resourceVersion: store.nextVersion(),
    };
    const prepared = info.kind === 'Service' ? placed : preparedForCreate(placed, info, isCustom(info));
    // The Deployments of a base run already.
    const status = get(object, 'status');
    const running =
      info.kind === 'Deployment' && isObject(status)
        ? { ...prepared, status: { observedGeneration: 1, ...status } }
        : prepared;
    store.put(info, { object: withMetadata(running, identity) });
  }
  return { store, discovery, schemas: readSchemas(base.schemas), authorizer: authorizerOf(store) };
}

/** An authoriser over the RBAC objects of a store as they are now. */
export function authorizerOf(store: Store): Authorizer {
  const list = (resource: string): readonly KubernetesObject[] => store.list({ group: RBAC_GROUP, resource });
  return new Authorizer({
    roles: list('roles'),
    clusterRoles: list('clusterroles'),
    roleBindings: list('rolebindings'),
    clusterRoleBindings: list('clusterrolebindings'),
  });
}

/** What discovery says of a store's CRDs as they are now. */
export const discoveryOfStore = (store: Store): Discovery => discoveryOf(store.list(CRDS));
