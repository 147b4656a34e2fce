import { get, getList, getObject, isObject, type Json, type PathSegment } from '../base/json.ts';
import { isSet } from './go-types.ts';
import { matchConditions } from './parts.ts';
import type { Policy } from './policy.ts';

/** A part of a policy that is not simulated: what it is, and where it stands in the policy document. */
export interface UnsupportedPart {
  readonly what: string;
  readonly path: readonly PathSegment[];
  /** What that means for the simulation. */
  readonly consequence: string;
}

const NO_RESULT = 'This rule has no result here.';

/** Everything in a classic policy that the simulation leaves out. Nothing is passed over without a word. */
export function unsupportedParts(policy: Policy): readonly UnsupportedPart[] {
  const rules = getList(policy.spec, 'rules').flatMap((rule, index) =>
    partsOfRule(rule, ['spec', 'rules', index]),
  );
  const found: UnsupportedPart[] = [];
  if (getList(policy.spec, 'webhookConfiguration', 'matchConditions').length > 0)
    for (const { index, what } of matchConditions.get().unsupportedConditions(policy))
      found.push({
        what: `${what} in spec.webhookConfiguration.matchConditions`,
        path: ['spec', 'webhookConfiguration', 'matchConditions', index, 'expression'],
        consequence: 'The condition counts as true.',
      });
  return [...found, ...rules];
}

function partsOfRule(rule: Json, path: readonly PathSegment[]): readonly UnsupportedPart[] {
  const validate = getObject(rule, 'validate');
  const parts: UnsupportedPart[] = [];
  for (const field of ['cel', 'manifests'])
    if (isObject(get(validate, field)))
      parts.push({ what: `validate.${field}`, path: [...path, 'validate', field], consequence: NO_RESULT });
  if (getList(rule, 'celPreconditions').length > 0)
    parts.push({ what: 'celPreconditions', path: [...path, 'celPreconditions'], consequence: NO_RESULT });
  if (getList(rule, 'verifyImages').some((image) => isSet('ImageVerification', image)))
    parts.push({ what: 'verifyImages', path: [...path, 'verifyImages'], consequence: NO_RESULT });
  return parts;
}
