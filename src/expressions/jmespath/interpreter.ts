import type { Node } from './ast.ts';
import type { JmesPathEnvironment } from './environment.ts';
import type { Evaluator } from './functions/signature.ts';
import { functionCalls } from './parts.ts';
import {
  ExpRef,
  equalValues,
  Failure,
  GoInt,
  isFalse,
  isMap,
  type Outcome,
  sliceOf,
  sortedKeys,
  type Value,
} from './value.ts';

/** Bound of ours on evaluated nodes and collected elements: queries can multiply lists with each other. */
const MAX_STEPS = 5_000_000;

const TOO_LONG = new Failure('the expression takes too many steps to evaluate');

/** The error may be a missing key: then it counts as null. */
const forgive = (outcome: Outcome): Outcome =>
  outcome instanceof Failure && outcome.notFound ? null : outcome;

/** The name that a node carries. */
export const keyOf = (node: Node): string => (typeof node.value === 'string' ? node.value : '');

/** Walks a parsed expression over a value, with the semantics of Kyverno's go-jmespath (lifecycle I.1). */
export class Interpreter implements Evaluator {
  readonly environment: JmesPathEnvironment;
  /** Whether a Go type may be in the result, so that it must be converted to JSON. */
  sawGoType = false;
  /** Whether the query built lists or maps, which may hold the same value many times. */
  built = false;
  private steps = 0;

  constructor(environment: JmesPathEnvironment) {
    this.environment = environment;
  }

  /** Counts work; true once there was too much. */
  spend(steps: number): boolean {
    this.steps += steps;
    return this.steps > MAX_STEPS;
  }

  evaluate(node: Node, value: Value): Outcome {
    if (this.spend(1)) return TOO_LONG;
    switch (node.kind) {
      case 'Field':
        return this.field(keyOf(node), value);
      case 'Subexpression':
      case 'IndexExpression': {
        const left = this.child(node, 0, value);
        return left instanceof Failure ? left : this.child(node, 1, left);
      }
      case 'Identity':
      case 'CurrentNode':
        return value;
      case 'Literal':
        return node.value;
      case 'Comparator':
        return this.compare(node, value);
      case 'FunctionExpression':
        return this.call(node, value);
      case 'ExpRef':
        this.sawGoType = true;
        return new ExpRef(node.children[0] ?? node);
      case 'Index':
        return this.index(Number(node.value), value);
      case 'Slice':
        return this.slice(node, value);
      case 'Flatten':
        return this.flatten(node, value);
      case 'Projection':
        return this.project(node, value);
      case 'FilterProjection':
        return this.filter(node, value);
      case 'ValueProjection':
        return this.projectValues(node, value);
      case 'MultiSelectList':
        return value === null ? null : this.list(node, value);
      case 'MultiSelectHash':
        return value === null ? null : this.hash(node, value);
      case 'KeyValPair':
        return this.child(node, 0, value);
      case 'OrExpression': {
        const left = forgive(this.child(node, 0, value));
        return left instanceof Failure || !isFalse(left) ? left : forgive(this.child(node, 1, value));
      }
      case 'AndExpression': {
        const left = forgive(this.child(node, 0, value));
        return left instanceof Failure || isFalse(left) ? left : this.child(node, 1, value);
      }
      case 'NotExpression': {
        const inner = forgive(this.child(node, 0, value));
        return inner instanceof Failure ? inner : isFalse(inner);
      }
      case 'Pipe': {
        const left = forgive(this.child(node, 0, value));
        return left instanceof Failure ? left : forgive(this.child(node, 1, left));
      }
      default:
        return new Failure(`Unknown AST node: AST${node.kind}`);
    }
  }

  protected child(node: Node, position: number, value: Value): Outcome {
    const child = node.children[position];
    return child ? this.evaluate(child, value) : null;
  }

  protected field(key: string, value: Value): Outcome {
    if (!isMap(value)) return null;
    const found = Object.hasOwn(value, key) ? value[key] : undefined;
    if (found === undefined) return new Failure(`Unknown key "${key}" in path`, true);
    if (found instanceof GoInt) this.sawGoType = true;
    return found;
  }

  private compare(node: Node, value: Value): Outcome {
    const left = forgive(this.child(node, 0, value));
    if (left instanceof Failure) return left;
    const right = forgive(this.child(node, 1, value));
    if (right instanceof Failure) return right;
    if (node.value === 'tEQ') return equalValues(left, right);
    if (node.value === 'tNE') return !equalValues(left, right);
    if (typeof left !== 'number' || typeof right !== 'number') return null;
    switch (node.value) {
      case 'tGT':
        return left > right;
      case 'tGTE':
        return left >= right;
      case 'tLT':
        return left < right;
      default:
        return left <= right;
    }
  }

  protected call(node: Node, value: Value): Outcome {
    const values: Value[] = [];
    for (const child of node.children) {
      const outcome = forgive(this.evaluate(child, value));
      if (outcome instanceof Failure) return outcome;
      values.push(outcome);
    }
    this.built = true;
    return functionCalls.get().callFunction(keyOf(node), values, this);
  }

  private index(index: number, value: Value): Value {
    const list = sliceOf(value);
    if (!list) return null;
    return list[index < 0 ? index + list.length : index] ?? null;
  }

  protected slice(node: Node, value: Value): Outcome {
    const list = sliceOf(value);
    if (!list) return null;
    const [start, stop, step] = Array.isArray(node.value) ? node.value : [];
    return takeSlice(list, numberOf(start), numberOf(stop), numberOf(step));
  }

  private flatten(node: Node, value: Value): Outcome {
    const left = this.child(node, 0, value);
    const list = left instanceof Failure ? undefined : sliceOf(left);
    if (!list) return null;
    const flattened: Value[] = [];
    for (const element of list) {
      const inner = sliceOf(element);
      if (this.spend(inner ? inner.length : 1)) return TOO_LONG;
      if (inner) for (const item of inner) flattened.push(item);
      else flattened.push(element);
    }
    return flattened;
  }

  /** Evaluates the right side on each element and keeps what is not null. */
  protected collect(node: Node, elements: readonly Value[]): Outcome {
    const collected: Value[] = [];
    for (const element of elements) {
      const current = forgive(this.child(node, 1, element));
      if (current instanceof Failure) return current;
      if (current !== null) collected.push(current);
    }
    return collected;
  }

  protected project(node: Node, value: Value): Outcome {
    const left = forgive(this.child(node, 0, value));
    if (left instanceof Failure) return left;
    const list = sliceOf(left);
    return list ? this.collect(node, list) : null;
  }

  private filter(node: Node, value: Value): Outcome {
    const left = this.child(node, 0, value);
    const list = left instanceof Failure ? undefined : sliceOf(left);
    if (!list) return null;
    const kept: Value[] = [];
    for (const element of list) {
      const holds = forgive(this.child(node, 2, element));
      if (holds instanceof Failure) return holds;
      if (isFalse(holds)) continue;
      const current = forgive(this.child(node, 1, element));
      if (current instanceof Failure) return current;
      if (current !== null) kept.push(current);
    }
    return kept;
  }

  /** go-jmespath puts one null a key in front of the values; the right side sees them. */
  protected projectValues(node: Node, value: Value): Outcome {
    const left = this.child(node, 0, value);
    if (left instanceof Failure || !isMap(left)) return null;
    const keys = sortedKeys(left);
    return this.collect(node, [...keys.map(() => null), ...keys.map((key) => left[key] ?? null)]);
  }

  protected list(node: Node, value: Value): Outcome {
    this.built = true;
    const collected: Value[] = [];
    for (const child of node.children) {
      const current = forgive(this.evaluate(child, value));
      if (current instanceof Failure) return current;
      collected.push(current);
    }
    return collected;
  }

  protected hash(node: Node, value: Value): Outcome {
    this.built = true;
    const entries: [string, Value][] = [];
    for (const child of node.children) {
      const current = forgive(this.evaluate(child, value));
      if (current instanceof Failure) return current;
      entries.push([keyOf(child), current]);
    }
    return Object.fromEntries(entries);
  }
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

function capIndex(length: number, index: number, step: number): number {
  if (index < 0) {
    const fromEnd = index + length;
    return fromEnd >= 0 ? fromEnd : step < 0 ? -1 : 0;
  }
  if (index < length) return index;
  return step < 0 ? length - 1 : length;
}

/** `[start:stop:step]`, as in Python. */
export function takeSlice(
  list: readonly Value[],
  from: number | undefined,
  to: number | undefined,
  by: number | undefined,
): Outcome {
  const step = by ?? 1;
  if (step === 0) return new Failure('Invalid slice, step cannot be 0');
  const { length } = list;
  const start = from === undefined ? (step < 0 ? length - 1 : 0) : capIndex(length, from, step);
  const stop = to === undefined ? (step < 0 ? -1 : length) : capIndex(length, to, step);
  const taken: Value[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) taken.push(list[i] ?? null);
  return taken;
}
