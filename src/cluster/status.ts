import type { Json, JsonObject } from '../base/json.ts';
import type { GroupVersionKind, GroupVersionResource } from '../kubernetes/object.ts';
import type { StatusFailure } from './api.ts';

/** A field that validation refuses: one line of an Invalid status (field.Error of apimachinery). */
export interface FieldError {
  readonly reason:
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden';
  /** Path such as `metadata.name`. */
  readonly field: string;
  /** Text after the path: `Invalid value: "x": …`. */
  readonly message: string;
}

type Resource = Pick<GroupVersionResource, 'group' | 'resource'>;

/** `configmaps`, `clusterpolicies.kyverno.io`: a resource as the server's texts name it. */
export const qualifiedResource = ({ group, resource }: Resource): string =>
  group === '' ? resource : `${resource}.${group}`;

const qualifiedKind = ({ group, kind }: Pick<GroupVersionKind, 'group' | 'kind'>): string =>
  group === '' ? kind : `${kind}.${group}`;

function details(resource: Resource, name: string, more: JsonObject = {}): JsonObject {
  return {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.resource,
    ...more,
  };
}

export function notFound(resource: Resource, name: string): StatusFailure {
  const message = `${qualifiedResource(resource)} "${name}" not found`;
  return { code: 404, reason: 'NotFound', message, details: details(resource, name) };
}

/** The path itself is unknown: no such resource, or not in this version. */
export const unknownPath = (): StatusFailure => ({
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
  details: {},
});

export function methodNotSupported(resource: Resource, verb: string): StatusFailure {
  const message = `${verb} is not supported on resources of kind "${qualifiedResource(resource)}"`;
  return { code: 405, reason: 'MethodNotAllowed', message, details: details(resource, '') };
}

export function alreadyExists(resource: Resource, name: string): StatusFailure {
  const message = `${qualifiedResource(resource)} "${name}" already exists`;
  return { code: 409, reason: 'AlreadyExists', message, details: details(resource, name) };
}

/** `why` without a final full stop, as in `the object has been modified; please apply …`. */
export function conflict(resource: Resource, name: string, why: string): StatusFailure {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${why}`;
  return { code: 409, reason: 'Conflict', message, details: details(resource, name) };
}

export const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(
  resource: Resource,
  name: string,
  why: string,
  causes: readonly Json[] = [],
): StatusFailure {
  const subject = name === '' ? qualifiedResource(resource) : `${qualifiedResource(resource)} "${name}"`;
  return {
    code: 403,
    reason: 'Forbidden',
    message: `${subject} is forbidden: ${why}`,
    details: details(resource, name, causes.length === 0 ? {} : { causes }),
  };
}

export const badRequest = (message: string): StatusFailure => ({ code: 400, reason: 'BadRequest', message });

/** All errors of one object, as apimachinery's NewInvalid joins them. */
export function invalid(
  gvk: Pick<GroupVersionKind, 'group' | 'kind'>,
  name: string,
  errors: readonly FieldError[],
): StatusFailure {
  const lines = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return {
    code: 422,
    reason: 'Invalid',
    message: `${qualifiedKind(gvk)} "${name}" is invalid: ${list}`,
    details: {
      ...(name === '' ? {} : { name }),
      ...(gvk.group === '' ? {} : { group: gvk.group }),
      kind: gvk.kind,
      causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
    },
  };
}

export const invalidValue = (field: string, value: Json, why: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});

export const required = (field: string, why = ''): FieldError => ({
  reason: 'FieldValueRequired',
  field,
  message: why === '' ? 'Required value' : `Required value: ${why}`,
});

export const notSupported = (field: string, value: Json, supported: readonly string[]): FieldError => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((item) => `"${item}"`).join(', ')}`,
});

export const forbiddenField = (field: string, why: string): FieldError => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${why}`,
});
