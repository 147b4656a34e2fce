import { get, getList, getPath, getString, type Json, type PathSegment } from '../../../src/index.ts';
import type { SchemaLibrary } from './library.ts';
import { childOf, resolve, type Schema } from './schema.ts';

/**
 * How a place is read. `object`: as the API server reads an object. `data`: an object with variables in it, of which parts may
 * be left out. `pattern`: keys may stand in anchors, values are patterns. `free`: known, but judged elsewhere.
 */
export type PlaceMode = 'object' | 'data' | 'pattern' | 'free';

/** A place whose schema does not follow from the one around it. */
export interface EmbeddedPlace {
  /** Any of these; none if nothing is known. */
  readonly schemas: readonly Schema[];
  readonly mode: PlaceMode;
}

const CONDITION: Schema = {
  type: 'object',
  properties: {
    key: {
      description: 'What is compared: a value, mostly with a variable `{{ … }}`.',
      'x-kubernetes-preserve-unknown-fields': true,
    },
    operator: {
      type: 'string',
      description: 'How key and value are compared.',
      enum: [
        'Equals',
        'NotEquals',
        'AnyIn',
        'AllIn',
        'AnyNotIn',
        'AllNotIn',
        'GreaterThan',
        'GreaterThanOrEquals',
        'LessThan',
        'LessThanOrEquals',
        'DurationGreaterThan',
        'DurationGreaterThanOrEquals',
        'DurationLessThan',
        'DurationLessThanOrEquals',
        'In',
        'NotIn',
      ],
    },
    value: { description: 'What the key is compared with.', 'x-kubernetes-preserve-unknown-fields': true },
    message: { type: 'string', description: 'What is said if the condition does not hold.' },
  },
  required: ['key', 'operator', 'value'],
};
const CONDITIONS: Schema = {
  type: 'object',
  properties: {
    any: { type: 'array', items: CONDITION, description: 'Holds if at least one of the conditions does.' },
    all: { type: 'array', items: CONDITION, description: 'Holds if all of the conditions do.' },
  },
};

const isPolicyKind = (kind: string | undefined): boolean => kind === 'ClusterPolicy' || kind === 'Policy';

/** Whether a document is one of Kyverno's own kinds: variables may stand in it. */
export const isKyvernos = (root: Json): boolean =>
  /^(policies\.)?kyverno\.io\//.test(getString(root, 'apiVersion') ?? '');

/** A place in a Kyverno policy that takes its schema from somewhere else; undefined if the CRD says it. */
export function policyPlace(
  root: Json,
  path: readonly PathSegment[],
  library: SchemaLibrary,
): EmbeddedPlace | undefined {
  const [spec, rules, index, ...rest] = path;
  if (spec !== 'spec' || rules !== 'rules' || typeof index !== 'number' || rest.length === 0)
    return undefined;
  if (!isPolicyKind(getString(root, 'kind')) || !isKyvernos(root)) return undefined;
  const rule = getPath(root, ['spec', 'rules', index]);
  const shape = rest
    .map((step) => (typeof step === 'number' ? '[]' : step))
    .join('.')
    .replace(/(foreach\.\[\]\.)+/, 'foreach.[].');
  switch (shape) {
    case 'preconditions':
    case 'validate.deny.conditions':
    case 'validate.foreach.[].preconditions':
    case 'validate.foreach.[].deny.conditions':
    case 'mutate.foreach.[].preconditions':
    case 'mutate.targets.[].preconditions':
    case 'generate.foreach.[].preconditions':
      return { schemas: [CONDITIONS], mode: 'free' };
    case 'validate.foreach.[].foreach':
    case 'mutate.foreach.[].foreach':
      return { schemas: nested(rest, library), mode: 'free' };
    case 'validate.pattern':
    case 'validate.anyPattern.[]':
      return { schemas: matchedKinds(rule, library), mode: 'pattern' };
    case 'validate.foreach.[].pattern':
    case 'validate.foreach.[].anyPattern.[]':
      return { schemas: elementsOf(rule, rest, library), mode: 'pattern' };
    case 'validate.assert':
      return { schemas: matchedKinds(rule, library), mode: 'free' };
    case 'mutate.patchStrategicMerge':
    case 'mutate.foreach.[].patchStrategicMerge':
      return { schemas: changedKinds(rule, library), mode: 'pattern' };
    case 'generate.data':
    case 'generate.foreach.[].data':
      return { schemas: generatedKind(rule, rest.slice(0, -1), library), mode: 'data' };
    default:
      return undefined;
  }
}

/** A foreach within a foreach is written as the outer one; the CRD does not say so, for it cannot recurse. */
function nested(rest: readonly PathSegment[], library: SchemaLibrary): readonly Schema[] {
  const [part = ''] = rest;
  const root = library.find('kyverno.io/v1', 'ClusterPolicy')?.schema;
  let schema = root;
  for (const step of ['spec', 'rules', 0, part, 'foreach'])
    schema = schema && childOf(resolve(schema, library.definitions), step);
  return schema === undefined ? [] : [schema];
}

/** The kinds that a rule matches, as far as they are named without wildcards. */
function matchedKinds(rule: Json | undefined, library: SchemaLibrary): readonly Schema[] {
  const match = get(rule, 'match') ?? null;
  const filters = [match, ...getList(match, 'any'), ...getList(match, 'all')];
  const kinds = filters.flatMap((filter) => getList(get(filter, 'resources'), 'kinds'));
  return unique(kinds.flatMap((kind) => (typeof kind === 'string' ? schemasOfSelector(kind, library) : [])));
}

/** `Pod`, `v1/Pod`, `apps/v1/Deployment`, `*` + `/Deployment`; subresources have schemas of their own, and are left out. */
function schemasOfSelector(selector: string, library: SchemaLibrary): readonly Schema[] {
  const parts = selector.split('/');
  const kind = parts.at(-1) ?? '';
  if (!/^[A-Z]\w*$/.test(kind) || parts.length > 3) return [];
  return library.findAll(kind, parts.length === 1 ? '*' : parts.slice(0, -1).join('/'));
}

function changedKinds(rule: Json | undefined, library: SchemaLibrary): readonly Schema[] {
  const targets = getList(get(rule, 'mutate'), 'targets');
  if (targets.length === 0) return matchedKinds(rule, library);
  return unique(
    targets.flatMap((target) =>
      library.findAll(getString(target, 'kind') ?? '', getString(target, 'apiVersion')),
    ),
  );
}

function generatedKind(
  rule: Json | undefined,
  path: readonly PathSegment[],
  library: SchemaLibrary,
): readonly Schema[] {
  const block = getPath(rule, path);
  return library.findAll(getString(block, 'kind') ?? '', getString(block, 'apiVersion') ?? '*');
}

/** What a foreach goes through, if its list is a plain path into the object. */
function elementsOf(
  rule: Json | undefined,
  rest: readonly PathSegment[],
  library: SchemaLibrary,
): readonly Schema[] {
  const last = rest.lastIndexOf('foreach');
  const list = getString(getPath(rule, rest.slice(0, last + 2)), 'list') ?? '';
  const [, inner] = /^request\.object((?:\.\w+)+)(?:\[\])?$/.exec(list.trim()) ?? [];
  if (inner === undefined) return [];
  const steps = [...inner.slice(1).split('.'), 0];
  return matchedKinds(rule, library).flatMap((kind) => {
    let schema: Schema | undefined = kind;
    for (const step of steps) schema = schema && childOf(resolve(schema, library.definitions), step);
    return schema === undefined ? [] : [schema];
  });
}

const unique = <T>(list: readonly T[]): readonly T[] => [...new Set(list)];
