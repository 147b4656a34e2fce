import type { Json, JsonObject } from '../../base/json.ts';
import type { ContextVariable } from '../../engine/policy-context.ts';
import type { CliRuleValues, CliValues } from '../../formats/values-file.ts';
import { stringEntries } from '../../kubernetes/label-selector.ts';
import { nameOf } from '../../kubernetes/object.ts';

export const NO_VALUES: CliValues = {
  globalValues: {},
  policies: [],
  namespaceSelector: [],
  namespaces: [],
  subresources: [],
  apiCallResponses: [],
  globalContextEntries: [],
};

/** What a policy sees for a resource: global values, those of the resource over them, and always an operation. */
export function resourceValues(values: CliValues, policy: string, resource: string): JsonObject {
  const own = values.policies
    .filter(({ name }) => name === policy)
    .flatMap(({ resources }) => resources.filter(({ name }) => name === resource));
  const merged = own.flatMap((entry) => Object.entries(entry.values));
  return { 'request.operation': 'CREATE', ...values.globalValues, ...Object.fromEntries(merged) };
}

const ofRule = (name: string, { name: stated }: CliRuleValues): boolean =>
  name === stated || name === `autogen-${stated}` || name === `autogen-cronjob-${stated}`;

/** The values of a rule; of `foreachValues` the CLI only ever takes the first. The error is Kyverno's, for a key that is none. */
export function ruleValues(values: CliValues, policy: string, rule: string): readonly ContextVariable[] {
  const found = values.policies
    .filter(({ name }) => name === policy)
    .flatMap(({ rules }) => rules)
    .find((entry) => ofRule(rule, entry));
  if (found === undefined) return [];
  const first = Object.entries(found.foreachValues).flatMap(([key, list]): (readonly [string, Json])[] =>
    list[0] === undefined ? [] : [[key, list[0]]],
  );
  return [...Object.entries(found.values), ...first].flatMap(([key, value]) => {
    const path = splitKey(key);
    return path === undefined ? [] : [{ path, value }];
  });
}

/** Labels of a namespace; `namespaces` come before `namespaceSelector`. */
export function namespaceLabels(values: CliValues, name: string): Readonly<Record<string, string>> {
  const stated = values.namespaces.find((namespace) => nameOf(namespace) === name);
  if (stated !== undefined) {
    const { metadata } = stated;
    const labels =
      typeof metadata === 'object' && metadata !== null ? (metadata as JsonObject)['labels'] : {};
    return Object.fromEntries(stringEntries(labels));
  }
  return values.namespaceSelector.findLast((selector) => selector.name === name)?.labels ?? {};
}

/** Parts of a dotted key; parts in quotes may hold dots (Go's encoding/csv). Undefined where quotes do not fit. */
export function splitKey(key: string): readonly string[] | undefined {
  const parts: string[] = [];
  let rest = key;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(?=\.|$)/.exec(rest);
    const plain = quoted ?? /^[^".]*(?=\.|$)/.exec(rest);
    if (plain === null) return undefined;
    parts.push(quoted === null ? plain[0] : (quoted[1] ?? '').replaceAll('""', '"'));
    rest = rest.slice(plain[0].length);
    if (rest === '') return parts;
    rest = rest.slice(1);
  }
}
