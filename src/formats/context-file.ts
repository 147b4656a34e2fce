import type { JsonObject } from '../base/json.ts';
import { getPath, getString } from '../base/json.ts';
import type { ImageMock } from '../kyverno/mocks.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { type Field, type FieldPath, FieldReader } from './field-reader.ts';

/** The Kyverno CLI's context (kind Context of cli.kyverno.io/v1alpha1): what the cluster and registries hold. */
export interface CliContext {
  /** Objects that policies may look up; the list's order is kept. */
  readonly resources: readonly JsonObject[];
  readonly images: readonly ImageMock[];
}

export { isContextFile } from './cli-kinds.ts';

/**
 * Reads a context from a file of its own, or its spec from within another document (`at`: the place of `{resources, images}`).
 * What the CLI's strict decoder refuses is an error at its place; the rest is read nevertheless.
 */
export function readContextFile(
  document: ManifestDocument,
  at?: FieldPath,
): { readonly context: CliContext; readonly diagnostics: readonly Diagnostic[] } {
  const reader = new FieldReader(document, 'cli-context');
  const root = { value: document.value, path: [] };
  const spec =
    at === undefined
      ? reader.fields(root, ['apiVersion', 'kind', 'metadata', 'spec']).spec
      : { value: getPath(document.value, at) ?? {}, path: at };
  const fields = reader.fields(spec ?? { value: {}, path: [] }, ['resources', 'images']);
  return {
    context: {
      resources: reader.items(fields.resources).flatMap((item) => readResource(reader, item)),
      images: reader.items(fields.images).flatMap((item) => readImage(reader, item)),
    },
    diagnostics: reader.diagnostics,
  };
}

/** An object without kind cannot be decoded (unstructured). */
function readResource(reader: FieldReader, item: Field): readonly JsonObject[] {
  const object = reader.object(item);
  if (object === undefined) return [];
  if (getString(object, 'kind')) return [object];
  reader.say(item.path, "Object 'Kind' is missing.");
  return [];
}

function readImage(reader: FieldReader, item: Field): readonly ImageMock[] {
  const fields = reader.fields(item, [
    'image',
    'resolvedImage',
    'registry',
    'repository',
    'tag',
    'digest',
    'imageIndex',
    'manifest',
    'config',
  ]);
  const image = reader.text(fields.image);
  if (image === '') {
    reader.say(item.path, '`image` is required.');
    return [];
  }
  const { imageIndex, manifest, config } = fields;
  return [
    {
      image,
      resolvedImage: reader.text(fields.resolvedImage),
      registry: reader.text(fields.registry),
      repository: reader.text(fields.repository),
      tag: reader.text(fields.tag),
      digest: reader.text(fields.digest),
      ...(imageIndex === undefined ? {} : { imageIndex: imageIndex.value }),
      ...(manifest === undefined ? {} : { manifest: manifest.value }),
      ...(config === undefined ? {} : { config: config.value }),
    },
  ];
}
