import type { Json } from '../src/base/json.ts';
import { getList, getString } from '../src/base/json.ts';
import type { DefinitionFile } from './schema-definitions.ts';
import { crdFiles } from './schemas-of-crds.ts';
import { kubernetesFiles } from './schemas-of-kubernetes.ts';

export const SCHEMA_INDEX = 'index.json';

/** All files of `public/schemas` by name, as text; where the CRDs are absent, their part of the present index is kept. */
export function schemaTexts(
  crds: string,
  presentIndex: string | undefined,
): { readonly files: ReadonlyMap<string, string>; readonly absent: boolean } {
  const own = crdFiles(crds);
  const made = [...kubernetesFiles(), ...(own ?? [])].sort((left, right) =>
    left.name < right.name ? -1 : 1,
  );
  const entries = made.flatMap(({ name, kinds }) =>
    [...kinds].map(([kind, definition]) => entryOf(kind, name, definition)),
  );
  const kept = own === undefined ? entriesOfCrds(presentIndex, new Set(made.map(({ name }) => name))) : [];
  const kinds = [...entries, ...kept].sort((left, right) => (left.join(' ') < right.join(' ') ? -1 : 1));
  const files = new Map(made.map((file) => [`${file.name}.json`, textOf(file)]));
  files.set(SCHEMA_INDEX, lines({ kinds }, 'kinds'));
  return { files, absent: own === undefined };
}

/** apiVersion, kind, file, definition. */
type Entry = readonly [string, string, string, string];

function entryOf(key: string, file: string, definition: string): Entry {
  const cut = key.lastIndexOf('/');
  return [key.slice(0, cut), key.slice(cut + 1), file, definition];
}

function entriesOfCrds(text: string | undefined, remade: ReadonlySet<string>): readonly Entry[] {
  if (text === undefined) return [];
  return getList(JSON.parse(text) as Json, 'kinds').flatMap((entry): readonly Entry[] => {
    const [apiVersion = '', kind = '', file = '', definition = ''] = [0, 1, 2, 3].map(
      (at) => getString(entry, at) ?? '',
    );
    return remade.has(file) ? [] : [[apiVersion, kind, file, definition]];
  });
}

function textOf({ imports, definitions }: DefinitionFile): string {
  return `{"imports":${JSON.stringify(imports)},"definitions":{\n${[...definitions]
    .map(([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`)
    .join(',\n')}\n}}\n`;
}

/** JSON with one line an entry, so that a change shows in a diff. */
function lines(value: { readonly kinds: readonly Entry[] }, key: string): string {
  return `{"${key}":[\n${value.kinds.map((entry) => JSON.stringify(entry)).join(',\n')}\n]}\n`;
}
