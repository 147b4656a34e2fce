import type { Json } from '../base/json.ts';
import { applyJsonPatch, readJsonPatch } from '../kubernetes/patch/json-patch.ts';
import { applyMergePatch } from '../kubernetes/patch/merge-patch.ts';
import type { ApiRequest, ResourceInfo, StatusFailure } from './api.ts';
import { badRequest } from './status.ts';

export type Patched = { readonly value: Json } | { readonly failure: StatusFailure };

/** The live object with the request's patch applied. */
export function applyPatch(live: Json, patch: NonNullable<ApiRequest['patch']>, info: ResourceInfo): Patched {
  switch (patch.type) {
    case 'merge':
      return { value: applyMergePatch(live, patch.body) };
    case 'json':
      return applyOperations(live, patch.body);
    case 'strategic':
      if (isCustom(info)) return { failure: unsupportedMediaType() };
      return { value: applyMergePatch(live, patch.body) };
    case 'apply':
      return { value: applyMergePatch(live, patch.body) };
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

/** Custom resources have no strategic schema. */
const unsupportedMediaType = (): StatusFailure => ({
  code: 415,
  reason: 'UnsupportedMediaType',
  message:
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
});

/** Whether a kind is served by a CRD: its group is somebody's domain, not Kubernetes' own. */
export const isCustom = ({ group }: ResourceInfo): boolean =>
  (group.includes('.') && !group.endsWith('.k8s.io')) || group === 'wgpolicyk8s.io';
