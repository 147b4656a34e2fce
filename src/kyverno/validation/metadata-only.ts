import {
  get,
  getList,
  getString,
  isObject,
  type Json,
  type JsonObject,
  type PathSegment,
} from '../../base/json.ts';
import { readJsonPatch } from '../../kubernetes/patch/json-patch.ts';
import { isSet } from '../go-types.ts';

export const METADATA_ONLY =
  'policy can only deal with the metadata field of the resource if the rule does not match any kind';

const onlyMetadata = (pattern: Json | undefined): boolean =>
  !isObject(pattern) || Object.keys(pattern).every((key) => key === 'metadata');

/** Whether a rule looks at and changes metadata only (ruleOnlyDealsWithResourceMetaData). */
export function isMetadataOnly(rule: Json): boolean {
  const mutate = get(rule, 'mutate');
  const validate = get(rule, 'validate');
  return (
    onlyMetadata(get(mutate, 'patchStrategicMerge')) &&
    patchesMetadataOnly(getString(mutate, 'patchesJson6902') ?? '') &&
    [get(validate, 'pattern'), ...getList(validate, 'anyPattern')].every(onlyMetadata)
  );
}

/** Kyverno reads the text as JSON here, and takes YAML for no patch at all. */
function patchesMetadataOnly(text: string): boolean {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return true;
  }
  const read = readJsonPatch(value);
  return 'error' in read || read.operations.every(({ path }) => path.startsWith('/metadata'));
}

/** Whether labels and annotations of a rule's patterns are texts (isLabelAndAnnotationsString). */
export function hasTextLabels(rule: Json): boolean {
  const validate = get(rule, 'validate');
  const mutate = get(rule, 'mutate');
  if (isSet('Validation', validate)) {
    const foreach = getList(validate, 'foreach');
    const patterns =
      foreach.length > 0 ? foreach.map((one) => get(one, 'pattern')) : [get(validate, 'pattern')];
    const first = patterns.find(isObject);
    if (first !== undefined) return checkMetadata(first);
    if (foreach.length === 0 && !getList(validate, 'anyPattern').every(checkMetadata)) return false;
  }
  if (!isSet('Mutation', mutate)) return true;
  const foreach = getList(mutate, 'foreach');
  const patches = foreach.length > 0 ? foreach : [mutate ?? null];
  const first = patches.map((one) => get(one, 'patchStrategicMerge')).find(isObject);
  return first === undefined || checkMetadata(first);
}

/** The metadata of the object, else of its Pod template. */
function checkMetadata(pattern: Json): boolean {
  const own = get(pattern, 'metadata');
  const metadata = isObject(own) ? own : get(get(get(pattern, 'spec'), 'template'), 'metadata');
  return ['labels', 'annotations'].every((field) => {
    const texts = get(metadata, field);
    return !isObject(texts) || Object.values(texts).every((text) => typeof text === 'string');
  });
}

/** Where the first label or annotation below a value is no text; undefined if all are. */
export function placeOfLabel(value: Json, inside = false): readonly PathSegment[] | undefined {
  if (!isObject(value) && !Array.isArray(value)) return inside && typeof value !== 'string' ? [] : undefined;
  const members: readonly (readonly [PathSegment, Json])[] = Array.isArray(value)
    ? [...(value as readonly Json[]).entries()]
    : Object.entries(value as JsonObject);
  for (const [key, member] of members) {
    const found = placeOfLabel(member, key === 'labels' || key === 'annotations' || inside);
    if (found !== undefined) return [key, ...found];
  }
  return undefined;
}
