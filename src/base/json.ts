/** JSON values as YAML documents and API requests carry them. Frozen by convention: nobody mutates a value in place. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. Keys are data, `__proto__` included: read with {@link get}, build with {@link setKey} or object spread. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A step into a JSON value: an object key or a list index. */
export type PathSegment = string | number;

/** Whether the value is a JSON object, that is neither null, a list nor a scalar. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own value of `key`, or undefined; never a property of a prototype. */
export function get(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at the end of `path`, or undefined as soon as a step is missing. */
export function getPath(value: Json | undefined, path: readonly PathSegment[]): Json | undefined {
  let current: Json | undefined = value;
  for (const step of path) {
    if (typeof step === 'number') current = Array.isArray(current) ? current[step] : undefined;
    else current = get(current, step);
  }
  return current;
}

/** Sets an own key on an object under construction, so that `__proto__` is a key like any other. */
export function setKey(target: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}

/** The string at `path`, or undefined if there is none or it is something else. */
export function getString(value: Json | undefined, ...path: readonly PathSegment[]): string | undefined {
  const found = getPath(value, path);
  return typeof found === 'string' ? found : undefined;
}

/** The list at `path`, or an empty one. */
export function getList(value: Json | undefined, ...path: readonly PathSegment[]): readonly Json[] {
  const found = getPath(value, path);
  return Array.isArray(found) ? found : [];
}

/** The object at `path`, or an empty one. */
export function getObject(value: Json | undefined, ...path: readonly PathSegment[]): JsonObject {
  const found = getPath(value, path);
  return isObject(found) ? found : {};
}

/** Deep equality of JSON values; the order of object keys does not count. */
export function equal(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left))
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, i) => equal(item, right[i]))
    );
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equal(left[key], right[key]))
  );
}
