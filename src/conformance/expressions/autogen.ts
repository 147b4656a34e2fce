import { get, getList, getString, type Json, type JsonObject } from '../../base/json.ts';
import { autogenRules } from '../../kyverno/autogen.ts';
import { hasAutogenName } from '../../kyverno/pod-controllers.ts';
import { type CaseRunner, compareAnswer } from './oracle-case.ts';

/** Kinds of a filter come in the order of a Go map; the recording sorts them. */
function sortKinds(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKinds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'kinds' && Array.isArray(item) ? item.toSorted() : sortKinds(item as Json),
    ]),
  );
}

/** Classic policies: the derived rules, and the names of all rules. */
export const runAutogenCase: CaseRunner = (_file, testCase) => {
  const policy = get(testCase, 'policy') ?? null;
  if (!(getString(policy, 'apiVersion') ?? '').startsWith('kyverno.io/'))
    return { outcome: 'unsupported', reason: 'CEL policies: not simulated yet' };
  const derived = autogenRules(policy, getString(testCase, 'kind') ?? '').map(({ raw }): JsonObject => raw);
  const all = autogenRules(policy);
  const written = getList(policy, 'spec', 'rules').filter(
    (rule) => all.length === 0 || !hasAutogenName(rule),
  );
  const names = [...written.map((rule) => getString(rule, 'name') ?? ''), ...all.map(({ name }) => name)];
  return compareAnswer(
    testCase,
    { generatedRules: sortKinds(derived), ruleNames: names.length === 0 ? null : names },
    ['generatedRules', 'ruleNames'],
  );
};
