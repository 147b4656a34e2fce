import { get, getList, getString, type Json } from '../base/json.ts';
import type { AdmissionRequest } from '../kubernetes/admission-review.ts';
import { labelsOf, matchLabelSelector, parseLabelSelector } from '../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ApiServer } from './api.ts';

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' } as const;
const CONFIGURATIONS = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'];

/** Whether a webhook of a configuration is called for a request: its rules and its selectors (apiserver, webhook/predicates). */
export function isCalledFor(
  webhook: Json,
  request: AdmissionRequest,
  server: Pick<ApiServer, 'lookup'>,
): boolean {
  const { group, resource } = request.resource;
  if (group === 'admissionregistration.k8s.io' && CONFIGURATIONS.includes(resource)) return false;
  return (
    getList(webhook, 'rules').some((rule) => matchesRule(rule, request, webhook)) &&
    matchesNamespace(get(webhook, 'namespaceSelector'), request, server) &&
    [request.object, request.oldObject].some(
      (object) => object !== undefined && matches(get(webhook, 'objectSelector'), object),
    )
  );
}

function matchesRule(rule: Json, request: AdmissionRequest, webhook: Json): boolean {
  const { group, version, resource } = request.resource;
  const named = (field: string, value: string): boolean => {
    const list = getList(rule, field);
    return list.includes('*') || list.includes(value);
  };
  // With matchPolicy Equivalent, the default, a request of another version of the resource is converted.
  const anyVersion = (getString(webhook, 'matchPolicy') ?? 'Equivalent') === 'Equivalent';
  const isClusterWide = request.namespace === '' || (group === '' && resource === 'namespaces');
  const scope = getString(rule, 'scope') ?? '*';
  return (
    named('operations', request.operation) &&
    named('apiGroups', group) &&
    (anyVersion || named('apiVersions', version)) &&
    (scope === '*' || (scope === 'Cluster') === isClusterWide) &&
    getList(rule, 'resources').some(
      (text) => typeof text === 'string' && matchesResource(text, resource, request.subResource),
    )
  );
}

/** `pods`, `pods/exec`, wildcards on either side: without a slash no subresource is meant. */
function matchesResource(text: string, resource: string, subresource: string): boolean {
  const [of = '', sub = ''] = text.split('/');
  return (of === '*' || of === resource) && (sub === '*' || sub === subresource);
}

/** Objects of the cluster are looked at whatever the selector says; a Namespace is looked at by its own labels. */
function matchesNamespace(
  selector: Json | undefined,
  { resource, namespace, object, oldObject }: AdmissionRequest,
  server: Pick<ApiServer, 'lookup'>,
): boolean {
  if (resource.group === '' && resource.resource === 'namespaces') {
    const labelled = object ?? oldObject;
    return labelled === undefined || matches(selector, labelled);
  }
  if (namespace === '') return true;
  const found = server.lookup(NAMESPACES, '', namespace);
  return found === undefined || matches(selector, found);
}

function matches(selector: Json | undefined, object: KubernetesObject): boolean {
  if (selector === undefined) return true;
  const parsed = parseLabelSelector(selector);
  return 'selector' in parsed && matchLabelSelector(parsed.selector, labelsOf(object));
}
