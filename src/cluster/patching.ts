import type { Json } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { applyJsonPatch, readJsonPatch } from '../kubernetes/patch/json-patch.ts';
import { applyMergePatch } from '../kubernetes/patch/merge-patch.ts';
import {
  applyStrategicMergePatch,
  UNSUPPORTED_MEDIA_TYPE,
} from '../kubernetes/patch/strategic-merge-patch.ts';
import { strategicTypeOf } from '../kubernetes/patch/strategic-schema.ts';
import type { ApiRequest, ResourceInfo, StatusFailure } from './api.ts';
import { badRequest } from './status.ts';

export type Patched = { readonly value: Json } | { readonly failure: StatusFailure };

/** The live object with the request's patch applied. */
export function applyPatch(
  live: KubernetesObject,
  patch: NonNullable<ApiRequest['patch']>,
  info: ResourceInfo,
): Patched {
  switch (patch.type) {
    case 'merge':
      return { value: applyMergePatch(live, patch.body) };
    case 'json':
      return applyOperations(live, patch.body);
    case 'strategic':
      return applyStrategic(live, patch.body, info);
    case 'apply':
      return { failure: badRequest('a configuration is applied with its manager') };
  }
}

function applyOperations(live: Json, body: Json): Patched {
  const read = readJsonPatch(body);
  if ('error' in read) return { failure: badRequest(`error decoding patch: ${read.error}`) };
  const patched = applyJsonPatch(live, read.operations);
  if ('value' in patched) return patched;
  const message = `the server rejected our request due to an error in our request`;
  return { failure: { code: 422, reason: 'Invalid', message, details: { causes: [] } } };
}

/** Custom resources have no strategic schema (415). */
function applyStrategic(live: KubernetesObject, body: Json, info: ResourceInfo): Patched {
  if (strategicTypeOf(info) === undefined)
    return { failure: { code: 415, reason: 'UnsupportedMediaType', message: UNSUPPORTED_MEDIA_TYPE } };
  const patched = applyStrategicMergePatch(live, body, info);
  return 'value' in patched ? patched : { failure: badRequest(patched.error) };
}

export { applyConfiguration } from './server-side-apply.ts';
