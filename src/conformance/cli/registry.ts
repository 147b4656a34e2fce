import { getString, isObject, type Json } from '../../base/json.ts';
import type { ResultRow } from './check-results.ts';
import type { TestCase } from './test-case.ts';
import { ruleValues } from './values.ts';

/** Whether what a row is about asks an image registry for something that the values do not tell. */
export function asksRegistry({ loaded, values }: TestCase, row: ResultRow): boolean {
  const rules = loaded.policies
    .filter(({ name }) => name === row.policy.slice(row.policy.lastIndexOf('/') + 1))
    .flatMap(({ rules: all }) => all.filter(({ name }) => name === row.rule));
  return rules.some(({ name, raw }) => {
    const policy = row.policy.slice(row.policy.lastIndexOf('/') + 1);
    const told = ruleValues(values, policy, name).map(({ path }) => path[0]);
    return registryEntries(raw).some((entry) => !told.includes(entry));
  });
}

/** Names of the context entries that ask a registry, wherever in a rule they stand. */
function registryEntries(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(registryEntries);
  if (!isObject(value)) return [];
  const own = isObject(value['imageRegistry']) ? [getString(value, 'name') ?? ''] : [];
  return [...own, ...Object.values(value).flatMap(registryEntries)];
}
