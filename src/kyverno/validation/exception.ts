import { get, getList, type Json } from '../../base/json.ts';
import { aggregate, child, type FieldPath, item } from './field-error.ts';
import { checkMatch } from './match-fields.ts';
import { checkExclusion } from './policy-fields.ts';
import type { Problem } from './problem.ts';
import { checkNoUserInfo } from './user-info.ts';

/** What the webhook refuses a PolicyException for (api/kyverno/v2, PolicyExceptionSpec.Validate). */
export function validateException(exception: Json): Problem | undefined {
  const spec = get(exception, 'spec');
  const path: FieldPath = { text: 'spec', path: ['spec'] };
  const match = get(spec, 'match');
  return aggregate([
    ...(get(spec, 'background') === false ? [] : checkNoUserInfo(match, child(path, 'match'))),
    ...checkMatch(match, child(path, 'match'), { namespaced: false, isClusterScoped: () => false }),
    ...getList(spec, 'podSecurity').flatMap((entry, index) =>
      checkExclusion(entry, item(child(path, 'podSecurity'), index)),
    ),
  ]);
}
