import { get, getList, getString, type Json, type JsonObject } from '../../base/json.ts';
import { compileJmesPath } from '../../expressions/jmespath/query.ts';
import type { VariableLanguage } from './environment.ts';

const RESERVED = [
  'images',
  'request',
  'serviceAccountName',
  'serviceAccountNamespace',
  'element',
  'elementIndex',
];
const SOURCES = ['configMap', 'apiCall', 'globalReference', 'imageRegistry', 'variable'] as const;

/** What is wrong with a rule's context entries, and which one it is (lifecycle F.1, 16). */
export function checkContext(
  rule: JsonObject,
  language: VariableLanguage,
): { readonly error: string; readonly index: number } | undefined {
  const entries = getList(rule, 'context');
  if (entries.length === 0) return undefined;
  if (Object.keys((get(get(rule, 'validate'), 'cel') as JsonObject | undefined) ?? {}).length > 0)
    return { error: 'context variables are not supported for CEL expressions in validate rules', index: 0 };
  for (const [index, entry] of entries.entries()) {
    const error = checkEntry(entry, language);
    if (error !== undefined) return { error, index };
  }
  return undefined;
}

function checkEntry(entry: Json, language: VariableLanguage): string | undefined {
  const name = getString(entry, 'name') ?? '';
  if (name === '') return 'a name is required for context entries';
  const taken = RESERVED.find((reserved) => name === reserved || name.startsWith(`${reserved}.`));
  if (taken !== undefined)
    return `entry name ${name} is invalid as it conflicts with a pre-defined variable ${taken}`;
  const [source, ...others] = SOURCES.filter((one) => get(entry, one) !== undefined);
  if (source === undefined || others.length > 0)
    return 'exactly one of configMap or apiCall or imageRegistry or variable is required for context entries';
  return checkSource(source, get(entry, source) ?? null, language);
}

function checkSource(
  source: (typeof SOURCES)[number],
  body: Json,
  language: VariableLanguage,
): string | undefined {
  const text = (name: string): string => getString(body, name) ?? '';
  switch (source) {
    case 'configMap':
      if (text('name') === '') return 'a name is required for configMap context entry';
      return text('namespace') === '' ? 'a namespace is required for configMap context entry' : undefined;
    case 'apiCall':
      if (text('urlPath') !== '' && get(body, 'service') !== undefined)
        return 'a URLPath cannot be used for service API calls';
      return checkPath(text('jmesPath'), language);
    case 'globalReference':
      if (text('name') === '') return 'a name is required for globalReference context entry';
      return checkPath(text('jmesPath'), language);
    case 'imageRegistry':
      if (text('reference') === '') return 'a ref is required for imageRegistry context entry';
      return checkPath(text('jmesPath'), language);
    case 'variable': {
      const error = checkPath(text('jmesPath'), language);
      if (error !== undefined) return error;
      if (get(body, 'value') === undefined && text('jmesPath') === '')
        return 'a variable must define a value or a jmesPath expression';
      if (get(body, 'default') !== undefined && text('jmesPath') === '')
        return 'a variable must define a default value only when a jmesPath expression is defined';
      return undefined;
    }
  }
}

/** An expression with a variable in it cannot be parsed before the variable is known. */
function checkPath(path: string, language: VariableLanguage): string | undefined {
  if (path === '' || language.find(path).length > 0) return undefined;
  const compiled = compileJmesPath(path);
  return 'error' in compiled ? `failed to parse JMESPath ${path}: ${compiled.error}` : undefined;
}
