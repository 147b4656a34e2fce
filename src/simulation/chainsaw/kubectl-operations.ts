import { get, getObject, getString, type Json, type JsonObject } from '../../base/json.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import { type Templating, templateValue } from '../../expressions/assertion/templating.ts';
import { parseApiVersion } from '../../kubernetes/object.ts';

/** Operations that Chainsaw performs by running kubectl (pkg/engine/kubectl). */
export const KUBECTL_OPERATIONS = ['get', 'describe', 'events', 'podLogs', 'wait'] as const;
export type KubectlOperation = (typeof KUBECTL_OPERATIONS)[number];

/** What an argument list is made of. */
export interface KubectlSurroundings {
  readonly namespace: string;
  readonly templating: Templating;
  /** How long `wait` waits, as a Go duration. */
  readonly timeout: string;
  infoOf(kind: {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }): ResourceInfo | undefined;
}

export type KubectlArguments = { readonly argv: readonly string[] } | { readonly error: string };

/** The words after `kubectl` of an operation, or why there are none: Chainsaw's own refusals. */
export function kubectlArguments(
  type: KubectlOperation,
  written: JsonObject,
  surroundings: KubectlSurroundings,
): KubectlArguments {
  const templated = templateValue(written, surroundings.templating);
  if ('error' in templated) return templated;
  const body = templated.value;
  const text = (...path: string[]): string => getString(body, ...path) ?? '';
  const [name, selector, format] = [text('name'), text('selector'), text('format')];
  if (name !== '' && selector !== '')
    return { error: 'name cannot be provided when a selector is specified' };
  const chosen = name !== '' ? [name] : selector !== '' ? ['-l', selector] : [];
  const inNamespace = ['-n', text('namespace') || surroundings.namespace];
  const printed = format === '' ? [] : ['-o', format];
  if (type === 'events')
    return {
      argv: [
        'get',
        'events',
        ...(name === '' ? chosen : ['--field-selector', `involvedObject.name=${name}`]),
        ...inNamespace,
        ...printed,
      ],
    };
  if (type === 'podLogs') {
    if (chosen.length === 0) return { error: 'a name or selector must be specified' };
    const container = text('container');
    const tail = get(body, 'tail');
    return {
      argv: [
        'logs',
        '--prefix',
        ...chosen,
        ...inNamespace,
        ...(container === '' ? ['--all-containers'] : ['-c', container]),
        ...(typeof tail === 'number' ? ['--tail', String(tail)] : []),
      ],
    };
  }
  const resource = resourceOf(body, surroundings);
  if ('error' in resource) return resource;
  const everywhere = text('namespace') === '*' ? ['--all-namespaces'] : inNamespace;
  const scope = resource.namespaced ? everywhere : [];
  if (type === 'wait') {
    const condition = waitedFor(body);
    if ('error' in condition) return condition;
    const which = chosen.length === 0 ? ['--all'] : chosen;
    return {
      argv: [
        'wait',
        resource.argument,
        `--for=${condition.text}`,
        ...which,
        ...scope,
        ...printed,
        '--timeout',
        surroundings.timeout,
      ],
    };
  }
  if (type === 'describe') {
    const events = get(body, 'showEvents');
    return {
      argv: [
        'describe',
        resource.argument,
        ...chosen,
        ...scope,
        ...(typeof events === 'boolean' ? [`--show-events=${events}`] : []),
      ],
    };
  }
  return { argv: ['get', resource.argument, ...chosen, ...scope, ...printed] };
}

/** `resource`, or `apiVersion` and `kind`, as kubectl takes it. */
function resourceOf(
  body: Json,
  { infoOf }: KubectlSurroundings,
): { readonly argument: string; readonly namespaced: boolean } | { readonly error: string } {
  const [resource, kind] = [getString(body, 'resource'), getString(body, 'kind')];
  if (resource !== undefined && kind !== undefined)
    return { error: 'resource and kind cannot be provided at the same time' };
  // Chainsaw does not know the scope of what is named by resource: it asks for the namespace.
  if (resource !== undefined) return { argument: resource, namespaced: true };
  if (kind === undefined) return { error: 'a resource or kind must be specified' };
  const apiVersion = getString(body, 'apiVersion') ?? '';
  const info = infoOf({ ...parseApiVersion(apiVersion), kind });
  if (info === undefined) return { error: `no matches for kind "${kind}" in version "${apiVersion}"` };
  const group = info.group === '' ? '' : `.${info.version}.${info.group}`;
  return { argument: `${info.resource}${group}`, namespaced: info.namespaced };
}

/** What `--for` says. */
function waitedFor(body: Json): { readonly text: string } | { readonly error: string } {
  const wanted = getObject(body, 'for');
  if (get(wanted, 'deletion') !== undefined) return { text: 'delete' };
  if (get(wanted, 'creation') !== undefined) return { text: 'create' };
  const condition = getString(wanted, 'condition', 'name');
  if (get(wanted, 'condition') !== undefined) {
    if (condition === undefined || condition === '')
      return { error: 'a condition name must be specified for condition wait type' };
    return { text: `condition=${withValue(condition, getString(wanted, 'condition', 'value'))}` };
  }
  const path = getString(wanted, 'jsonPath', 'path');
  if (path === undefined || path === '')
    return { error: 'either a deletion or a condition must be specified' };
  return { text: `jsonpath=${withValue(path, getString(wanted, 'jsonPath', 'value'))}` };
}

const withValue = (name: string, value: string | undefined): string =>
  value === undefined ? name : `${name}=${value}`;
