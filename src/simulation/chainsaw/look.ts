import { getObject, getString, type JsonObject } from '../../base/json.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import type { SimulatedApiServer } from '../../cluster/api-server.ts';
import { type AssertionError, formatAssertionError } from '../../expressions/assertion/assertion-error.ts';
import { gvkOf, type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import { compare, MET, missed, type Sight, titleOf, unsupported, type Verdict } from './judge.ts';
import { matchLabels } from './labels.ts';
import { asObject, inNamespace } from './objects.ts';

/** Where a Test looks. */
export interface Place {
  readonly server: SimulatedApiServer;
  /** The namespace of objects that name none. */
  readonly namespace: string;
}

/** What serves a kind. */
export const infoOf = (
  server: SimulatedApiServer,
  object: { readonly apiVersion: string; readonly kind: string },
): ResourceInfo | undefined => server.discovery().byKind(gvkOf(object));

/** Looks once, as `assert` and `error` do again and again until it is as it should be. */
export function lookOnce(
  type: 'assert' | 'error',
  document: JsonObject,
  place: Place,
  sight: Sight,
): Verdict {
  const wanted = asObject(document);
  if (wanted === undefined) return unsupported('an assertion without apiVersion or kind');
  const title = titleOf(wanted);
  const candidates = findObjects(wanted, place);
  if (candidates === undefined)
    return missed(`${title}: no matches for kind "${wanted.kind}" in version "${wanted.apiVersion}"`);
  if (candidates.length === 0) return type === 'error' ? MET : missed(`${title}: actual resource not found`);
  let difference: AssertionError | undefined;
  for (const candidate of candidates) {
    const compared = compare(document, candidate, sight);
    if ('unsupported' in compared) return unsupported(compared.unsupported);
    if (compared.difference === undefined)
      return type === 'assert' ? MET : missed(`${titleOf(candidate)} is as it should not be`);
    difference ??= compared.difference;
  }
  if (type === 'error') return MET;
  return missed(`${title}: ${difference === undefined ? '' : formatAssertionError(difference)}`, difference);
}

/** By name, or all of the namespace that have the labels; undefined if nothing serves the kind. */
export function findObjects(
  wanted: KubernetesObject,
  { server, namespace: own }: Place,
): readonly KubernetesObject[] | undefined {
  const info = infoOf(server, wanted);
  if (info === undefined) return undefined;
  const placed = inNamespace(wanted, info, own);
  const namespace = info.namespaced ? (getString(placed.metadata, 'namespace') ?? '') : '';
  const name = nameOf(wanted);
  if (name !== '') {
    const found = server.lookup(info, namespace, name);
    return found === undefined ? [] : [found];
  }
  const labels = getObject(wanted.metadata, 'labels');
  return server
    .listAll(info, info.namespaced ? namespace : undefined)
    .filter((object) => matchLabels(object, labels));
}
