import { get, isObject, type Json } from '../base/json.ts';
import { type KubernetesObject, nameOf } from '../kubernetes/object.ts';
import { isWithin } from '../kyverno/controller-flags.ts';
import { nearest } from '../kyverno/spelling.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import type { Problem } from './settings-problem.ts';

/** A key of the ConfigMap `kyverno` (pkg/config/config.go): since when, how its text is written, whether it is heeded. */
interface KeyEntry {
  readonly since: number;
  readonly form: 'text' | 'boolean' | 'number' | 'json';
  readonly simulated: boolean;
}

const heeded = (form: KeyEntry['form'], since = 11): KeyEntry => ({ form, since, simulated: true });
const ignored = (form: KeyEntry['form'], since = 11): KeyEntry => ({ form, since, simulated: false });

const KEYS: ReadonlyMap<string, KeyEntry> = new Map([
  ['defaultRegistry', ignored('text')],
  ['enableDefaultRegistryMutation', ignored('boolean')],
  ['excludeClusterRoles', heeded('text')],
  ['excludeGroups', heeded('text')],
  ['excludeRoles', heeded('text')],
  ['excludeUsernames', heeded('text')],
  ['generateSuccessEvents', heeded('boolean')],
  ['matchConditions', ignored('json')],
  ['maxContextSize', ignored('text', 16)],
  ['resourceFilters', heeded('text')],
  ['successEventActions', heeded('text', 18)],
  ['updateRequestThreshold', heeded('number', 12)],
  ['webhookAnnotations', ignored('json')],
  ['webhookLabels', ignored('json', 12)],
  ['webhooks', heeded('json')],
]);

/** What there is to say about the ConfigMaps' keys; that of the metrics changes nothing that is shown. */
export function configurationProblems(object: KubernetesObject, version: KyvernoVersion): readonly Problem[] {
  const data = get(object, 'data');
  if (nameOf(object) !== 'kyverno' || !isObject(data)) return [];
  return Object.entries(data).flatMap(([key, value]): readonly Problem[] => {
    const problem = value === null ? undefined : problemOf(key, value, version);
    return problem === undefined ? [] : [{ ...problem, path: ['data', key] }];
  });
}

function problemOf(key: string, value: Json, version: KyvernoVersion): Omit<Problem, 'path'> | undefined {
  const entry = KEYS.get(key);
  if (entry === undefined || !isWithin(version, entry.since, 19)) return unknownKey(key, entry, version);
  if (typeof value !== 'string')
    return {
      code: 'kyverno-configuration',
      severity: 'error',
      message: `A ConfigMap holds texts: write ${JSON.stringify(JSON.stringify(value))}.`,
    };
  const wants = wantsOf(entry.form, value);
  if (wants !== undefined)
    return {
      code: 'kyverno-configuration',
      severity: 'warning',
      message: `${key} wants ${wants}; Kyverno logs an error and goes on without it.`,
    };
  if (entry.simulated) return undefined;
  return {
    code: 'kyverno-configuration-not-simulated',
    severity: 'warning',
    message: `${key} is not simulated: it changes nothing here.`,
  };
}

function unknownKey(
  key: string,
  entry: KeyEntry | undefined,
  version: KyvernoVersion,
): Omit<Problem, 'path'> {
  const near = nearest(key, [...KEYS.keys()]);
  const hint =
    entry !== undefined
      ? `It exists from 1.${entry.since} on.`
      : near === undefined
        ? undefined
        : `Did you mean ${near}?`;
  return {
    code: 'kyverno-configuration-unknown',
    severity: 'warning',
    message: `Kyverno ${version} does not read the key ${key}.`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function wantsOf(form: KeyEntry['form'], text: string): string | undefined {
  switch (form) {
    case 'boolean':
      return /^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(text) ? undefined : 'true or false';
    case 'number':
      return /^[+-]?\d{1,18}$/.test(text) ? undefined : 'a whole number';
    case 'json':
      return isJson(text) ? undefined : 'JSON';
    case 'text':
      return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
