import { isObject, type Json } from '../../base/json.ts';

/** What an assertion tree found wrong at one place (apimachinery's field.Error). */
export interface AssertionError {
  readonly type: 'Invalid value' | 'Required value' | 'Internal error';
  /** `spec.containers[0].image`; `<nil>` for the value as a whole. */
  readonly path: string;
  /** The value there; absent where there is none to show. */
  readonly value?: Json;
  readonly detail: string;
}

/** Where in the value an assertion is. Keys are written as in the tree, expressions and all. */
export class AssertionPath {
  static readonly root = new AssertionPath('');
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  child(key: string): AssertionPath {
    return new AssertionPath(this.text === '' ? key : `${this.text}.${key}`);
  }

  at(index: number | string): AssertionPath {
    return new AssertionPath(`${this.text}[${index}]`);
  }

  toString(): string {
    return this.text === '' ? '<nil>' : this.text;
  }
}

export const invalid = (path: AssertionPath, value: Json, detail: string): AssertionError => ({
  type: 'Invalid value',
  path: path.toString(),
  value,
  detail,
});

export const required = (path: AssertionPath, detail: string): AssertionError => ({
  type: 'Required value',
  path: path.toString(),
  detail,
});

export const internal = (path: AssertionPath, detail: string): AssertionError => ({
  type: 'Internal error',
  path: path.toString(),
  detail,
});

/** An error as Go prints it: `spec.replicas: Invalid value: 2: Expected value: 3`. */
export function formatAssertionError({ type, path, value, detail }: AssertionError): string {
  const shown = type === 'Invalid value' && value !== undefined ? `${type}: ${printValue(value)}` : type;
  return `${path}: ${shown}${detail === '' ? '' : `: ${detail}`}`;
}

/** Null counts as the text `null`; lists and maps are printed as JSON, keys sorted. */
function printValue(value: Json): string {
  if (value === null) return '"null"';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(sortKeys(value));
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, item]) => [key, sortKeys(item)]),
  );
}

/** `Expected value: …` (core/assertion): lists and maps in Go's own notation. */
export function expectedText(value: Json): string {
  return `Expected value: ${typeof value === 'string' ? JSON.stringify(value) : goSyntax(value)}`;
}

/** A value as Go's `%#v` prints it. */
function goSyntax(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goElement).join(', ')}}`;
  if (!isObject(value)) return String(value);
  const pairs = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${goElement(item)}`);
  return `map[string]interface {}{${pairs.join(', ')}}`;
}

const goElement = (value: Json): string =>
  value === null ? 'interface {}(nil)' : typeof value === 'string' ? JSON.stringify(value) : goSyntax(value);
