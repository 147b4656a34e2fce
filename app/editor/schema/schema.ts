import type { Json, PathSegment } from '../../../src/index.ts';

/** A schema as `public/schemas` keeps it: what a CRD or Kubernetes' OpenAPI document says, less what only a server needs. */
export interface Schema {
  /** Name of a definition; what stands beside it (a description, mostly) wins. */
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly enum?: readonly Json[];
  readonly default?: Json;
  readonly required?: readonly string[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Said of a kind as a sentence. */
  readonly deprecated?: boolean | string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  /** Also takes values of other types than the schema says. */
  readonly 'x-lax'?: boolean;
  /** Values to offer that are not the only ones. */
  readonly 'x-offer'?: readonly string[];
}

/** Looks a definition up by its name. */
export type Definitions = (name: string) => Schema | undefined;

/** Follows `$ref`; a reference that leads nowhere allows everything. */
export function resolve(schema: Schema, definitions: Definitions): Schema {
  let current = schema;
  for (let i = 0; i < 8 && current.$ref !== undefined; i += 1) {
    const { $ref, ...own } = current;
    const target = definitions($ref);
    if (target === undefined) return { ...own, 'x-kubernetes-preserve-unknown-fields': true };
    current = { ...target, ...own };
  }
  return current;
}

/** Whether fields that a schema does not name are kept. */
export function isOpen(schema: Schema): boolean {
  return (
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema.additionalProperties === true ||
    (schema.properties === undefined && schema.additionalProperties === undefined)
  );
}

/** The schema of a field or item of a resolved schema, if it says one. */
export function childOf(schema: Schema, step: PathSegment): Schema | undefined {
  if (typeof step === 'number') return schema.items;
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, step)) return properties[step];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** What a value is to be, in a word or two: `list of objects`, `integer`, `integer or text`. */
export function typeText(schema: Schema, definitions: Definitions): string {
  const own = resolve(schema, definitions);
  if (own['x-kubernetes-int-or-string'] === true) return 'integer or text';
  if (own.type === 'array') {
    const items = own.items === undefined ? undefined : resolve(own.items, definitions);
    return items?.type === undefined ? 'list' : `list of ${plural(items.type)}`;
  }
  if (own.type === 'string') return own.format === 'date-time' ? 'time' : 'text';
  if (own.type === 'object' && own.properties === undefined && typeof own.additionalProperties === 'object') {
    const values = resolve(own.additionalProperties, definitions);
    return values.type === undefined ? 'map' : `map of ${plural(values.type)}`;
  }
  return own.type ?? 'any value';
}

function plural(type: NonNullable<Schema['type']>): string {
  return {
    object: 'objects',
    array: 'lists',
    string: 'texts',
    integer: 'integers',
    number: 'numbers',
    boolean: 'booleans',
  }[type];
}
