import type { Json, PathSegment } from '../base/json.ts';
import { get, getString, isObject } from '../base/json.ts';
import type { Mocks } from '../kyverno/mocks.ts';
import { readPolicy } from '../kyverno/read-policy.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';

type Path = readonly PathSegment[];

/** Something outside the cluster that a policy asks for. */
interface Wish {
  readonly path: Path;
  readonly what: string;
  readonly declared: boolean;
  readonly hint: string;
}

/** How deep a policy is searched for context entries: rules, and foreach in foreach. */
const MAX_DEPTH = 12;

/**
 * What policies ask of the world outside the cluster and no document declares, as far as it can be seen without a run: names
 * that are made of variables are left to the run.
 */
export function undeclared(documents: readonly ManifestDocument[], mocks: Mocks): readonly Diagnostic[] {
  const entries = new Set([
    ...mocks.globalContextEntries.map(({ name }) => name),
    ...documents.flatMap(({ object }) =>
      object?.kind === 'GlobalContextEntry' ? [getString(object.metadata, 'name') ?? ''] : [],
    ),
  ]);
  return documents.flatMap((document) => {
    if (document.object === undefined || readPolicy(document.object) === undefined) return [];
    return contextEntries(document.value, [], 0)
      .flatMap(({ entry, path }) => wishOf(entry, path, mocks, entries))
      .filter(({ declared }) => !declared)
      .map(({ path, what, hint }) => ({
        code: 'scenario-not-declared',
        severity: 'advice' as const,
        message: `${what} is not declared: looking it up is an error here.`,
        hint,
        note: 'not declared',
        location: document.locate(path),
      }));
  });
}

function contextEntries(
  value: Json,
  path: Path,
  depth: number,
): readonly { readonly entry: Json; readonly path: Path }[] {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return [];
  const children: readonly (readonly [PathSegment, Json])[] = isObject(value)
    ? Object.entries(value)
    : value.map((item: Json, at: number) => [at, item] as const);
  return children.flatMap(([key, child]) => {
    const at = [...path, key];
    if (key === 'context' && Array.isArray(child))
      return child.map((entry: Json, index: number) => ({ entry, path: [...at, index] }));
    return contextEntries(child, at, depth + 1);
  });
}

const isLiteral = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && !text.includes('{{');

function wishOf(entry: Json, path: Path, mocks: Mocks, entries: ReadonlySet<string>): readonly Wish[] {
  const call = get(entry, 'apiCall');
  const url = getString(call, 'service', 'url');
  if (isLiteral(url)) {
    const method = getString(call, 'method') ?? 'GET';
    const declared = mocks.apiCallResponses.some(
      (response) => response.url === url && (response.method ?? method) === method,
    );
    const hint = 'Declare its answer under `apiCallResponses` of a document of kind Values, in mocks.yaml.';
    return [{ path: [...path, 'apiCall', 'service', 'url'], what: `The service ${url}`, declared, hint }];
  }
  const name = getString(entry, 'globalReference', 'name');
  if (isLiteral(name)) {
    const key = name.split('.')[0] ?? '';
    const hint =
      'Apply the GlobalContextEntry, or declare its data under `globalContextEntries` of a document of kind Values.';
    const what = `The global context entry ${key}`;
    return [{ path: [...path, 'globalReference', 'name'], what, declared: entries.has(key), hint }];
  }
  if (isObject(get(entry, 'imageRegistry')) && mocks.images.length === 0)
    return [
      {
        path: [...path, 'imageRegistry'],
        what: 'The image',
        declared: false,
        hint: 'Declare images under `spec.images` of a document of kind Context.',
      },
    ];
  return [];
}
