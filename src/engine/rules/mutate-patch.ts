import { equal, get, getString, isObject, type Json } from '../../base/json.ts';
import { rememberRecent } from '../../base/remember.ts';
import { parseGoYaml } from '../../expressions/jmespath/go-yaml.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { parseApiVersion } from '../../kubernetes/object.ts';
import {
  applyJsonPatch,
  KYVERNO_JSON_PATCH,
  type PatchResult,
  readJsonPatch,
} from '../../kubernetes/patch/json-patch.ts';
import { mergeKustomize } from '../../kubernetes/patch/kustomize-merge.ts';
import { toNode } from '../../kubernetes/patch/patch-node.ts';
import { strategicTypeOf } from '../../kubernetes/patch/strategic-schema.ts';
import { preprocessPatch } from './mutate-preprocess.ts';

/** What one patch did to the resource (pkg/engine/mutate). */
export type Mutation =
  | { readonly status: 'pass'; readonly resource: KubernetesObject; readonly message: string }
  | { readonly status: 'skip' | 'error'; readonly message: string };

/** Patches a resource with what a rule or foreach says, variables substituted already. */
export function applyPatches(resource: KubernetesObject, strategic: Json, patchesJson6902: string): Mutation {
  if (strategic === null && patchesJson6902 === '') return { status: 'error', message: 'empty mutate rule' };
  const patched =
    strategic === null ? patchJson(resource, patchesJson6902) : patchStrategic(resource, strategic);
  if ('error' in patched) return { status: 'error', message: `failed to patch resource: ${patched.error}` };
  const { value } = patched;
  if (equal(value, resource)) return { status: 'skip', message: 'no patches applied' };
  const kind = getString(value, 'kind') ?? '';
  if (!isObject(value) || kind === '')
    return {
      status: 'error',
      message: `failed to unmarshal patched resource: Object 'Kind' is missing in '${JSON.stringify(value)}'`,
    };
  const metadata = get(value, 'metadata');
  const whole = { ...value, metadata: isObject(metadata) ? metadata : {} } as KubernetesObject;
  return { status: 'pass', resource: whole, message: 'resource patched' };
}

/** `patchStrategicMerge`: anchors first, then kustomize's merge. */
function patchStrategic(resource: KubernetesObject, patch: Json): PatchResult {
  const pattern = toNode(patch);
  const isWanted = preprocessPatch(pattern, toNode(resource));
  const { group } = parseApiVersion(resource.apiVersion);
  const type = strategicTypeOf({ group, kind: resource.kind });
  return mergeKustomize(toNode(resource), isWanted ? pattern : toNode({}), type);
}

/** `patchesJson6902`: JSON, or YAML unless it begins with `[`. */
function patchJson(resource: KubernetesObject, text: string): PatchResult {
  const read = readPatches(text);
  return 'error' in read ? read : applyJsonPatch(resource, read.operations, KYVERNO_JSON_PATCH);
}

/** A rule's patches without variables are the same text each time. */
const readPatches = rememberRecent(500, (text): ReturnType<typeof readJsonPatch> => {
  const parsed = parsePatches(text);
  if ('error' in parsed) return parsed;
  const read = readJsonPatch(parsed.value);
  return 'error' in read ? { error: `failed to decode patches: ${read.error}` } : read;
});

function parsePatches(text: string): PatchResult {
  if (!text.startsWith('[')) {
    const parsed = parseGoYaml(text);
    return 'error' in parsed
      ? { error: `failed to convert patchesJSON6902 to JSON: ${parsed.error}` }
      : parsed;
  }
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return { error: 'failed to decode patches: invalid state detected' };
  }
}
