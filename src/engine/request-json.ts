import type { Json, JsonObject } from '../base/json.ts';

/**
 * The `request` key of the JSON context for an AdmissionRequest as the API server serialises it, with the roles that Kyverno
 * adds; object and oldObject are left to the context itself (lifecycle A.8).
 */
export function requestContext(
  admissionRequest: JsonObject,
  roles: readonly string[],
  clusterRoles: readonly string[],
): JsonObject {
  const rest: Record<string, Json> = {};
  for (const [key, value] of Object.entries(admissionRequest))
    if (key !== 'object' && key !== 'oldObject') rest[key] = value;
  return { ...rest, roles, clusterRoles };
}
