import type { Json } from '../base/json.ts';
import { isObject } from '../base/json.ts';
import type { ApiCallResponse, GlobalContextMock } from '../kyverno/mocks.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { Field, FieldReader } from './field-reader.ts';

/** Documents of a file beside the one that is read, by its relative path. */
export type FileLookup = (path: string) => readonly ManifestDocument[] | undefined;

const STATUS_RANGE = { first: 100, last: 599 };

/**
 * The CLI's `apiCallResponses`, checked as the CLI checks them (apis/v1alpha1/test.go): an entry that is not usable is said and
 * left out, a second one for the same method and URL too.
 */
export function readApiCallResponses(
  reader: FieldReader,
  field: Field | undefined,
): readonly ApiCallResponse[] {
  const seen = new Set<string>();
  return reader.items(field).flatMap((item) => {
    const response = readResponse(reader, item);
    if (response === undefined) return [];
    const key = `${response.method ?? ''}:${response.url}`;
    if (seen.has(key)) {
      reader.say(
        item.path,
        `There is an answer for ${response.method ?? 'every method'} ${response.url} already.`,
      );
      return [];
    }
    seen.add(key);
    return [response];
  });
}

function readResponse(reader: FieldReader, item: Field): ApiCallResponse | undefined {
  const entry = reader.fields(item, ['url', 'urlPath', 'method', 'response']);
  const url = reader.text(entry.url).trim();
  const urlPath = reader.text(entry.urlPath).trim();
  const method = reader.text(entry.method).trim().toUpperCase();
  const said = reader.diagnostics.length;
  if (url === '' && urlPath === '') reader.say(item.path, 'Either `url` or `urlPath` is required.');
  if (url !== '' && urlPath !== '') reader.say(item.path, '`url` and `urlPath` exclude each other.');
  if (url !== '' && !/^https?:\/\/[^/?#]/i.test(url))
    reader.say(entry.url?.path ?? item.path, `\`url\` is an absolute http or https URL, not "${url}".`);
  if (urlPath !== '' && !urlPath.startsWith('/'))
    reader.say(entry.urlPath?.path ?? item.path, `\`urlPath\` starts with /, unlike "${urlPath}".`);
  if (method !== '' && method !== 'GET' && method !== 'POST')
    reader.say(entry.method?.path ?? item.path, '`method` is GET or POST.');
  if (entry.response === undefined) reader.say(item.path, '`response.body` is required.');
  const response = reader.fields(entry.response ?? { value: {}, path: item.path }, ['statusCode', 'body']);
  const statusCode = reader.integer(response.statusCode) || 200;
  if (statusCode < STATUS_RANGE.first || statusCode > STATUS_RANGE.last)
    reader.say(response.statusCode?.path ?? item.path, '`statusCode` is between 100 and 599.');
  const body = response.body?.value;
  if (entry.response !== undefined && !isObject(body))
    reader.say(response.body?.path ?? entry.response.path, '`response.body` is required and is an object.');
  if (reader.diagnostics.length > said || body === undefined) return undefined;
  return {
    url: url || urlPath,
    ...(method === 'GET' || method === 'POST' ? { method } : {}),
    statusCode,
    body,
  };
}

/**
 * The CLI's `globalContextEntries`, checked as the CLI checks them. `lookup` finds the files of `resourceFiles`; paths outside the
 * folder are refused before it is asked.
 */
export function readGlobalContextMocks(
  reader: FieldReader,
  field: Field | undefined,
  lookup: FileLookup,
): readonly GlobalContextMock[] {
  const seen = new Set<string>();
  return reader.items(field).flatMap((item) => {
    const mock = readGlobalContextMock(reader, item, lookup);
    if (mock === undefined) return [];
    if (seen.has(mock.name)) {
      reader.say(item.path, `There is an entry "${mock.name}" already.`);
      return [];
    }
    seen.add(mock.name);
    return [mock];
  });
}

function readGlobalContextMock(
  reader: FieldReader,
  item: Field,
  lookup: FileLookup,
): GlobalContextMock | undefined {
  const said = reader.diagnostics.length;
  const entry = reader.fields(item, [
    'name',
    'data',
    'resources',
    'resourceFiles',
    'fieldPath',
    'projections',
  ]);
  const name = reader.text(entry.name).trim();
  if (name === '') reader.say(entry.name?.path ?? item.path, '`name` is required.');
  const projections = reader.items(entry.projections).map((projection) => {
    const fields = reader.fields(projection, ['name', 'path']);
    const read = { name: reader.text(fields.name), path: reader.text(fields.path) };
    if (read.name.trim() === '' || read.path.trim() === '')
      reader.say(projection.path, 'A projection has a `name` and a `path`.');
    return read;
  });
  const sources = [entry.data, entry.resources, entry.resourceFiles].filter((source) => source !== undefined);
  if (sources.length !== 1)
    reader.say(item.path, 'Exactly one of `data`, `resources` and `resourceFiles` is required.');
  const root = readRoot(reader, entry, lookup);
  if (reader.diagnostics.length > said) return undefined;
  return { name, root, fieldPath: reader.text(entry.fieldPath), projections };
}

function readRoot(
  reader: FieldReader,
  entry: { readonly data?: Field; readonly resources?: Field; readonly resourceFiles?: Field },
  lookup: FileLookup,
): Json {
  if (entry.data !== undefined) return reader.object(entry.data) ?? null;
  const inline = reader.items(entry.resources).map((resource) => reader.object(resource) ?? null);
  const files = reader.items(entry.resourceFiles).flatMap((file) => readResources(reader, file, lookup));
  return [...inline, ...files];
}

function readResources(reader: FieldReader, field: Field, lookup: FileLookup): readonly Json[] {
  const path = reader.text(field).trim();
  if (path === '') {
    reader.say(field.path, 'A path of `resourceFiles` is not empty.');
    return [];
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..')) {
    reader.say(field.path, `${path} is not in this folder.`);
    return [];
  }
  const documents = lookup(parts.join('/'));
  if (documents === undefined) {
    reader.say(field.path, `There is no file ${path}.`);
    return [];
  }
  return documents.flatMap(({ value }) => (isObject(value) && Object.keys(value).length > 0 ? [value] : []));
}
