import { unreachable } from '../../base/assert.ts';
import type { Expression } from './ast.ts';
import type { Checked } from './checker.ts';
import type { CelEnvironment, Overload } from './environment.ts';
import type { CelType } from './types.ts';
import {
  CelError,
  CelOpaque,
  CelOptional,
  type CelResult,
  CelTypeValue,
  type CelValue,
  compareValues,
  isList,
  isMap,
  LiteralMap,
  NONE,
  typeName,
} from './value.ts';

export type Bindings = ReadonlyMap<string, CelValue | (() => CelResult)>;

/**
 * Work that one evaluation may do, in nodes visited. Approximation: Kubernetes counts an estimated cost, with a limit of
 * 1,000,000 a call (PerCallLimit); the order of size is the same.
 */
const MAX_WORK = 1_000_000;
const TOO_MUCH = new CelError('operation cancelled: actual cost limit exceeded');
const NO_OVERLOAD = new CelError('no such overload');

/** Evaluates a checked expression; errors are values, and `&&`, `||` and the walks may do without them. */
export function evaluateCel(
  expression: Expression,
  checked: Checked,
  environment: CelEnvironment,
  bindings: Bindings,
): CelResult {
  return new Interpreter(checked, environment, bindings).evaluate(expression);
}

class Interpreter {
  readonly #checked: Checked;
  readonly #environment: CelEnvironment;
  #scope: Bindings;
  #work = 0;

  constructor(checked: Checked, environment: CelEnvironment, bindings: Bindings) {
    this.#checked = checked;
    this.#environment = environment;
    this.#scope = bindings;
  }

  evaluate(node: Expression): CelResult {
    this.#work += 1;
    if (this.#work > MAX_WORK) return TOO_MUCH;
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'name':
        return this.#variable(node.name);
      case 'select':
        return this.#select(node);
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'message':
        return this.#message(node);
      case 'walk':
        return this.#walk(node);
      case 'bind': {
        const value = this.evaluate(node.value);
        if (value instanceof CelError) return this.#with([[node.variable, () => value]], node.body);
        return this.#with([[node.variable, value]], node.body);
      }
      case 'optMap':
        return this.#optMap(node);
      default:
        return unreachable(node);
    }
  }

  #with(
    variables: readonly (readonly [string, CelValue | (() => CelResult)])[],
    body: Expression,
  ): CelResult {
    const outer = this.#scope;
    this.#scope = new Map([...outer, ...variables]);
    const result = this.evaluate(body);
    this.#scope = outer;
    return result;
  }

  #variable(name: string): CelResult {
    const plain = name.startsWith('.') ? name.slice(1) : name;
    const bound = this.#scope.get(plain);
    if (typeof bound === 'function') return bound();
    if (bound !== undefined) return bound;
    const type = this.#environment.types.get(plain);
    if (type !== undefined) return new CelTypeValue(typeValueName(type));
    return new CelError(`no such attribute(s): ${plain}`);
  }

  #select(node: Extract<Expression, { kind: 'select' }>): CelResult {
    const variable = this.#checked.qualified.get(node);
    if (variable !== undefined) return this.#variable(variable);
    const operand = this.evaluate(node.operand);
    if (operand instanceof CelError) return operand;
    const found = selectKey(operand, node.field);
    if (node.test) {
      if (found instanceof CelOptional && operand instanceof CelOptional) return found.value !== undefined;
      return isMap(operand) ? found !== undefined : new CelError(`no such key: ${node.field}`);
    }
    if (operand instanceof CelOptional) return found === undefined ? NONE : found;
    if (node.optional) return found === undefined ? NONE : new CelOptional(found);
    return found === undefined ? new CelError(`no such key: ${node.field}`) : found;
  }

  #call(node: Extract<Expression, { kind: 'call' }>): CelResult {
    switch (node.name) {
      case '_&&_':
        return this.#logical(node, false);
      case '_||_':
        return this.#logical(node, true);
      case '_?_:_':
        return this.#conditional(node);
      default:
        return this.#function(node);
    }
  }

  /** Left to right; whatever decides wins over an error on the other side. */
  #logical({ args: [first, second] }: Extract<Expression, { kind: 'call' }>, decides: boolean): CelResult {
    if (first === undefined || second === undefined) return NO_OVERLOAD;
    const left = this.evaluate(first);
    if (left === decides) return decides;
    const right = this.evaluate(second);
    if (right === decides) return decides;
    if (left instanceof CelError) return left;
    if (right instanceof CelError) return right;
    return typeof left === 'boolean' && typeof right === 'boolean' ? !decides : NO_OVERLOAD;
  }

  #conditional({ args: [condition, whenTrue, whenFalse] }: Extract<Expression, { kind: 'call' }>): CelResult {
    if (condition === undefined || whenTrue === undefined || whenFalse === undefined) return NO_OVERLOAD;
    const decided = this.evaluate(condition);
    if (decided instanceof CelError) return decided;
    if (typeof decided !== 'boolean') return NO_OVERLOAD;
    return this.evaluate(decided ? whenTrue : whenFalse);
  }

  #function(node: Extract<Expression, { kind: 'call' }>): CelResult {
    const qualified = this.#checked.qualified.get(node);
    const member = node.target !== undefined && qualified === undefined;
    const args: CelValue[] = [];
    for (const one of member && node.target !== undefined ? [node.target, ...node.args] : node.args) {
      const value = this.evaluate(one);
      if (value instanceof CelError) return value;
      args.push(value);
    }
    return callFunction(this.#environment, qualified ?? node.name, args, member);
  }

  #list(node: Extract<Expression, { kind: 'list' }>): CelResult {
    const items: CelValue[] = [];
    for (const [index, element] of node.elements.entries()) {
      const value = this.evaluate(element);
      if (value instanceof CelError) return value;
      if (!node.optional.has(index)) items.push(value);
      else if (!(value instanceof CelOptional)) return NO_OVERLOAD;
      else if (value.value !== undefined) items.push(value.value);
    }
    return items;
  }

  #map(node: Extract<Expression, { kind: 'map' }>): CelResult {
    const map = new LiteralMap();
    for (const entry of node.entries) {
      const key = this.evaluate(entry.key);
      if (key instanceof CelError) return key;
      const value = this.evaluate(entry.value);
      if (value instanceof CelError) return value;
      const failure = putEntry(map, key, value, entry.optional);
      if (failure !== undefined) return failure;
    }
    return map;
  }

  #message(node: Extract<Expression, { kind: 'message' }>): CelResult {
    const map = new LiteralMap();
    for (const { field, value, optional } of node.fields) {
      const given = this.evaluate(value);
      if (given instanceof CelError) return given;
      const failure = putEntry(map, field, given, optional);
      if (failure !== undefined) return failure;
    }
    return map;
  }

  #optMap(node: Extract<Expression, { kind: 'optMap' }>): CelResult {
    const target = this.evaluate(node.target);
    if (target instanceof CelError) return target;
    if (!(target instanceof CelOptional)) return NO_OVERLOAD;
    if (target.value === undefined) return NONE;
    const body = this.#with([[node.variable, target.value]], node.body);
    if (body instanceof CelError || node.flat) return body;
    return new CelOptional(body);
  }

  #walk(node: Extract<Expression, { kind: 'walk' }>): CelResult {
    const range = this.evaluate(node.range);
    if (range instanceof CelError) return range;
    const steps = stepsOf(range, node.variables.length);
    if (steps === undefined) return NO_OVERLOAD;
    const bound = (step: readonly CelValue[]): readonly (readonly [string, CelValue])[] =>
      node.variables.map((name, index) => [name, step[index] ?? null]);
    const body = (step: readonly CelValue[]): CelResult => this.#with(bound(step), node.body);
    switch (node.walk) {
      case 'all':
        return quantify(steps, body, false);
      case 'exists':
        return quantify(steps, body, true);
      case 'exists_one':
        return existsOne(steps, body);
      case 'filter':
        return collect(steps, body, (step) => step[0]);
      case 'sortBy':
        return sortBy(steps, body);
      default:
        return this.#transform(node, steps, bound, body);
    }
  }

  #transform(
    node: Extract<Expression, { kind: 'walk' }>,
    steps: readonly (readonly CelValue[])[],
    bound: (step: readonly CelValue[]) => readonly (readonly [string, CelValue])[],
    body: (step: readonly CelValue[]) => CelResult,
  ): CelResult {
    const items: CelValue[] = [];
    const map = new LiteralMap();
    for (const step of steps) {
      const taken = node.filter === undefined ? true : this.#with(bound(step), node.filter);
      if (taken instanceof CelError) return taken;
      if (typeof taken !== 'boolean') return NO_OVERLOAD;
      if (!taken) continue;
      const value = body(step);
      if (value instanceof CelError) return value;
      if (node.walk === 'transformMap') {
        if (!map.set(step[0] ?? null, value)) return UNSUPPORTED_KEY;
      } else if (node.walk === 'transformMapEntry') {
        const failure = insertEntries(map, value);
        if (failure !== undefined) return failure;
      } else items.push(value);
    }
    return node.walk === 'transformMap' || node.walk === 'transformMapEntry' ? map : items;
  }
}

const UNSUPPORTED_KEY = new CelError('unsupported key type');

function putEntry(map: LiteralMap, key: CelValue, value: CelValue, optional: boolean): CelError | undefined {
  if (!optional) return map.set(key, value) ? undefined : UNSUPPORTED_KEY;
  if (!(value instanceof CelOptional)) return NO_OVERLOAD;
  if (value.value === undefined) return undefined;
  return map.set(key, value.value) ? undefined : UNSUPPORTED_KEY;
}

function insertEntries(map: LiteralMap, entries: CelValue): CelError | undefined {
  if (!isMap(entries)) return NO_OVERLOAD;
  for (const key of entries.keys()) {
    if (map.get(key) !== undefined) return new CelError(`insert failed: key ${String(key)} already exists`);
    map.set(key, entries.get(key) ?? null);
  }
  return undefined;
}

/** What the variables of a walk are, step by step. */
function stepsOf(range: CelValue, variables: number): readonly (readonly CelValue[])[] | undefined {
  if (isList(range)) return range.map((item, index) => (variables === 2 ? [BigInt(index), item] : [item]));
  if (isMap(range)) return range.keys().map((key) => [key, range.get(key) ?? null]);
  return undefined;
}

type Step = readonly CelValue[];
type Body = (step: Step) => CelResult;

function quantify(steps: readonly Step[], body: Body, decides: boolean): CelResult {
  let failure: CelError | undefined;
  for (const step of steps) {
    const value = body(step);
    if (value === decides) return decides;
    if (value === TOO_MUCH) return TOO_MUCH;
    if (value instanceof CelError) failure ??= value;
    else if (typeof value !== 'boolean') failure ??= NO_OVERLOAD;
  }
  return failure ?? !decides;
}

function existsOne(steps: readonly Step[], body: Body): CelResult {
  let count = 0;
  for (const step of steps) {
    const value = body(step);
    if (value instanceof CelError) return value;
    if (typeof value !== 'boolean') return NO_OVERLOAD;
    if (value) count += 1;
  }
  return count === 1;
}

function collect(steps: readonly Step[], body: Body, pick: (step: Step) => CelValue | undefined): CelResult {
  const items: CelValue[] = [];
  for (const step of steps) {
    const value = body(step);
    if (value instanceof CelError) return value;
    if (typeof value !== 'boolean') return NO_OVERLOAD;
    if (value) items.push(pick(step) ?? null);
  }
  return items;
}

function sortBy(steps: readonly Step[], body: Body): CelResult {
  const keyed: { readonly key: CelValue; readonly item: CelValue }[] = [];
  for (const step of steps) {
    const key = body(step);
    if (key instanceof CelError) return key;
    keyed.push({ key, item: step[0] ?? null });
  }
  const first = keyed[0];
  if (first !== undefined && keyed.some(({ key }) => typeName(key) !== typeName(first.key)))
    return new CelError('list elements must have the same type');
  if (first !== undefined && compareValues(first.key, first.key) === undefined)
    return new CelError('list elements must be comparable');
  return keyed.sort((left, right) => compareValues(left.key, right.key) ?? 0).map(({ item }) => item);
}

/** The value of a key; of an optional, what it holds is asked, and the answer is optional again. */
function selectKey(operand: CelValue, key: string): CelValue | undefined {
  if (operand instanceof CelOptional) {
    if (operand.value === undefined) return NONE;
    const inner = selectKey(operand.value, key);
    return inner === undefined ? NONE : inner instanceof CelOptional ? inner : new CelOptional(inner);
  }
  return isMap(operand) ? operand.get(key) : undefined;
}

/** Calls the first overload that takes the values. */
export function callFunction(
  environment: CelEnvironment,
  name: string,
  args: readonly CelValue[],
  member: boolean,
): CelResult {
  for (const overload of environment.functions.get(name) ?? [])
    if (overload.member === member && takes(overload, args)) return overload.run(...args);
  if (/^[_@!-]/.test(name)) return NO_OVERLOAD;
  return new CelError(`no such overload: ${name}(${args.map(typeName).join(', ')})`);
}

function takes({ args, variadic, anyValue }: Overload, values: readonly CelValue[]): boolean {
  const enough = variadic === true ? values.length >= args.length : values.length === args.length;
  if (!enough || anyValue === true) return enough;
  return values.every((value, index) => {
    const type = args[Math.min(index, args.length - 1)];
    return type !== undefined && accepts(type, value);
  });
}

/** Whether a value is of a type, as far as the outermost layer says. */
function accepts(type: CelType, value: CelValue): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'any':
    case 'error':
    case 'parameter':
      return true;
    case 'null':
      return value === null;
    case 'list':
      return isList(value);
    case 'map':
    case 'object':
      return isMap(value);
    case 'type':
      return value instanceof CelTypeValue;
    case 'optional':
      return value instanceof CelOptional;
    case 'opaque':
      return value instanceof CelOpaque && value.type === type.name;
    case 'timestamp':
      return typeName(value) === 'google.protobuf.Timestamp';
    case 'duration':
      return typeName(value) === 'google.protobuf.Duration';
    default:
      return typeName(value) === type.kind;
  }
}

function typeValueName(type: CelType): string {
  switch (type.kind) {
    case 'null':
      return 'null_type';
    case 'optional':
      return 'optional_type';
    case 'opaque':
    case 'object':
      return type.name;
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    default:
      return type.kind;
  }
}
