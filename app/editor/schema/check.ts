import {
  type Diagnostic,
  isObject,
  type Json,
  type ManifestDocument,
  nearest,
  type PathSegment,
  type TextFix,
} from '../../../src/index.ts';
import type { SchemaLibrary } from './library.ts';
import { isOpen, type Schema } from './schema.ts';
import { rootPlace, type SchemaPlace, stepInto, withoutAnchor } from './schema-place.ts';
import { boundProblem, isOfType, typeProblem } from './value-checks.ts';

/** A document can be wrong in so many places that nobody reads them all. */
const MAX_FOUND = 60;
const MAX_DEPTH = 120;

/**
 * What a document's schema has against it. A CRD's words are the API server's; fields that a built-in kind does not have are
 * a warning, since clients other than kubectl get them dropped with a warning only. In patterns and patches only what looks
 * like a misspelling is told, as advice: Kyverno takes any key.
 */
export function checkDocument(document: ManifestDocument, library: SchemaLibrary): readonly Diagnostic[] {
  const checker = new Checker(document, library);
  checker.check(document.value, rootPlace(document.value, library), []);
  return checker.found;
}

class Checker {
  readonly found: Diagnostic[] = [];
  readonly #document: ManifestDocument;
  readonly #library: SchemaLibrary;
  /** Who reads the object that is being looked at. */
  #origin: SchemaPlace['origin'] = 'file';

  constructor(document: ManifestDocument, library: SchemaLibrary) {
    this.#document = document;
    this.#library = library;
  }

  check(value: Json, place: SchemaPlace, path: readonly PathSegment[]): void {
    if (this.found.length >= MAX_FOUND || path.length > MAX_DEPTH || value === null) return;
    // Whoever writes a status, it is the controllers' business; the server drops it on creation.
    if (path.length === 1 && path[0] === 'status') return;
    const [schema, ...others] = place.schemas;
    if (place.mode === 'pattern') this.#pattern(value, place, path);
    else if (schema !== undefined && others.length === 0 && place.mode !== 'free' && place.origin !== 'file')
      this.#value(value, schema, place, path);
    else this.#inside(value, place, path);
  }

  #value(value: Json, schema: Schema, place: SchemaPlace, path: readonly PathSegment[]): void {
    if (isComputed(value, place)) return;
    this.#origin = place.origin;
    if (!isOfType(value, schema)) {
      if (schema['x-lax'] !== true) this.#wrongType(value, schema, place, path);
      return;
    }
    if (isObject(value)) this.#fields(value, schema, place, path);
    else if (!Array.isArray(value)) this.#scalar(value, schema, place, path);
    this.#inside(value, place, path);
  }

  #inside(value: Json, place: SchemaPlace, path: readonly PathSegment[]): void {
    const step = (item: Json, key: PathSegment): void => {
      if (typeof item !== 'object' && place.schemas.length === 0) return;
      const inner = [...path, key];
      this.check(item, stepInto(place, this.#document.value, inner, this.#library), inner);
    };
    if (Array.isArray(value)) value.forEach(step);
    else if (isObject(value)) for (const [key, item] of Object.entries(value)) step(item, key);
  }

  #fields(value: Json, schema: Schema, place: SchemaPlace, path: readonly PathSegment[]): void {
    const keys = Object.keys(value ?? {});
    const known = Object.keys(schema.properties ?? {});
    if (!isOpen(schema) && typeof schema.additionalProperties !== 'object')
      for (const key of keys)
        if (!known.includes(key) && !isComputed(key, place) && !isExpression(key))
          this.#unknown(key, known, place, path);
    if (place.mode !== 'object') return;
    for (const name of schema.required ?? [])
      if (!keys.includes(name) && !isDefaulted(name, schema)) this.#missing(name, place, path);
  }

  #unknown(key: string, known: readonly string[], place: SchemaPlace, path: readonly PathSegment[]): void {
    const suggestion = nearest(key, known);
    const isCustom = place.origin === 'custom' && place.mode === 'object';
    const fact = isCustom
      ? ''
      : 'kubectl refuses such a field; other clients get a warning, and it is dropped.';
    this.#say('unknown-field', [...path, key], 'key', {
      severity: isCustom ? 'refused' : 'warning',
      message: `unknown field "${formatPath([...path, key])}"`,
      hint: [suggestion === undefined ? '' : `Did you mean ${suggestion}?`, fact]
        .filter((text) => text !== '')
        .join(' '),
      note: suggestion === undefined ? 'no such field' : `${suggestion}?`,
      suggestion,
    });
  }

  #missing(name: string, place: SchemaPlace, path: readonly PathSegment[]): void {
    const isCustom = place.origin === 'custom';
    this.#say('required', path, 'key', {
      severity: isCustom ? 'refused' : 'warning',
      message: `${formatPath([...path, name])}: Required value`,
      hint: '',
      note: `${name} is missing`,
    });
  }

  #wrongType(value: Json, schema: Schema, place: SchemaPlace, path: readonly PathSegment[]): void {
    this.#say('type', path, 'value', {
      severity: place.mode === 'data' ? 'warning' : 'refused',
      ...typeProblem(value, schema, formatPath(path), place.origin === 'custom'),
    });
  }

  #scalar(value: Json, schema: Schema, place: SchemaPlace, path: readonly PathSegment[]): void {
    // What is generated says its kind beside `data`; here it may be another's, which Kyverno tells.
    if (place.mode === 'data' && (path.at(-1) === 'kind' || path.at(-1) === 'apiVersion')) return;
    const problem = boundProblem(value, schema, formatPath(path));
    if (problem === undefined) return;
    this.#say(problem.code, path, 'value', {
      severity: place.mode === 'data' ? 'warning' : 'refused',
      ...problem,
      suggestion: problem.suggestion,
    });
  }

  /** A pattern may have any key; one that none of the matched kinds has, and that is nearly one they have, is told. */
  #pattern(value: Json, place: SchemaPlace, path: readonly PathSegment[]): void {
    const objects = place.schemas.filter(({ type }) => type === 'object');
    const isKnown = objects.length > 0 && objects.length === place.schemas.length;
    if (
      isObject(value) &&
      isKnown &&
      objects.every((schema) => !isOpen(schema) && typeof schema.additionalProperties !== 'object')
    ) {
      const known = [...new Set(objects.flatMap((schema) => Object.keys(schema.properties ?? {})))];
      for (const key of Object.keys(value)) {
        const name = withoutAnchor(key);
        const suggestion = known.includes(name) || !/^\w{4,}$/.test(name) ? undefined : nearest(name, known);
        if (suggestion === undefined) continue;
        this.#say('pattern-field', [...path, key], 'key', {
          severity: 'advice',
          message: `None of the matched kinds has a field ${name} here.`,
          hint: `Did you mean ${suggestion}?`,
          note: `${suggestion}?`,
          suggestion: key.replace(name, suggestion),
        });
      }
    }
    this.#inside(value, place, path);
  }

  #say(
    code: string,
    path: readonly PathSegment[],
    part: 'key' | 'value',
    problem: Pick<Diagnostic, 'severity' | 'message'> & {
      readonly hint: string;
      readonly note: string;
      readonly suggestion?: string | undefined;
    },
  ): void {
    if (this.found.length >= MAX_FOUND) return;
    const { suggestion, severity, message, note } = problem;
    // The simulation decodes built-in kinds less strictly than a real API server.
    const kept =
      severity === 'refused' && this.#origin === 'built-in' ? 'The simulation takes it all the same.' : '';
    const hint = [problem.hint, kept].filter((text) => text !== '').join(' ');
    const location = this.#document.locate(path, part);
    const fix: TextFix | undefined =
      suggestion === undefined
        ? undefined
        : {
            title: `Change to ${suggestion}`,
            edits: [{ file: this.#document.file, range: location.range, text: suggestion }],
          };
    this.found.push({
      code: `schema-${code}`,
      severity,
      message,
      note,
      location,
      ...(hint === '' ? {} : { hint }),
      ...(fix === undefined ? {} : { fix }),
    });
  }
}

/** A value that is put together when the rule runs. */
function isComputed(value: Json, { hasVariables }: SchemaPlace): boolean {
  return hasVariables && typeof value === 'string' && /\{\{|\$\(/.test(value);
}

/** Chainsaw's and json-kyverno's expressions stand in parentheses. */
const isExpression = (key: string): boolean => /^\(.*\)$/.test(key) || key.startsWith('~');

/** Required in the OpenAPI document, and yet filled in by the server. */
const DEFAULTED: ReadonlySet<string> = new Set([
  'apiGroup',
  'selector',
  'podSelector',
  'rules',
  'metadata',
  'conditions',
]);

const isDefaulted = (name: string, schema: Schema): boolean =>
  DEFAULTED.has(name) || schema.properties?.[name]?.default !== undefined;

/** `spec.rules[0].name`, as the API server prints paths. */
export function formatPath(path: readonly PathSegment[]): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`))
    .join('');
}
