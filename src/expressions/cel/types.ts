/** A type of the Common Expression Language, as the checker knows it. */
export type CelType =
  | { readonly kind: SimpleKind }
  | { readonly kind: 'list'; readonly element: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'type'; readonly of: CelType }
  | { readonly kind: 'optional'; readonly of: CelType }
  /** A type known by its name alone: quantities, addresses, what a library brings. */
  | { readonly kind: 'opaque'; readonly name: string }
  /** A type with declared fields: `kubernetes.AdmissionRequest`. */
  | { readonly kind: 'object'; readonly name: string; readonly fields: ReadonlyMap<string, CelType> }
  /** A type parameter of an overload, or one that the checker made for an empty list. */
  | { readonly kind: 'parameter'; readonly name: string };

type SimpleKind =
  | 'dyn'
  | 'any'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration';

export const DYN: CelType = { kind: 'dyn' };
export const ANY: CelType = { kind: 'any' };
export const ERROR: CelType = { kind: 'error' };
export const NULL: CelType = { kind: 'null' };
export const BOOL: CelType = { kind: 'bool' };
export const INT: CelType = { kind: 'int' };
export const UINT: CelType = { kind: 'uint' };
export const DOUBLE: CelType = { kind: 'double' };
export const STRING: CelType = { kind: 'string' };
export const BYTES: CelType = { kind: 'bytes' };
export const TIMESTAMP: CelType = { kind: 'timestamp' };
export const DURATION: CelType = { kind: 'duration' };

export const listOf = (element: CelType): CelType => ({ kind: 'list', element });
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: 'map', key, value });
export const optionalOf = (of: CelType): CelType => ({ kind: 'optional', of });
export const typeOf = (of: CelType): CelType => ({ kind: 'type', of });
export const opaque = (name: string): CelType => ({ kind: 'opaque', name });
export const parameter = (name: string): CelType => ({ kind: 'parameter', name });
export const objectOf = (name: string, fields: Readonly<Record<string, CelType>>): CelType => ({
  kind: 'object',
  name,
  fields: new Map(Object.entries(fields)),
});

/** The type as cel-go's messages write it. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'type':
      return `type(${formatType(type.of)})`;
    case 'optional':
      return `optional_type(${formatType(type.of)})`;
    case 'opaque':
    case 'object':
    case 'parameter':
      return type.name;
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'error':
      return '!error!';
    default:
      return type.kind;
  }
}

/** Whether anything may stand for the type: dyn, any, and what is wrong already. */
export const isDynamic = (type: CelType): boolean =>
  type.kind === 'dyn' || type.kind === 'any' || type.kind === 'error';

/** Whether two types are one. */
export function sameType(left: CelType, right: CelType): boolean {
  switch (left.kind) {
    case 'list':
      return right.kind === 'list' && sameType(left.element, right.element);
    case 'map':
      return right.kind === 'map' && sameType(left.key, right.key) && sameType(left.value, right.value);
    case 'type':
    case 'optional':
      return right.kind === left.kind && sameType(left.of, right.of);
    case 'opaque':
    case 'object':
    case 'parameter':
      return right.kind === left.kind && left.name === right.name;
    default:
      return left.kind === right.kind;
  }
}

/** What type parameters stand for so far. */
export type Substitution = ReadonlyMap<string, CelType>;

/** The type with its parameters replaced; with `free`, what is still open becomes dyn. */
export function substitute(type: CelType, known: Substitution, free: boolean): CelType {
  switch (type.kind) {
    case 'parameter': {
      const found = known.get(type.name);
      if (found !== undefined) return substitute(found, known, free);
      return free ? DYN : type;
    }
    case 'list':
      return listOf(substitute(type.element, known, free));
    case 'map':
      return mapOf(substitute(type.key, known, free), substitute(type.value, known, free));
    case 'type':
      return typeOf(substitute(type.of, known, free));
    case 'optional':
      return optionalOf(substitute(type.of, known, free));
    default:
      return type;
  }
}

/** Whether `from` may stand where `to` is expected; what parameters come to stand for is added. Undefined: it may not. */
export function assign(known: Substitution, to: CelType, from: CelType): Substitution | undefined {
  const left = substitute(to, known, false);
  const right = substitute(from, known, false);
  if (left.kind === 'parameter') return bind(known, left.name, right);
  if (right.kind === 'parameter') return bind(known, right.name, left);
  if (isDynamic(left) || isDynamic(right)) return known;
  // null stands for whatever may be absent: objects and what libraries bring.
  if (right.kind === 'null' && (left.kind === 'object' || left.kind === 'opaque' || left.kind === 'optional'))
    return known;
  if (left.kind === 'list' && right.kind === 'list') return assign(known, left.element, right.element);
  if (left.kind === 'map' && right.kind === 'map') {
    const keys = assign(known, left.key, right.key);
    return keys && assign(keys, left.value, right.value);
  }
  if (left.kind === 'type' && right.kind === 'type') return known;
  if (left.kind === 'optional' && right.kind === 'optional') return assign(known, left.of, right.of);
  return sameType(left, right) ? known : undefined;
}

function bind(known: Substitution, name: string, type: CelType): Substitution | undefined {
  if (type.kind === 'parameter' && type.name === name) return known;
  if (mentions(type, name)) return undefined;
  return new Map([...known, [name, type]]);
}

function mentions(type: CelType, name: string): boolean {
  switch (type.kind) {
    case 'parameter':
      return type.name === name;
    case 'list':
      return mentions(type.element, name);
    case 'map':
      return mentions(type.key, name) || mentions(type.value, name);
    case 'type':
    case 'optional':
      return mentions(type.of, name);
    default:
      return false;
  }
}

/** The less specific of two types of which one may stand for the other. */
export function mostGeneral(left: CelType, right: CelType): CelType {
  if (isDynamic(left) || left.kind === 'parameter') return left;
  if (isDynamic(right) || right.kind === 'parameter') return right;
  if (left.kind === 'list' && right.kind === 'list') return listOf(mostGeneral(left.element, right.element));
  if (left.kind === 'map' && right.kind === 'map')
    return mapOf(mostGeneral(left.key, right.key), mostGeneral(left.value, right.value));
  if (left.kind === 'optional' && right.kind === 'optional')
    return optionalOf(mostGeneral(left.of, right.of));
  return left.kind === 'null' ? right : left;
}
