import type { Json, PathSegment } from '../../../src/index.ts';
import { get, getString } from '../../../src/index.ts';
import { type CaretPlace, caretPlace } from './caret-place.ts';
import type { KnownKind, SchemaLibrary } from './library.ts';
import { resolve, type Schema, typeText } from './schema.ts';
import { anchorOf, placeAt, type SchemaPlace, withoutAnchor } from './schema-place.ts';
import { fieldSnippet, kindSnippet, plainText, scalarText } from './snippets.ts';

/** Something to put at the caret. `insert` is a snippet: `$1` and `${1:word}` are places to fill in. */
export interface Completion {
  readonly label: string;
  readonly kind: 'field' | 'value' | 'kind' | 'structure';
  readonly insert: string;
  /** What is replaced, in the file. */
  readonly start: number;
  readonly end: number;
  /** Type and whether it is required, in a few words. */
  readonly detail: string;
  /** Markdown. */
  readonly documentation: string;
  /** Sorts among its neighbours; smaller is earlier. */
  readonly rank: number;
  readonly deprecated: boolean;
  /** Values can be offered right after this one. */
  readonly goesOn: boolean;
  /** A change elsewhere that belongs to it. */
  readonly also?: { readonly start: number; readonly end: number; readonly text: string };
}

/** What can be put at an offset of a file. Pure: the same text and library give the same list. */
export function completionsAt(text: string, offset: number, library: SchemaLibrary): readonly Completion[] {
  const caret = caretPlace(text, offset);
  if (caret === undefined) return [];
  const place = placeAt(caret.root, caret.path, library);
  switch (caret.part) {
    case 'key':
      return keys(caret, place, library);
    case 'value':
      return values(caret, place, library, text);
    case 'either':
      return either(caret, place, library, text);
  }
}

/** An empty place behind a key or a dash: fields of a map, the dash of a list, or values. */
function either(
  caret: CaretPlace,
  place: SchemaPlace,
  library: SchemaLibrary,
  text: string,
): readonly Completion[] {
  const found = [...keys(caret, place, library), ...values(caret, place, library, text)];
  const list = place.schemas.find(({ type }) => type === 'array');
  if (list === undefined || caret.isFlow || caret.typed !== '') return found;
  return [...found, listItem(caret, list, library)];
}

function listItem(caret: CaretPlace, list: Schema, library: SchemaLibrary): Completion {
  const item = list.items === undefined ? undefined : resolve(list.items, library.definitions);
  const body = item === undefined ? '$0' : fieldSnippet(item, library.definitions, caret.column + 2);
  return {
    ...base(caret),
    label: '- item',
    kind: 'structure',
    insert: `- ${body.replace(/^\s+/, '')}`,
    detail: `an item of the ${typeText(list, library.definitions)}`,
    documentation: list.description ?? '',
    rank: 0,
    goesOn: item !== undefined && isAskedFor(item, library),
  };
}

const base = (caret: CaretPlace) => ({ start: caret.start, end: caret.end, deprecated: false });

function keys(caret: CaretPlace, place: SchemaPlace, library: SchemaLibrary): readonly Completion[] {
  const anchor = place.mode === 'pattern' ? anchorOf(caret.typed) : '';
  const present = new Set(caret.present.map(place.mode === 'pattern' ? withoutAnchor : String));
  const isRoot = caret.path.length === 0;
  const fields = new Map<string, Completion>();
  for (const schema of isRoot && place.schemas.length === 0 ? [UNKNOWN_OBJECT] : place.schemas)
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      if (present.has(name) || fields.has(name)) continue;
      const isRequired = schema.required?.includes(name) === true && place.mode === 'object';
      fields.set(name, fieldCompletion(caret, name, field, { isRequired, anchor, library }));
    }
  const kinds =
    isRoot && !present.has('kind') && !present.has('apiVersion') ? structures(caret, library) : [];
  return [...fields.values(), ...kinds];
}

/** What every object has, whatever its kind. */
const UNKNOWN_OBJECT: Schema = {
  required: ['apiVersion', 'kind', 'metadata'],
  properties: {
    apiVersion: {
      type: 'string',
      description: 'Group and version of the kind: `v1`, `apps/v1`, `kyverno.io/v1`.',
    },
    kind: { type: 'string', description: 'What the document is: `Pod`, `ClusterPolicy`.' },
    metadata: { type: 'object', description: 'Name, namespace, labels and annotations.' },
  },
};

function fieldCompletion(
  caret: CaretPlace,
  name: string,
  field: Schema,
  {
    isRequired,
    anchor,
    library,
  }: { readonly isRequired: boolean; readonly anchor: string; readonly library: SchemaLibrary },
): Completion {
  const schema = resolve(field, library.definitions);
  const key = `${anchor}${scalarText(name)}${anchor === '' ? '' : ')'}`;
  const value = caret.hasColon
    ? ''
    : `:${caret.isFlow ? ' $0' : fieldSnippet(schema, library.definitions, caret.column + 2)}`;
  const type = typeText(schema, library.definitions);
  return {
    ...base(caret),
    label: anchor === '' ? name : `${anchor}${name})`,
    kind: 'field',
    insert: `${plainText(key)}${value}`,
    detail: isRequired ? `${type}, required` : type,
    documentation: schema.description ?? '',
    rank: (isRequired ? 0 : 2) + (schema.deprecated === true ? 2 : 0),
    deprecated: schema.deprecated === true,
    goesOn: !caret.hasColon && !caret.isFlow && isAskedFor(schema, library),
  };
}

/** Whether there is something to choose where a field's value begins. */
function isAskedFor(schema: Schema, library: SchemaLibrary): boolean {
  if (schema.type === 'boolean' || schema['x-offer'] !== undefined) return true;
  if (schema.type === 'array') {
    const items = schema.items === undefined ? undefined : resolve(schema.items, library.definitions);
    return items !== undefined && items.type !== 'array' && isAskedFor(items, library);
  }
  if (schema.type === 'object')
    return schema.properties !== undefined && (schema.required ?? []).length === 0;
  return (schema.enum ?? []).length > 1;
}

/** Whole documents, one for each kind. */
function structures(caret: CaretPlace, library: SchemaLibrary): readonly Completion[] {
  if (caret.isFlow || caret.hasColon) return [];
  return library.kinds().map(({ apiVersion, kind }) => ({
    ...base(caret),
    label: kind,
    kind: 'structure' as const,
    insert: kindSnippet(apiVersion, kind, library),
    detail: apiVersion,
    documentation: '',
    rank: 3,
    goesOn: false,
  }));
}

function values(
  caret: CaretPlace,
  place: SchemaPlace,
  library: SchemaLibrary,
  text: string,
): readonly Completion[] {
  if (caret.hasColon) return [];
  const last = caret.path.at(-1);
  const isRoot = caret.path.length === 1;
  if (isRoot && last === 'kind') return kindValues(caret, library, text);
  if (isRoot && last === 'apiVersion') return apiVersionValues(caret, library);
  const named = kindsWanted(caret, place) ? kindNames(caret, library) : [];
  const found = new Map<string, Completion>(named.map((one) => [one.label, one]));
  for (const schema of place.schemas)
    for (const value of offeredValues(schema)) {
      const label = String(value);
      if (!found.has(label)) found.set(label, valueCompletion(caret, value, schema));
    }
  return [...found.values()];
}

function offeredValues(schema: Schema): readonly Json[] {
  if (schema.enum !== undefined) return schema.enum;
  if (schema.type === 'boolean') return [true, false];
  const { default: fallback } = schema;
  return fallback === undefined || typeof fallback === 'object' ? [] : [fallback];
}

function valueCompletion(caret: CaretPlace, value: Json, schema: Schema): Completion {
  const isDefault = schema.default === value;
  return {
    ...base(caret),
    label: String(value),
    kind: 'value',
    insert: valueText(caret, value),
    detail: isDefault ? 'default' : '',
    documentation: valueDoc(schema.description ?? '', String(value)),
    rank: isDefault ? 0 : 1,
    goesOn: false,
  };
}

function valueText(caret: CaretPlace, value: Json): string {
  const text = caret.isQuoted ? String(value) : scalarText(value);
  return `${caret.needsBlank ? ' ' : ''}${plainText(text)}`;
}

/** What Kubernetes says of one value of an enum, if it lists them. */
function valueDoc(description: string, value: string): string {
  const line = description.split('\n').find((one) => one.trimStart().startsWith(`- \`"${value}"\``));
  return line?.trim().replace(/^- /, '') ?? description;
}

function kindValues(caret: CaretPlace, library: SchemaLibrary, text: string): readonly Completion[] {
  const written = getString(caret.root, 'apiVersion');
  const versions = new Map<string, KnownKind[]>();
  for (const known of library.kinds()) versions.set(known.kind, [...(versions.get(known.kind) ?? []), known]);
  return [...versions].map(([kind, list]) => {
    const known = list.find(({ apiVersion }) => apiVersion === written) ?? list.at(-1);
    const apiVersion = known?.apiVersion ?? '';
    const also = apiVersion === written ? undefined : apiVersionEdit(caret, apiVersion, text);
    return {
      ...base(caret),
      label: kind,
      kind: 'kind' as const,
      insert: valueText(caret, kind),
      detail: list.map((one) => one.apiVersion).join(', '),
      documentation: '',
      rank: apiVersion === written ? 0 : 1,
      goesOn: false,
      ...(also === undefined ? {} : { also }),
    };
  });
}

/** Puts the kind's apiVersion into the document: before `kind`, or in the place of another. */
function apiVersionEdit(caret: CaretPlace, apiVersion: string, text: string): Completion['also'] {
  if (caret.isFlow) return undefined;
  const lineStart = text.lastIndexOf('\n', caret.start - 1) + 1;
  if (get(caret.root, 'apiVersion') === undefined)
    return /^kind\s*:/.test(text.slice(lineStart))
      ? { start: lineStart, end: lineStart, text: `apiVersion: ${apiVersion}\n` }
      : undefined;
  const present = /^apiVersion:[ \t]*([^\n#]*)/m.exec(text.slice(caret.documentStart));
  if (present === null || present[1] === undefined) return undefined;
  const start = caret.documentStart + present.index;
  const end = start + present[0].trimEnd().length;
  return end <= lineStart || start > caret.end
    ? { start, end, text: `apiVersion: ${apiVersion}` }
    : undefined;
}

function apiVersionValues(caret: CaretPlace, library: SchemaLibrary): readonly Completion[] {
  const kind = getString(caret.root, 'kind') ?? '';
  const all = library.kinds();
  const fitting = all.filter((one) => one.kind === kind);
  const list = [...new Set((fitting.length > 0 ? fitting : all).map(({ apiVersion }) => apiVersion))];
  return list.map((apiVersion) => ({
    ...base(caret),
    label: apiVersion,
    kind: 'value' as const,
    insert: valueText(caret, apiVersion),
    detail: fitting.length > 0 ? kind : '',
    documentation: '',
    rank: 1,
    goesOn: false,
  }));
}

/** Whether a place takes the name of a kind: `match` and `exclude` of a rule, and whoever names an object. */
function kindsWanted({ root, path }: CaretPlace, place: SchemaPlace): boolean {
  const [last, before] = [path.at(-1), path.at(-2)];
  if (place.schemas.some((schema) => schema['x-offer']?.includes('kinds') === true)) return true;
  if (place.schemas.every(({ type }) => type !== 'string') || path[0] !== 'spec') return false;
  if (typeof last === 'number') return before === 'kinds';
  return last === 'kind' && isReference(root, path);
}

/** `kind` beside `name`, as in `generate`, `targets`, `watch` and `require`. */
function isReference(root: Json, path: readonly PathSegment[]): boolean {
  return path.length > 2 && getString(root, 'apiVersion') !== undefined;
}

function kindNames(caret: CaretPlace, library: SchemaLibrary): readonly Completion[] {
  const versions = new Map<string, string[]>();
  for (const { kind, apiVersion, origin } of library.kinds())
    if (origin !== 'file') versions.set(kind, [...(versions.get(kind) ?? []), apiVersion]);
  return [...versions].map(([kind, list]) => ({
    ...base(caret),
    label: kind,
    kind: 'kind' as const,
    insert: valueText(caret, kind),
    detail: list.join(', '),
    documentation: '',
    rank: COMMON.has(kind) ? 0 : 1,
    goesOn: false,
  }));
}

const COMMON: ReadonlySet<string> = new Set([
  'Pod',
  'Deployment',
  'Namespace',
  'ConfigMap',
  'Secret',
  'Service',
]);
