import { get, getPath, getString, isObject, type Json, type PathSegment } from '../../../src/index.ts';
import type { KnownKind, SchemaLibrary } from './library.ts';
import { isKyvernos, type PlaceMode, policyPlace } from './policy-places.ts';
import { childOf, resolve, type Schema } from './schema.ts';

/** What is known about a place in a document. */
export interface SchemaPlace {
  /** Resolved; any of them. */
  readonly schemas: readonly Schema[];
  readonly mode: PlaceMode;
  /** Who reads the object that the place is in. */
  readonly origin: KnownKind['origin'];
  /** Whether `{{ variables }}` are put in before anybody reads it. */
  readonly hasVariables: boolean;
}

const NOWHERE: SchemaPlace = { schemas: [], mode: 'free', origin: 'file', hasVariables: false };

/** What is known about a whole document. */
export function rootPlace(root: Json, library: SchemaLibrary): SchemaPlace {
  return placeOfObject(root, library, { mode: 'object', hasVariables: isKyvernos(root) });
}

function placeOfObject(
  value: Json | undefined,
  library: SchemaLibrary,
  { mode, hasVariables }: Pick<SchemaPlace, 'mode' | 'hasVariables'>,
): SchemaPlace {
  const found = library.find(getString(value, 'apiVersion') ?? '', getString(value, 'kind') ?? '');
  if (found === undefined) return { ...NOWHERE, hasVariables };
  return { schemas: [resolve(found.schema, library.definitions)], mode, origin: found.origin, hasVariables };
}

/** One step deeper. `path` is the place of what the step leads to, from the document's root. */
export function stepInto(
  place: SchemaPlace,
  root: Json,
  path: readonly PathSegment[],
  library: SchemaLibrary,
): SchemaPlace {
  const own = policyPlace(root, path, library);
  if (own !== undefined)
    return {
      schemas: own.schemas.map((schema) => resolve(schema, library.definitions)),
      mode: own.mode,
      origin: place.origin,
      hasVariables: true,
    };
  const step = path.at(-1) ?? '';
  const key = typeof step === 'string' && place.mode === 'pattern' ? withoutAnchor(step) : step;
  const schemas = place.schemas.flatMap((schema) => {
    const child = childOf(schema, key);
    return child === undefined ? [] : [resolve(child, library.definitions)];
  });
  return embedded({ ...place, schemas }, root, path, library);
}

/** Objects within objects: those of a step, of a list of objects, and wherever a schema says so. */
function embedded(
  place: SchemaPlace,
  root: Json,
  path: readonly PathSegment[],
  library: SchemaLibrary,
): SchemaPlace {
  const isEmbedded = place.schemas.some((schema) => schema['x-kubernetes-embedded-resource'] === true);
  const isListed = path.length === 2 && path[0] === 'items' && getString(root, 'kind') === 'List';
  if (!isEmbedded && !isListed) return place;
  const value = getPath(root, path);
  if (!isObject(value) || get(value, 'kind') === undefined) return place;
  return placeOfObject(value, library, {
    mode: modeOfStep(path) ?? place.mode,
    hasVariables: place.hasVariables,
  });
}

/** How an operation of a Chainsaw step reads its resource. */
function modeOfStep(path: readonly PathSegment[]): PlaceMode | undefined {
  if (path[0] !== 'spec' || path.at(-1) !== 'resource') return undefined;
  const operation = path.at(-2);
  if (operation === 'assert' || operation === 'error') return 'free';
  return operation === 'patch' ? 'data' : 'object';
}

/** What is known about a path of a document. */
export function placeAt(root: Json, path: readonly PathSegment[], library: SchemaLibrary): SchemaPlace {
  let place = rootPlace(root, library);
  path.forEach((_, i) => {
    place = stepInto(place, root, path.slice(0, i + 1), library);
  });
  return place;
}

const ANCHOR = /^([=X^+<]?\()(.*?)\)?$/;

/** A pattern's key without its anchor: `(name)`, `=(name)`, `X(name)`, `^(name)`, `+(name)`, `<(name)`. */
export const withoutAnchor = (key: string): string => ANCHOR.exec(key)?.[2] ?? key;

/** The anchor that a key begins with, as far as it is typed. */
export const anchorOf = (key: string): string => ANCHOR.exec(key)?.[1] ?? '';
