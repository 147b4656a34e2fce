import { get, getList, getString, type Json } from '../../base/json.ts';
import { compileJmesPath } from '../../expressions/jmespath/query.ts';
import { parseDuration } from '../../kubernetes/duration.ts';
import { aggregate, child, type FieldPath, forbidden, invalid, item, required } from './field-error.ts';
import type { Problem } from './problem.ts';

const EITHER = 'A global context entry should either have KubernetesResource or APICall';
const isThere = (value: Json | undefined): value is Json => value !== undefined && value !== null;

/** What the webhook refuses a GlobalContextEntry for (api/kyverno/v2beta1, GlobalContextEntry.Validate). */
export function validateGlobalContextEntry(entry: Json): Problem | undefined {
  const spec = get(entry, 'spec') ?? null;
  const path: FieldPath = { text: 'spec', path: ['spec'] };
  const resource = get(spec, 'kubernetesResource');
  const call = get(spec, 'apiCall');
  const name = getString(entry, 'metadata', 'name') ?? '';
  return aggregate([
    ...(isThere(resource) === isThere(call) ? [forbidden(child(path, 'kubernetesResource'), EITHER)] : []),
    ...(isThere(resource) ? checkResource(resource, child(path, 'resource', ['kubernetesResource'])) : []),
    ...(isThere(call) ? checkCall(call, child(path, 'apiCall')) : []),
    ...getList(spec, 'projections').flatMap((projection, index) =>
      checkProjection(projection, item(child(path, 'projections'), index), name),
    ),
  ]);
}

function checkResource(resource: Json, path: FieldPath): readonly Problem[] {
  const text = (name: string): string => getString(resource, name) ?? '';
  const missing = (name: string): Problem =>
    required(child(path, name), `A Resource entry requires a ${name}`);
  return [
    ...(text('group') === '' && text('version') !== 'v1' ? [missing('group')] : []),
    ...(text('version') === '' ? [missing('version')] : []),
    ...(text('resource') === '' ? [missing('resource')] : []),
  ];
}

function checkCall(call: Json, path: FieldPath): readonly Problem[] {
  const interval = getString(call, 'refreshInterval');
  const isZero = interval !== undefined && parseDuration(interval) === 0n;
  const hasService = isThere(get(call, 'service'));
  const hasPath = (getString(call, 'urlPath') ?? '') !== '';
  const hasData = Array.isArray(get(call, 'data'));
  return [
    ...(isZero
      ? [
          required(
            child(path, 'refreshIntervalSeconds', ['refreshInterval']),
            'A Resource entry requires a refresh interval greater than 0 seconds',
          ),
        ]
      : []),
    ...(hasService === hasPath
      ? [forbidden(child(path, 'service'), 'An External API call should either have Service or URLPath')]
      : []),
    ...(hasData && getString(call, 'method') !== 'POST'
      ? [forbidden(child(path, 'method'), 'An External API call with data should have method as POST')]
      : []),
  ];
}

function checkProjection(projection: Json, path: FieldPath, entry: string): readonly Problem[] {
  const name = getString(projection, 'name') ?? '';
  const query = getString(projection, 'jmesPath') ?? '';
  const compiled = compileJmesPath(query);
  return [
    ...(name === '' ? [required(child(path, 'name'), 'A projection entry requires a name')] : []),
    ...(name === entry
      ? [
          required(
            child(path, 'name'),
            'A projection entry requires a name different from the global context entry name',
          ),
        ]
      : []),
    ...(query === '' ? [required(child(path, 'jmesPath'), 'A projection entry requires a JMESPath')] : []),
    ...('error' in compiled ? [invalid(child(path, 'jmesPath'), query, compiled.error)] : []),
  ];
}
