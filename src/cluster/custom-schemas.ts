import type { JsonObject } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ApiRequest, ResourceInfo, StatusFailure } from './api.ts';
import { CRDS } from './custom-resources.ts';
import { badRequest } from './status.ts';
import type { Store } from './store.ts';
import {
  prune,
  readSchemas,
  type Schema,
  type Schemas,
  schemaOfNode,
  withSchemaDefaults,
} from './structural-schema.ts';

/** A custom resource after decoding: pruned and defaulted, with warnings about what was pruned. */
export type Read =
  | { readonly object: KubernetesObject; readonly warnings: readonly string[] }
  | { readonly failure: StatusFailure };

/** The schemas of all custom resources: the base's, and those of CRDs that bring their own. */
export class CustomSchemas {
  readonly #store: Store;
  #base: Schemas = readSchemas(undefined);

  constructor(store: Store) {
    this.#store = store;
  }

  /** Takes over the schemas of a cluster base. */
  load(schemas: Schemas): void {
    this.#base = schemas;
  }

  schemaOf(info: ResourceInfo): Schema | undefined {
    const name = `${info.resource}.${info.group}`;
    const crd = this.#store.get(CRDS, '', name)?.object;
    if (crd === undefined) return undefined;
    const version = getList(crd, 'spec', 'versions').find((item) => getString(item, 'name') === info.version);
    const own = get(get(version, 'schema'), 'openAPIV3Schema');
    return isObject(own) ? schemaOfNode(own) : this.#base.schemaOf(`${name}/${info.version}`);
  }

  /** Reads a custom resource by its schema; objects of other kinds pass as they are. */
  read(object: KubernetesObject, info: ResourceInfo, validation: ApiRequest['fieldValidation']): Read {
    const schema = this.schemaOf(info);
    if (schema === undefined) return { object, warnings: [] };
    const { value, unknown } = prune(object, schema);
    const texts = unknown.map((path) => `unknown field "${path}"`);
    if (texts.length > 0 && validation === 'Strict') {
      const text = `${info.kind} in version "${info.version}" cannot be handled as a ${info.kind}: strict decoding error: ${texts.join(', ')}`;
      return { failure: badRequest(text) };
    }
    const defaulted = withSchemaDefaults(value, schema);
    const content: JsonObject = isObject(defaulted) ? defaulted : value;
    return {
      object: { ...content, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata },
      warnings: validation === 'Ignore' ? [] : texts,
    };
  }
}
