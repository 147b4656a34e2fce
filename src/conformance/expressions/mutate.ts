import { get, getString, isObject, type JsonObject } from '../../base/json.ts';
import { applyPatches } from '../../engine/rules/mutate-patch.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type CaseRunner, compareAnswer, input } from './oracle-case.ts';

/** A patch on a resource, without variables. */
export const runMutateCase: CaseRunner = (file, testCase) => {
  const resource = input(file, testCase, 'resource');
  if (!isObject(resource)) return { outcome: 'fail', reason: 'no resource' };
  const patches = getString(testCase, 'patchesJson6902') ?? '';
  const result = applyPatches(resource as KubernetesObject, get(testCase, 'patch') ?? null, patches);
  const answer: JsonObject = {
    status: result.status,
    message: result.message,
    ...(result.status === 'pass' ? { patched: result.resource } : {}),
  };
  return compareAnswer(testCase, answer, ['status', 'message', 'patched']);
};
