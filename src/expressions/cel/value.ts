import { isObject, type Json, type JsonObject, setKey } from '../../base/json.ts';
import { encodeBase64 } from '../jmespath/base64.ts';
import { encodeUtf8 } from '../jmespath/utf8.ts';

/** An evaluation that cannot go on: a value like any other until something needs it. */
export class CelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export class CelUint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** A moment: seconds since 1970 and nanoseconds within the second. */
export class CelTimestamp {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class CelDuration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A type as a value: what `type(x)` and the names of types yield. */
export class CelTypeValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export class CelOptional {
  readonly value: CelValue | undefined;

  constructor(value: CelValue | undefined) {
    this.value = value;
  }
}
export const NONE = new CelOptional(undefined);

/** A value of a library's type. */
export class CelOpaque {
  /** The type's name as the checker knows it, like `kubernetes.Quantity`. */
  readonly type: string;
  readonly content: unknown;
  /** What `string()` and messages show. */
  readonly text: string;

  constructor(type: string, content: unknown, text: string) {
    this.type = type;
    this.content = content;
    this.text = text;
  }
}

export type CelKey = string | boolean | bigint | CelUint;

/** A map: of an object of the cluster, read as it is needed, or of a literal. */
export interface CelMap {
  readonly size: number;
  readonly get: (key: CelValue) => CelValue | undefined;
  readonly keys: () => readonly CelKey[];
}

/** ints are bigint, doubles number. */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | CelUint
  | Uint8Array
  | CelTimestamp
  | CelDuration
  | CelTypeValue
  | CelOptional
  | CelOpaque
  | CelMap
  | readonly CelValue[];

export type CelResult = CelValue | CelError;

class JsonMap implements CelMap {
  readonly json: JsonObject;

  constructor(json: JsonObject) {
    this.json = json;
  }

  get size(): number {
    return Object.keys(this.json).length;
  }

  get(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.json, key)) return undefined;
    const value = this.json[key];
    return value === undefined ? undefined : fromJson(value);
  }

  keys(): readonly string[] {
    return Object.keys(this.json);
  }
}

/** Keys of one number are one key, whatever its type: `m[1]`, `m[1u]`, `m[1.0]`. */
function keyId(key: CelValue): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof CelUint) return `n${key.value}`;
  if (typeof key === 'number' && Number.isInteger(key)) return `n${BigInt(key)}`;
  return undefined;
}

export class LiteralMap implements CelMap {
  readonly #entries = new Map<string, readonly [CelKey, CelValue]>();

  /** False if the key may not be one. */
  set(key: CelValue, value: CelValue): boolean {
    const id = keyId(key);
    if (id === undefined || !isKey(key)) return false;
    this.#entries.set(id, [key, value]);
    return true;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: CelValue): CelValue | undefined {
    const id = keyId(key);
    return id === undefined ? undefined : this.#entries.get(id)?.[1];
  }

  keys(): readonly CelKey[] {
    return [...this.#entries.values()].map(([key]) => key);
  }
}

const isKey = (value: CelValue): value is CelKey =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  typeof value === 'bigint' ||
  value instanceof CelUint;

export const isMap = (value: CelValue): value is CelMap =>
  value instanceof JsonMap || value instanceof LiteralMap;
export const isList = (value: CelValue): value is readonly CelValue[] => Array.isArray(value);

const LISTS = new WeakMap<readonly Json[], readonly CelValue[]>();

/** A value of an object of the cluster; whole numbers are ints, as Kubernetes decodes them. */
export function fromJson(json: Json): CelValue {
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) {
    const known = LISTS.get(json);
    if (known !== undefined) return known;
    const list = json.map(fromJson);
    LISTS.set(json, list);
    return list;
  }
  return isObject(json) ? new JsonMap(json) : (json as CelValue);
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** The value as JSON; undefined for what JSON has no place for: types, maps with other keys than texts. */
export function toJson(value: CelValue): Json | undefined {
  if (value instanceof JsonMap) return value.json;
  if (value instanceof LiteralMap) {
    const out: Record<string, Json> = {};
    for (const key of value.keys()) {
      const item = value.get(key);
      const json = item === undefined ? undefined : toJson(item);
      if (json === undefined || typeof key !== 'string') return undefined;
      setKey(out, key, json);
    }
    return out;
  }
  if (isList(value)) {
    const items = value.map(toJson);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (value instanceof CelUint) return Number(value.value);
  if (typeof value === 'bigint') return value <= SAFE && value >= -SAFE ? Number(value) : String(value);
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return formatDuration(value);
  if (value instanceof CelOptional) return value.value === undefined ? null : toJson(value.value);
  if (value instanceof CelOpaque) return value.text;
  if (value === null || typeof value !== 'object') return value;
  return undefined;
}

/** Name of the value's type at run time. */
export function typeName(value: CelValue): string {
  if (value === null) return 'null_type';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'string') return 'string';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp';
  if (value instanceof CelDuration) return 'google.protobuf.Duration';
  if (value instanceof CelTypeValue) return 'type';
  if (value instanceof CelOptional) return 'optional_type';
  if (value instanceof CelOpaque) return value.type;
  return isList(value) ? 'list' : 'map';
}

/** A number's value for comparisons across int, uint and double; undefined for anything else. */
const numeric = (value: CelValue): bigint | number | undefined =>
  typeof value === 'bigint' || typeof value === 'number'
    ? value
    : value instanceof CelUint
      ? value.value
      : undefined;

/** Equality of CEL: numbers by value, everything of different types unequal. */
export function equalValues(left: CelValue, right: CelValue): boolean {
  const a = numeric(left);
  const b = numeric(right);
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number are compared by value
  if (a !== undefined && b !== undefined) return a == b;
  if (isList(left))
    return (
      isList(right) &&
      left.length === right.length &&
      left.every((item, index) => equalValues(item, right[index] ?? null))
    );
  if (isMap(left)) return isMap(right) && equalMaps(left, right);
  if (left instanceof Uint8Array)
    return (
      right instanceof Uint8Array &&
      left.length === right.length &&
      left.every((byte, index) => byte === right[index])
    );
  if (left instanceof CelTimestamp) return right instanceof CelTimestamp && left.nanos === right.nanos;
  if (left instanceof CelDuration) return right instanceof CelDuration && left.nanos === right.nanos;
  if (left instanceof CelTypeValue) return right instanceof CelTypeValue && left.name === right.name;
  if (left instanceof CelOptional) {
    if (!(right instanceof CelOptional)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equalValues(left.value, right.value);
  }
  if (left instanceof CelOpaque)
    return right instanceof CelOpaque && left.type === right.type && left.text === right.text;
  return left === right;
}

function equalMaps(left: CelMap, right: CelMap): boolean {
  if (left.size !== right.size) return false;
  return left.keys().every((key) => {
    const a = left.get(key);
    const b = right.get(key);
    return a !== undefined && b !== undefined && equalValues(a, b);
  });
}

/** Order of two values of one kind; undefined where CEL knows none. */
export function compareValues(left: CelValue, right: CelValue): -1 | 0 | 1 | undefined {
  const a = numeric(left);
  const b = numeric(right);
  if (a !== undefined && b !== undefined) return order(a, b);
  if (typeof left === 'string' && typeof right === 'string')
    return left === right ? 0 : compareBytes(encodeUtf8(left), encodeUtf8(right));
  if (typeof left === 'boolean' && typeof right === 'boolean') return order(Number(left), Number(right));
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) return order(left.nanos, right.nanos);
  if (left instanceof CelDuration && right instanceof CelDuration) return order(left.nanos, right.nanos);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  return undefined;
}

const order = (left: bigint | number, right: bigint | number): -1 | 0 | 1 =>
  left < right ? -1 : left > right ? 1 : 0;

function compareBytes(left: Uint8Array, right: Uint8Array): -1 | 0 | 1 {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return order(left.length, right.length);
}

const SECOND = 1_000_000_000n;

/** RFC 3339 in UTC, with as many digits of the second as there are. */
export function formatTimestamp({ nanos }: CelTimestamp): string {
  const rest = ((nanos % SECOND) + SECOND) % SECOND;
  const seconds = (nanos - rest) / SECOND;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`;
  return `${whole}${fraction}Z`;
}

/** Seconds with an `s`, as `string(duration)` writes them. */
export function formatDuration({ nanos }: CelDuration): string {
  const negative = nanos < 0n;
  const size = negative ? -nanos : nanos;
  const rest = size % SECOND;
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`;
  return `${negative ? '-' : ''}${size / SECOND}${fraction}s`;
}
