import {
  equal,
  get,
  getList,
  isObject,
  type Json,
  type JsonObject,
  type PathSegment,
} from '../../base/json.ts';
import { goJson, isSet, toGoStruct } from '../go-types.ts';

/** What an update of generate rules leads to: a refusal, or a warning that ends the checks. */
export interface UpdateFindings {
  readonly error?: string;
  /** What was changed: place in the new policy. */
  readonly path?: readonly PathSegment[];
  readonly warning?: string;
}

const STALE = 'changes in the generate rule pattern could result in stale targets';
const IMMUTABLE = 'changes of immutable fields of a rule spec in a generate rule is disallowed';

/** Compares the generate rules of a policy with those before the update (lifecycle F.4; generate.go). */
export function checkGenerateUpdate(spec: Json, oldSpec: Json): UpdateFindings {
  const oldRules = generateRules(oldSpec);
  const keepsMatch = oldRules.some((rule) => get(get(rule, 'generate'), 'synchronize') === true);
  const before = fingerprints(oldRules, keepsMatch);
  const after = fingerprints(generateRules(spec), keepsMatch);
  if (!before.targets.every((one) => after.targets.includes(one))) return { warning: STALE };
  if (!before.rules.every((one) => after.rules.includes(one)))
    return { error: IMMUTABLE, path: placeOfChange(spec, oldSpec, keepsMatch) };
  return {};
}

/** The field that differs in the first rule that is not as it was before. */
function placeOfChange(spec: Json, oldSpec: Json, keepsMatch: boolean): readonly PathSegment[] {
  const before = getList(oldSpec, 'rules');
  const fields = ['name', ...(keepsMatch ? ['match'] : []), 'exclude', 'preconditions', 'context'];
  for (const [index, rule] of getList(spec, 'rules').entries()) {
    if (get(rule, 'generate') === undefined) continue;
    const old = before.find((one) => get(one, 'name') === get(rule, 'name')) ?? before[index] ?? null;
    const field = fields.find((name) => !equal(get(rule, name), get(old, name)));
    if (field !== undefined) return ['spec', 'rules', index, field];
  }
  return ['spec', 'rules'];
}

const generateRules = (spec: Json): readonly JsonObject[] =>
  getList(spec, 'rules')
    .filter(isObject)
    .filter((rule) => isSet('Generation', get(rule, 'generate')));

/** Of each rule what may not change: its target, and all but its target (and its match, if nothing was synchronised). */
function fingerprints(
  rules: readonly JsonObject[],
  keepsMatch: boolean,
): { readonly targets: readonly string[]; readonly rules: readonly string[] } {
  const typed = rules.map((rule) => toGoStruct('Rule', rule));
  return {
    targets: typed.map((rule) => {
      const {
        generateExisting: _,
        synchronize: __,
        data: ___,
        foreach: ____,
        orphanDownstreamOnPolicyDelete: _____,
        ...target
      } = get(rule, 'generate') as JsonObject;
      return goJson(target);
    }),
    rules: typed.map(({ generate: _, match, ...rest }) =>
      goJson(keepsMatch && match !== undefined ? { ...rest, match } : rest),
    ),
  };
}
