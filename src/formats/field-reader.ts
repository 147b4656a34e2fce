import type { Json, JsonObject, PathSegment } from '../base/json.ts';
import { isObject, setKey } from '../base/json.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';

export type FieldPath = readonly PathSegment[];

/** A value and where it stands. */
export interface Field {
  readonly value: Json;
  readonly path: FieldPath;
}

/** The fields of an object by the names that are known; null counts as absent, as for Go's decoder. */
export type Fields<Name extends string> = { readonly [name in Name]?: Field };

/**
 * Reads an object as Go's strict decoder does: names in any case, the exact spelling first; a name that is not known and a
 * value of another type are said, with the place, and left out.
 */
export class FieldReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #document: ManifestDocument;
  readonly #code: string;

  constructor(document: ManifestDocument, code: string) {
    this.#document = document;
    this.#code = code;
  }

  fields<Name extends string>(field: Field, known: readonly Name[]): Fields<Name> {
    const object = this.object(field);
    const found: { [name in Name]?: Field } = {};
    const exact = new Set<string>();
    for (const [key, value] of Object.entries(object ?? {})) {
      const path = [...field.path, key];
      const name =
        known.find((candidate) => candidate === key) ??
        known.find((candidate) => candidate.toLowerCase() === key.toLowerCase());
      if (name === undefined) this.say(path, `Unknown field "${key}"; known are ${known.join(', ')}.`);
      else if (!exact.has(name)) {
        if (value !== null) found[name] = { value, path };
        if (name === key) exact.add(name);
      }
    }
    return found;
  }

  object(field: Field | undefined): JsonObject | undefined {
    if (field === undefined || isObject(field.value)) return field?.value as JsonObject | undefined;
    return this.#mismatch(field, 'an object');
  }

  /** The items of a list with their places; null items are left out. */
  items(field: Field | undefined): readonly Field[] {
    if (field === undefined) return [];
    const { value, path } = field;
    if (!Array.isArray(value)) return this.#mismatch(field, 'a list') ?? [];
    return value.flatMap((item: Json, at) => (item === null ? [] : [{ value: item, path: [...path, at] }]));
  }

  /** A text; empty where there is none. */
  text(field: Field | undefined): string {
    if (field === undefined || typeof field.value === 'string') return (field?.value as string) ?? '';
    return this.#mismatch(field, 'a string') ?? '';
  }

  texts(field: Field | undefined): { readonly [key: string]: string } {
    const texts: Record<string, string> = {};
    for (const [key, value] of Object.entries(this.object(field) ?? {})) {
      if (typeof value === 'string') setKey(texts, key, value);
      else if (value !== null) this.#mismatch({ value, path: [...(field?.path ?? []), key] }, 'a string');
    }
    return texts;
  }

  integer(field: Field | undefined): number | undefined {
    if (field === undefined || (typeof field.value === 'number' && Number.isInteger(field.value)))
      return field?.value as number | undefined;
    return this.#mismatch(field, 'an integer');
  }

  /** Something wrong at a place of the document; the nearest place that exists is shown. */
  say(path: FieldPath, message: string, hint?: string): void {
    this.diagnostics.push({
      code: this.#code,
      severity: 'error',
      message,
      ...(hint === undefined ? {} : { hint }),
      location: this.#document.locate(path, 'key'),
    });
  }

  #mismatch({ path }: Field, wanted: string): undefined {
    this.say(path, `\`${path.join('.')}\` is ${wanted}.`);
    return undefined;
  }
}
