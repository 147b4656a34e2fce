import type { Json, JsonObject } from '../base/json.ts';
import { getPath, isObject, setKey } from '../base/json.ts';
import type { ApiCallResponse, GlobalContextMock } from '../kyverno/mocks.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { type Field, type FieldPath, FieldReader } from './field-reader.ts';
import { type FileLookup, readApiCallResponses, readGlobalContextMocks } from './mock-entries.ts';

/** A resource's kind as the CLI's `subresources` name it (an APIResource of discovery). */
export interface CliResourceKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, with `/subresource` for a subresource. */
  readonly name: string;
  readonly namespaced: boolean;
}

export interface CliRuleValues {
  readonly name: string;
  /** Dotted paths into the JSON context, and what stands there. */
  readonly values: JsonObject;
  /** Lists, one item for each element of a foreach. */
  readonly foreachValues: { readonly [path: string]: readonly Json[] };
}

export interface CliPolicyValues {
  readonly name: string;
  readonly resources: readonly { readonly name: string; readonly values: JsonObject }[];
  readonly rules: readonly CliRuleValues[];
}

/** Values of the Kyverno CLI (kind Values of cli.kyverno.io/v1alpha1, or the `values` of a Test); semantics.md 5.3. */
export interface CliValues {
  readonly globalValues: JsonObject;
  readonly policies: readonly CliPolicyValues[];
  readonly namespaceSelector: readonly {
    readonly name: string;
    readonly labels: { readonly [key: string]: string };
  }[];
  /** Namespace objects; they win over `namespaceSelector`. */
  readonly namespaces: readonly JsonObject[];
  readonly subresources: readonly {
    readonly subresource: CliResourceKind;
    readonly parentResource: CliResourceKind;
  }[];
  readonly apiCallResponses: readonly ApiCallResponse[];
  readonly globalContextEntries: readonly GlobalContextMock[];
}

export { isValuesFile } from './cli-kinds.ts';

const VALUES_FIELDS = [
  'globalValues',
  'policies',
  'namespaceSelector',
  'namespaces',
  'subresources',
  'apiCallResponses',
  'globalContextEntries',
] as const;

/**
 * Reads values from a file of their own (`at` empty) or from within another document, such as the `values` of a Test. What the
 * CLI's strict decoder refuses is an error at its place; the rest is read nevertheless.
 */
export function readValuesFile(
  document: ManifestDocument,
  at: FieldPath = [],
  lookup: FileLookup = () => undefined,
): { readonly values: CliValues; readonly diagnostics: readonly Diagnostic[] } {
  const reader = new FieldReader(document, 'cli-values');
  const known =
    at.length === 0 ? ([...VALUES_FIELDS, 'apiVersion', 'kind', 'metadata'] as const) : VALUES_FIELDS;
  const fields = reader.fields<(typeof known)[number]>(
    { value: getPath(document.value, at) ?? {}, path: at },
    known,
  );
  const values = {
    globalValues: reader.object(fields.globalValues) ?? {},
    policies: reader.items(fields.policies).map((item) => readPolicyValues(reader, item)),
    namespaceSelector: reader.items(fields.namespaceSelector).map((item) => {
      const { name, labels } = reader.fields(item, ['name', 'labels']);
      return { name: reader.text(name), labels: reader.texts(labels) };
    }),
    namespaces: reader.items(fields.namespaces).flatMap((item) => objects(reader, item)),
    subresources: reader.items(fields.subresources).map((item) => {
      const { subresource, parentResource } = reader.fields(item, ['subresource', 'parentResource']);
      return {
        subresource: readKind(reader, subresource),
        parentResource: readKind(reader, parentResource),
      };
    }),
    apiCallResponses: readApiCallResponses(reader, fields.apiCallResponses),
    globalContextEntries: readGlobalContextMocks(reader, fields.globalContextEntries, lookup),
  };
  return { values, diagnostics: reader.diagnostics };
}

/** Only the mocks of a document that carries them beside other fields, as a Test does. */
export function readMockFields(
  document: ManifestDocument,
  lookup: FileLookup = () => undefined,
): Pick<CliValues, 'apiCallResponses' | 'globalContextEntries'> & {
  readonly diagnostics: readonly Diagnostic[];
} {
  const reader = new FieldReader(document, 'cli-values');
  const known = ['apiCallResponses', 'globalContextEntries'] as const;
  const own = Object.entries(isObject(document.value) ? document.value : {}).filter(([key]) =>
    known.some((name) => name.toLowerCase() === key.toLowerCase()),
  );
  const fields = reader.fields({ value: Object.fromEntries(own), path: [] }, known);
  return {
    apiCallResponses: readApiCallResponses(reader, fields.apiCallResponses),
    globalContextEntries: readGlobalContextMocks(reader, fields.globalContextEntries, lookup),
    diagnostics: reader.diagnostics,
  };
}

const objects = (reader: FieldReader, item: Field): readonly JsonObject[] => {
  const object = reader.object(item);
  return object === undefined ? [] : [object];
};

function readPolicyValues(reader: FieldReader, item: Field): CliPolicyValues {
  const policy = reader.fields(item, ['name', 'resources', 'rules']);
  return {
    name: reader.text(policy.name),
    resources: reader.items(policy.resources).map((resource) => {
      const { name, values } = reader.fields(resource, ['name', 'values']);
      return { name: reader.text(name), values: reader.object(values) ?? {} };
    }),
    rules: reader.items(policy.rules).map((rule) => {
      const { name, values, foreachValues } = reader.fields(rule, ['name', 'values', 'foreachValues']);
      return {
        name: reader.text(name),
        values: reader.object(values) ?? {},
        foreachValues: readForeachValues(reader, foreachValues),
      };
    }),
  };
}

function readForeachValues(reader: FieldReader, field: Field | undefined): CliRuleValues['foreachValues'] {
  const lists: Record<string, readonly Json[]> = {};
  for (const [key, value] of Object.entries(reader.object(field) ?? {})) {
    if (value === null) continue;
    if (Array.isArray(value)) setKey(lists, key, value);
    else reader.say([...(field?.path ?? []), key], `\`foreachValues.${key}\` is a list.`);
  }
  return lists;
}

/** An APIResource of discovery has more fields; they say nothing to the CLI. */
const KIND_FIELDS = [
  'group',
  'version',
  'kind',
  'name',
  'namespaced',
  'singularName',
  'verbs',
  'shortNames',
  'categories',
  'storageVersionHash',
] as const;

function readKind(reader: FieldReader, field: Field | undefined): CliResourceKind {
  const { group, version, kind, name, namespaced } = reader.fields(
    field ?? { value: {}, path: [] },
    KIND_FIELDS,
  );
  return {
    group: reader.text(group),
    version: reader.text(version),
    kind: reader.text(kind),
    name: reader.text(name),
    namespaced: namespaced?.value === true,
  };
}
