import type { Json, JsonObject } from '../../base/json.ts';
import { get, getString, isObject } from '../../base/json.ts';
import { cleanPath } from '../../expressions/jmespath/go-strings.ts';
import { formatGo } from '../../expressions/jmespath/value.ts';
import { goType } from '../match/go-text.ts';
import type { ContextLoader, Loaded, OutsideEntry } from '../policy-context.ts';
import { executeCall } from './api-call.ts';
import type { EntryLoader } from './deferred-loaders.ts';
import type { JsonContext } from './json-context.ts';
import { substituteAll, type VariableResolver } from './substitute.ts';

/** What loading an entry needs. */
export interface LoadingContext {
  readonly json: JsonContext;
  readonly resolver: VariableResolver;
  readonly loader: ContextLoader;
  /** Namespace of a Policy, empty for a ClusterPolicy. */
  readonly policyNamespace: string;
}

/** How an entry's data comes about; asked anew when a restore took it away. */
type Produce = () => Loaded;

const present = (value: Json | undefined): value is Json => value !== undefined && value !== null;
const textAt = (object: Json | undefined, key: string): string => getString(object, key) ?? '';

/** A loader that stores with `store` what it produces; with `once` it produces a single time. */
function loaderOf(
  name: string,
  produce: Produce,
  store: (value: Json) => string | undefined,
  once: boolean,
): EntryLoader {
  let data: { readonly value: Json } | undefined;
  return {
    name,
    hasLoaded: () => data !== undefined,
    load: () => {
      if (!data || !once) {
        const produced = produce();
        if ('error' in produced) return produced.error;
        data = produced;
      }
      return store(data.value);
    },
  };
}

/** Merges a value into the context under the entry's name. */
function addEntry(context: LoadingContext, name: string, value: Json): string | undefined {
  const error = context.json.reserve(value);
  if (error === undefined) context.json.add(name, value);
  return error;
}

function substituteText(
  raw: string,
  context: LoadingContext,
  place: string,
): { readonly text: string } | { readonly error: string } {
  const substituted = substituteAll(raw, context.resolver);
  if ('error' in substituted)
    return { error: `failed to substitute variables in context ${place}: ${substituted.error}` };
  if (typeof substituted.value === 'string') return { text: substituted.value };
  const found = goType(substituted.value, 'float');
  return { error: `failed to substitute variables in context ${place}: expected string, got ${found}` };
}

function configMapLoader(name: string, entry: Json, context: LoadingContext): EntryLoader {
  const produce = (): Loaded => {
    const rawName = textAt(entry, 'name');
    const rawNamespace = textAt(entry, 'namespace');
    const configMap = substituteText(rawName, context, `${name} configMap.name ${rawName}`);
    if ('error' in configMap) return configMap;
    const place = `${name} configMap.namespace ${rawNamespace}`;
    const substituted = substituteText(rawNamespace, context, place);
    if ('error' in substituted) return substituted;
    const own = context.policyNamespace;
    const namespace = substituted.text || own || 'default';
    if (own !== '' && namespace !== own)
      return {
        error: `context entry ${name}: configMap namespace ${JSON.stringify(namespace)} is different from policy namespace ${JSON.stringify(own)}`,
      };
    const found = context.loader.configMap(namespace, configMap.text);
    if ('value' in found) return found;
    return { error: `failed to get configmap ${namespace}/${configMap.text} : ${found.error}` };
  };
  const prefixed = (): Loaded => {
    const found = produce();
    if ('value' in found) return found;
    return { error: `failed to retrieve config map for context entry ${name}: ${found.error}` };
  };
  const store = (value: Json): string | undefined => {
    const error = addEntry(context, name, value);
    return error === undefined ? undefined : `failed to add config map for context entry ${name}: ${error}`;
  };
  return loaderOf(name, prefixed, store, true);
}

const NAMESPACE_SEGMENT = /^\/apis?\/.*?\/namespaces\/([^/]+)\/?.*$/;

/** A Policy may only ask for objects of its own namespace. */
function pathProblem(urlPath: string, policyNamespace: string): string | undefined {
  if (policyNamespace === '') return undefined;
  const path = cleanPath(urlPath);
  const namespace = NAMESPACE_SEGMENT.exec(path)?.[1];
  if (namespace === undefined)
    return `path ${path} does not contain a namespace segment, which is required for namespaced policies`;
  if (namespace === policyNamespace) return undefined;
  return `path ${path} refers to namespace ${namespace}, which is different from the policy namespace ${policyNamespace}`;
}

function apiCallLoader(name: string, entry: Json, context: LoadingContext): EntryLoader {
  const fallback = get(entry, 'default');
  let usedFallback = false;
  const fetch = (): Loaded => {
    const substituted = substituteAll(entry, context.resolver);
    if ('error' in substituted)
      return {
        error: `failed to substitute variables in context entry ${name} ${textAt(entry, 'urlPath')}: ${substituted.error}`,
      };
    const problem = pathProblem(textAt(substituted.value, 'urlPath'), context.policyNamespace);
    if (problem !== undefined) return { error: problem };
    const found = executeCall(substituted.value, name, context.loader);
    if ('value' in found || fallback === undefined) return found;
    usedFallback = true;
    return { value: fallback };
  };
  const produce = (): Loaded => {
    const found = fetch();
    return 'value' in found ? found : { error: `failed to fetch data for APICall: ${found.error}` };
  };
  const transform = (data: Json): Loaded => {
    const raw = textAt(entry, 'jmesPath');
    if (raw === '' || usedFallback) return { value: data };
    const path = substituteAll(raw, context.resolver);
    if ('error' in path)
      return {
        error: `failed to substitute variables in context entry ${name} JMESPath ${raw}: ${path.error}`,
      };
    const found = context.json.searchIn(String(path.value), data);
    if ('value' in found) return found;
    return { error: `failed to apply JMESPath ${path.value} for context entry ${name}: ${found.error}` };
  };
  const store = (data: Json): string | undefined => {
    const transformed = transform(data);
    if ('error' in transformed) return `failed to store data for APICall: ${transformed.error}`;
    const error = addEntry(context, name, transformed.value);
    return error === undefined
      ? undefined
      : `failed to store data for APICall: failed to add resource data to context entry ${name}: ${error}`;
  };
  return loaderOf(name, produce, store, true);
}

function globalReferenceLoader(name: string, entry: Json, context: LoadingContext): EntryLoader {
  const read = (): Loaded => {
    const reference = substituteAll(entry, context.resolver);
    if ('error' in reference) return reference;
    const found = context.loader.globalContext(textAt(reference.value, 'name'));
    const path = textAt(reference.value, 'jmesPath');
    if ('error' in found || path === '') return found;
    const searched = context.json.searchIn(path, found.value);
    if ('value' in searched) return searched;
    return { error: `failed to apply JMESPath ${path} for context entry ${name}: ${searched.error}` };
  };
  const produce = (): Loaded => {
    const found = read();
    if ('value' in found) return found;
    return { error: `failed to marshal APICall data for context entry ${name}: ${found.error}` };
  };
  const store = (value: Json): string | undefined => {
    const error = addEntry(context, name, value);
    return error === undefined
      ? undefined
      : `failed to add resource cache results for context entry ${name}: ${error}`;
  };
  return loaderOf(name, produce, store, false);
}

function imageRegistryLoader(name: string, entry: Json, context: LoadingContext): EntryLoader {
  const produce = (): Loaded => {
    const raw = textAt(entry, 'reference');
    const reference = substituteAll(raw, context.resolver);
    // Kyverno's own spelling.
    if ('error' in reference)
      return { error: `ailed to substitute variables in context entry ${name} ${raw}: ${reference.error}` };
    if (typeof reference.value !== 'string')
      return {
        error: `invalid image reference ${formatGo(reference.value)}, image reference must be a string`,
      };
    const rawPath = textAt(entry, 'jmesPath');
    const path = substituteAll(rawPath, context.resolver);
    if ('error' in path)
      return { error: `failed to substitute variables in context entry ${name} ${rawPath}: ${path.error}` };
    const found = context.loader.imageData(reference.value);
    if ('error' in found || path.value === '') return found;
    const searched = context.json.searchIn(String(path.value), found.value);
    if ('value' in searched) return searched;
    return {
      error: `failed to apply JMESPath (${rawPath}) results to context entry ${name}, error: ${searched.error}`,
    };
  };
  return loaderOf(name, produce, (value) => addEntry(context, name, value), true);
}

/** A value, and whether there is one: null counts as none. */
function substituteOptional(raw: Json | undefined, name: string, context: LoadingContext): Loaded {
  if (!present(raw)) return { value: null };
  const substituted = substituteAll(raw, context.resolver);
  if ('value' in substituted) return substituted;
  return {
    error: `failed to substitute variables in context entry ${name} ${formatGo(raw)}: ${substituted.error}`,
  };
}

/** A failed path is an error only where there is no default (loaders/variable.go). */
function applyPath(path: string, found: Loaded, fallback: Json): Loaded {
  if ('value' in found) return found;
  return fallback === null
    ? { error: `failed to apply jmespath ${path} to variable <nil>: ${found.error}` }
    : { value: fallback };
}

function searchValue(path: string, value: Json, json: JsonContext): Loaded {
  const found = json.searchIn(path, value);
  if ('value' in found || !found.syntax) return found;
  return { error: `failed to compile JMESPath: ${path}, error: ${found.error}` };
}

function evaluateVariable(name: string, entry: Json, context: LoadingContext): Loaded {
  const rawPath = textAt(entry, 'jmesPath');
  const path = substituteAll(rawPath, context.resolver);
  if ('error' in path)
    return { error: `failed to substitute variables in context entry ${name} ${rawPath}: ${path.error}` };
  if (typeof path.value !== 'string')
    return { error: `jmespath value must be a string ${name} ${rawPath}: <nil>` };
  const fallback = substituteOptional(get(entry, 'default'), name, context);
  if ('error' in fallback) return fallback;
  const value = substituteOptional(get(entry, 'value'), name, context);
  if ('error' in value) return value;
  if (present(get(entry, 'value'))) {
    if (path.value === '') return value;
    return applyPath(path.value, searchValue(path.value, value.value, context.json), fallback.value);
  }
  if (path.value === '') return fallback;
  const found = applyPath(path.value, context.resolver.query(path.value), fallback.value);
  return 'value' in found && found.value === null ? fallback : found;
}

function variableLoader(name: string, entry: Json, context: LoadingContext): EntryLoader {
  const produce = (): Loaded => {
    const found = evaluateVariable(name, entry, context);
    if ('error' in found || found.value !== null) return found;
    return { error: `failed to add context entry for variable ${name} since it evaluated to nil` };
  };
  const store = (value: Json): string | undefined => {
    const error = context.json.reserve(value);
    if (error === undefined) context.json.replace(name, value);
    return error;
  };
  return loaderOf(name, produce, store, false);
}

/** What became of an entry whose answer is declared: it is in the context, unless there is an error. */
interface Answered {
  readonly error?: string;
}

/**
 * Puts the declared answer to an API call into the context; undefined if the entry is something else or has none. Other
 * status codes than 2xx are errors (the CLI's store/contextloader.go).
 */
export function addDeclaredAnswer(entry: Json, context: LoadingContext): Answered | undefined {
  const raw = get(entry, 'apiCall');
  if (!isObject(raw)) return undefined;
  const name = textAt(entry, 'name');
  const call = substituteAll(raw, context.resolver);
  if ('error' in call)
    return { error: `failed to substitute variables in apiCall context entry "${name}": ${call.error}` };
  const service = get(call.value, 'service');
  const url = isObject(service) ? textAt(service, 'url') : textAt(call.value, 'urlPath');
  const method = textAt(call.value, 'method') || 'GET';
  const answer = url === '' ? undefined : context.loader.declaredAnswer?.(method, url);
  if (answer === undefined) return undefined;
  if (answer.statusCode < 200 || answer.statusCode >= 300)
    return {
      error: `HTTP ${answer.statusCode} from apiCall mock for context entry "${name}" (v1 apiCall treats non-2xx as failure)`,
    };
  const path = textAt(call.value, 'jmesPath');
  const found = path === '' ? { value: answer.body } : context.json.searchIn(path, answer.body);
  if ('error' in found)
    return { error: `failed to apply JMESPath "${path}" for context entry "${name}": ${found.error}` };
  const error = addEntry(context, name, found.value);
  return error === undefined ? {} : { error };
}

const LOADERS: readonly (readonly [
  OutsideEntry | 'variable',
  (name: string, entry: JsonObject, context: LoadingContext) => EntryLoader,
])[] = [
  ['configMap', configMapLoader],
  ['apiCall', apiCallLoader],
  ['globalReference', globalReferenceLoader],
  ['imageRegistry', imageRegistryLoader],
  ['variable', variableLoader],
];

/**
 * The loader of a context entry, or why there is none (lifecycle A.8, engine/context/loaders); undefined if the entry is to
 * be left out.
 */
export function createEntryLoader(
  entry: Json,
  context: LoadingContext,
): EntryLoader | { readonly error: string } | undefined {
  const name = textAt(entry, 'name');
  for (const [kind, create] of LOADERS) {
    const body = get(entry, kind);
    if (!isObject(body)) continue;
    return kind !== 'variable' && context.loader.without?.has(kind) ? undefined : create(name, body, context);
  }
  return { error: `failed to create deferred loader for context entry ${name}` };
}
