import { unreachable } from '../../base/assert.ts';
import type { Expression } from './ast.ts';
import type { CelEnvironment, Overload } from './environment.ts';
import type { CelIssue } from './issues.ts';
import { qualifiedName } from './parser.ts';
import {
  assign,
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  ERROR,
  formatType,
  INT,
  isDynamic,
  listOf,
  mapOf,
  mostGeneral,
  NULL,
  optionalOf,
  parameter,
  STRING,
  type Substitution,
  sameType,
  substitute,
  typeOf,
  UINT,
} from './types.ts';
import { CelUint } from './value.ts';

export interface Checked {
  readonly type: CelType;
  readonly types: ReadonlyMap<Expression, CelType>;
  /** Calls of `a.b.f(x)` that mean the function `a.b.f`, and selections that mean the variable `a.b`. */
  readonly qualified: ReadonlyMap<Expression, string>;
  readonly issues: readonly CelIssue[];
}

/** Types of an expression and all within it; what does not fit is an issue (cel-go, checker/checker.go). */
export function checkCel(expression: Expression, environment: CelEnvironment): Checked {
  const checker = new Checker(environment);
  checker.check(expression);
  return checker.finish(expression);
}

type Scope = ReadonlyMap<string, CelType>;

class Checker {
  readonly #environment: CelEnvironment;
  readonly #types = new Map<Expression, CelType>();
  readonly #qualified = new Map<Expression, string>();
  readonly #issues: CelIssue[] = [];
  #known: Substitution = new Map();
  #scope: Scope = new Map();
  #fresh = 0;

  constructor(environment: CelEnvironment) {
    this.#environment = environment;
  }

  finish(expression: Expression): Checked {
    const types = new Map<Expression, CelType>();
    for (const [node, type] of this.#types) types.set(node, substitute(type, this.#known, true));
    return {
      type: types.get(expression) ?? ERROR,
      types,
      qualified: this.#qualified,
      issues: this.#issues,
    };
  }

  check(node: Expression): CelType {
    const type = this.#typeOf(node);
    this.#types.set(node, type);
    return type;
  }

  #issue(at: number, message: string): CelType {
    this.#issues.push({ at, message });
    return ERROR;
  }

  #resolved(type: CelType): CelType {
    return substitute(type, this.#known, false);
  }

  #parameter(): CelType {
    this.#fresh += 1;
    return parameter(`_var${this.#fresh}`);
  }

  #assign(to: CelType, from: CelType): boolean {
    const known = assign(this.#known, to, from);
    if (known === undefined) return false;
    this.#known = known;
    return true;
  }

  #variable(name: string): CelType | undefined {
    const plain = name.startsWith('.') ? name.slice(1) : name;
    const found = this.#scope.get(plain) ?? this.#environment.variables.get(plain);
    if (found !== undefined) return found;
    const type = this.#environment.types.get(plain);
    return type === undefined ? undefined : typeOf(type);
  }

  #typeOf(node: Expression): CelType {
    switch (node.kind) {
      case 'literal':
        return literalType(node);
      case 'name':
        return (
          this.#variable(node.name) ??
          this.#issue(node.at, `undeclared reference to '${node.name}' (in container '')`)
        );
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
        const value = this.check(node.value);
        return this.#within([[node.variable, value]], () => this.check(node.body));
      }
      case 'optMap':
        return this.#optMap(node);
      default:
        return unreachable(node);
    }
  }

  #within(variables: readonly (readonly [string, CelType])[], run: () => CelType): CelType {
    const outer = this.#scope;
    this.#scope = new Map([...outer, ...variables]);
    const type = run();
    this.#scope = outer;
    return type;
  }

  #select(node: Extract<Expression, { kind: 'select' }>): CelType {
    const name = node.test || node.optional ? undefined : qualifiedName(node);
    const variable = name === undefined ? undefined : this.#variable(name);
    if (name !== undefined && variable !== undefined) {
      this.#qualified.set(node, name);
      return variable;
    }
    const operand = this.#resolved(this.check(node.operand));
    const viral = operand.kind === 'optional';
    const field = this.#field(node, operand.kind === 'optional' ? this.#resolved(operand.of) : operand);
    if (node.test) return BOOL;
    return node.optional || viral ? optionalOf(field) : field;
  }

  #field(node: Extract<Expression, { kind: 'select' }>, operand: CelType): CelType {
    switch (operand.kind) {
      case 'map':
        return operand.value;
      case 'object':
        return operand.fields.get(node.field) ?? this.#issue(node.at, `undefined field '${node.field}'`);
      case 'parameter':
        this.#assign(DYN, operand);
        this.#known = new Map([...this.#known, [operand.name, DYN]]);
        return DYN;
      default:
        if (isDynamic(operand)) return DYN;
        return this.#issue(node.at, `type '${formatType(operand)}' does not support field selection`);
    }
  }

  #call(node: Extract<Expression, { kind: 'call' }>): CelType {
    const args = node.args.map((arg) => this.check(arg));
    const { functions } = this.#environment;
    if (node.target === undefined) {
      const overloads = functions.get(node.name.startsWith('.') ? node.name.slice(1) : node.name);
      return overloads === undefined
        ? this.#unknownFunction(node)
        : this.#resolve(node, overloads, args, false);
    }
    const prefix = qualifiedName(node.target);
    const name = prefix === undefined ? undefined : `${prefix}.${node.name}`;
    const namespaced = name === undefined ? undefined : functions.get(name);
    const shadowed = prefix !== undefined && this.#scope.has(prefix);
    if (name !== undefined && namespaced !== undefined && !shadowed) {
      this.#qualified.set(node, name);
      return this.#resolve(node, namespaced, args, false);
    }
    const target = this.check(node.target);
    const overloads = functions.get(node.name);
    if (overloads === undefined) return this.#unknownFunction(node);
    return this.#resolve(node, overloads, [target, ...args], true);
  }

  #unknownFunction(node: Extract<Expression, { kind: 'call' }>): CelType {
    return this.#issue(node.at, `undeclared reference to '${node.name}' (in container '')`);
  }

  #resolve(
    node: Extract<Expression, { kind: 'call' }>,
    overloads: readonly Overload[],
    args: readonly CelType[],
    member: boolean,
  ): CelType {
    let result: CelType | undefined;
    for (const overload of overloads) {
      const expected = argumentTypes(overload, args.length);
      if (overload.member !== member || expected === undefined) continue;
      const names = new Map<string, CelType>();
      const instantiate = (type: CelType): CelType => this.#instantiate(type, names);
      let known: Substitution | undefined = this.#known;
      for (const [index, arg] of args.entries()) {
        const to = expected[index];
        known = known && to && assign(known, instantiate(to), arg);
      }
      if (known === undefined) continue;
      this.#known = known;
      const yields = this.#resolved(instantiate(overload.result));
      if (result === undefined) result = yields;
      else if (!isDynamic(result) && !sameType(result, yields)) result = DYN;
    }
    if (result !== undefined) return result;
    const [target, ...others] = args.map((arg) => formatType(substitute(arg, this.#known, true)));
    const applied = member
      ? `${target}.(${others.join(', ')})`
      : `(${args.map((arg) => formatType(substitute(arg, this.#known, true))).join(', ')})`;
    const name = this.#qualified.get(node) ?? node.name;
    return this.#issue(node.at, `found no matching overload for '${name}' applied to '${applied}'`);
  }

  #instantiate(type: CelType, names: Map<string, CelType>): CelType {
    switch (type.kind) {
      case 'parameter': {
        const known = names.get(type.name) ?? this.#parameter();
        names.set(type.name, known);
        return known;
      }
      case 'list':
        return listOf(this.#instantiate(type.element, names));
      case 'map':
        return mapOf(this.#instantiate(type.key, names), this.#instantiate(type.value, names));
      case 'optional':
        return optionalOf(this.#instantiate(type.of, names));
      case 'type':
        return typeOf(this.#instantiate(type.of, names));
      default:
        return type;
    }
  }

  /** The type of what stands side by side in a literal: dyn where it differs; the validators look closer. */
  #join(previous: CelType | undefined, type: CelType): CelType {
    if (previous === undefined) return type;
    return this.#assign(previous, type) ? mostGeneral(previous, type) : DYN;
  }

  /** What an optional element or entry is about. */
  #unwrapped(value: Expression, type: CelType): CelType {
    const resolved = this.#resolved(type);
    if (resolved.kind === 'optional') return resolved.of;
    if (isDynamic(resolved)) return DYN;
    return this.#issue(
      value.at,
      `expected type 'optional_type(${formatType(resolved)})' but found '${formatType(resolved)}'`,
    );
  }

  #list(node: Extract<Expression, { kind: 'list' }>): CelType {
    let element: CelType | undefined;
    for (const [index, item] of node.elements.entries()) {
      const type = this.check(item);
      element = this.#join(element, node.optional.has(index) ? this.#unwrapped(item, type) : type);
    }
    return listOf(element ?? this.#parameter());
  }

  #map(node: Extract<Expression, { kind: 'map' }>): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of node.entries) {
      key = this.#join(key, this.check(entry.key));
      const type = this.check(entry.value);
      value = this.#join(value, entry.optional ? this.#unwrapped(entry.value, type) : type);
    }
    return mapOf(key ?? this.#parameter(), value ?? this.#parameter());
  }

  #message(node: Extract<Expression, { kind: 'message' }>): CelType {
    const type = this.#environment.types.get(node.name);
    if (type === undefined || type.kind !== 'object')
      return this.#issue(node.at, `undeclared reference to '${node.name}' (in container '')`);
    for (const { at, field, value, optional } of node.fields) {
      const found = type.fields.get(field);
      const given = this.check(value);
      if (found === undefined) this.#issue(at, `undefined field '${field}'`);
      else if (!this.#assign(found, optional ? this.#unwrapped(value, given) : given))
        this.#issue(
          at,
          `expected type of field '${field}' is '${formatType(found)}' but provided type is '${formatType(this.#resolved(given))}'`,
        );
    }
    return type;
  }

  #walk(node: Extract<Expression, { kind: 'walk' }>): CelType {
    const range = this.#resolved(this.check(node.range));
    const item = this.#itemOf(node, range);
    const variables: (readonly [string, CelType])[] =
      node.variables.length === 1
        ? [[node.variables[0] ?? '', range.kind === 'map' ? range.key : item]]
        : [
            [node.variables[0] ?? '', range.kind === 'map' ? range.key : range.kind === 'list' ? INT : DYN],
            [node.variables[1] ?? '', item],
          ];
    return this.#within(variables, () => {
      if (node.filter !== undefined) this.#predicate(node, this.check(node.filter), '_?_:_');
      return this.#walked(node, this.check(node.body), variables[0]?.[1] ?? DYN);
    });
  }

  #itemOf(node: Extract<Expression, { kind: 'walk' }>, range: CelType): CelType {
    if (range.kind === 'list') return range.element;
    if (range.kind === 'map') return range.value;
    if (range.kind === 'parameter') {
      this.#known = new Map([...this.#known, [range.name, DYN]]);
      return DYN;
    }
    if (range.kind === 'dyn' || range.kind === 'error') return DYN;
    return this.#issue(
      node.range.at,
      `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    );
  }

  #walked(node: Extract<Expression, { kind: 'walk' }>, body: CelType, first: CelType): CelType {
    switch (node.walk) {
      case 'all':
        this.#predicate(node, body, '_&&_');
        return BOOL;
      case 'exists':
        this.#predicate(node, body, '_||_');
        return BOOL;
      case 'exists_one':
        this.#predicate(node, body, '_?_:_');
        return BOOL;
      case 'filter':
        this.#predicate(node, body, '_?_:_');
        return listOf(first);
      case 'sortBy':
        return listOf(first);
      case 'map':
      case 'transformList':
        return listOf(body);
      case 'transformMap':
        return mapOf(node.variables.length === 2 && first.kind !== 'dyn' ? first : first, body);
      case 'transformMapEntry': {
        const entry = this.#resolved(body);
        return entry.kind === 'map' ? entry : mapOf(DYN, DYN);
      }
    }
  }

  /** A body that must be a bool; the message is that of the operator the macro stands for. */
  #predicate(node: Extract<Expression, { kind: 'walk' }>, type: CelType, operator: string): void {
    if (this.#assign(BOOL, type)) return;
    const found = formatType(this.#resolved(type));
    const applied = operator === '_?_:_' ? `${found}, dyn, dyn` : `bool, ${found}`;
    this.#issue(node.at, `found no matching overload for '${operator}' applied to '(${applied})'`);
  }

  #optMap(node: Extract<Expression, { kind: 'optMap' }>): CelType {
    const target = this.#resolved(this.check(node.target));
    if (target.kind !== 'optional' && !isDynamic(target))
      this.#issue(node.at, `found no matching overload for 'hasValue' applied to '${formatType(target)}.()'`);
    const inner = target.kind === 'optional' ? target.of : DYN;
    const body = this.#within([[node.variable, inner]], () => this.check(node.body));
    if (!node.flat) return optionalOf(body);
    const resolved = this.#resolved(body);
    if (resolved.kind === 'optional' || isDynamic(resolved)) return resolved;
    return this.#issue(
      node.at,
      `found no matching overload for '_?_:_' applied to '(bool, ${formatType(resolved)}, optional_type(dyn))'`,
    );
  }
}

function argumentTypes({ args, variadic }: Overload, count: number): readonly CelType[] | undefined {
  if (args.length === count) return args;
  const last = args.at(-1);
  if (variadic !== true || last === undefined || count < args.length) return undefined;
  return [...args, ...Array.from({ length: count - args.length }, () => last)];
}

function literalType({ value }: Extract<Expression, { kind: 'literal' }>): CelType {
  if (value === null) return NULL;
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'bigint') return INT;
  if (typeof value === 'number') return DOUBLE;
  if (typeof value === 'string') return STRING;
  return value instanceof CelUint ? UINT : BYTES;
}
