import { getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { type Failure, statusFailure, textFailure, unknownType } from '../failure.ts';
import { flag } from '../flags.ts';
import { placeOf, type Session } from '../session.ts';
import { describerOf } from './describe-kinds.ts';
import type { DescribeKind } from './describe-tools.ts';
import { Description } from './description.ts';

const EVENTS = { group: '', version: 'v1', resource: 'events' };

/**
 * `kubectl describe TYPE [NAME_PREFIX…]`, `describe TYPE/NAME…`: custom resources in kubectl's generic form, built-in kinds
 * in their own; a text names what is not simulated.
 */
export function* describeTargets(session: Session, words: readonly string[]): Process<string | undefined> {
  const asked = askedOf(session, words);
  if ('failure' in asked) {
    session.fail(asked.failure);
    return undefined;
  }
  const texts: string[] = [];
  for (const { info, names } of asked.types) {
    const describe = describerOf(info);
    if (describe === undefined) return `kubectl describe ${info.resource}`;
    for (const object of yield* objectsOf(session, info, names))
      texts.push(describeObject(session, object, describe));
  }
  session.write(texts.join('\n\n'));
  if (texts.length === 0 && session.failures.length === 0)
    session.printError(
      session.isOn('all-namespaces')
        ? 'No resources found'
        : `No resources found in ${session.namespace} namespace.`,
    );
  return undefined;
}

type Asked = {
  readonly types: readonly { readonly info: ResourceInfo; readonly names: readonly string[] }[];
};

function askedOf(session: Session, words: readonly string[]): Asked | { readonly failure: Failure } {
  const [first = '', ...names] = words;
  if (first === '')
    return {
      failure: textFailure(
        'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.\n',
      ),
    };
  const slashed = words.some((word) => word.includes('/'));
  const pairs = slashed
    ? words.map((word) => {
        const [type = '', name = ''] = word.split('/');
        return { type, names: [name] };
      })
    : first.split(',').map((type) => ({ type, names }));
  const types: { info: ResourceInfo; names: readonly string[] }[] = [];
  for (const { type, names: wanted } of pairs) {
    const info = session.server.discovery().byName(type);
    if (info === undefined) return { failure: unknownType(type) };
    types.push({ info, names: wanted });
  }
  return { types };
}

function* objectsOf(
  session: Session,
  info: ResourceInfo,
  names: readonly string[],
): Process<readonly KubernetesObject[]> {
  if (names.length === 0) return (yield* listed(session, info, true)) ?? [];
  const objects: KubernetesObject[] = [];
  for (const name of names) {
    const place = placeOf(info, session.namespace);
    const { failure, object } = yield* session.send({ verb: 'get', ...place, name }, 'kubectl');
    if (object !== undefined) objects.push(object);
    if (failure === undefined) continue;
    // A single name that nothing has may be the beginning of names (kubectl, DescribeMatchingResources).
    const prefixed =
      failure.code === 404 && names.length === 1 ? yield* listed(session, info, false) : undefined;
    const matching = prefixed?.filter((one) => nameOf(one).startsWith(name)) ?? [];
    if (matching.length > 0) objects.push(...matching);
    else session.fail(statusFailure(failure));
  }
  return objects;
}

function* listed(
  session: Session,
  info: ResourceInfo,
  tells: boolean,
): Process<readonly KubernetesObject[] | undefined> {
  const labelSelector = flag(session.args, 'selector');
  const response = yield* session.send(
    {
      verb: 'list',
      ...(session.isOn('all-namespaces') ? { resource: info } : placeOf(info, session.namespace)),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    },
    'kubectl',
  );
  if (response.failure === undefined) return response.items ?? [];
  if (tells) session.fail(statusFailure(response.failure));
  return undefined;
}

function describeObject(session: Session, object: KubernetesObject, write: DescribeKind): string {
  const out = new Description();
  const shows = session.isOn('show-events', true);
  write(object, {
    out,
    now: session.now,
    events: () => {
      if (shows) out.events(eventsOf(session, object), session.now);
    },
    list: (group, version, resource) => {
      const { server } = session;
      const found = server.listAll({ group, version, resource }, namespaceOf(object) || nameOf(object));
      return server.shown({ group, version, resource }, found);
    },
    listAll: (group, version, resource) => session.server.listAll({ group, version, resource }),
  });
  return out.text();
}

/** Events about an object: by name, namespace, kind and uid, as kubectl's field selector asks for. */
export function eventsOf(session: Session, object: KubernetesObject): readonly KubernetesObject[] {
  const uid = getString(object, 'metadata', 'uid');
  const namespace = namespaceOf(object);
  return session.server.listAll(EVENTS, namespace === '' ? undefined : namespace).filter((event) => {
    const about = (key: string): string => getString(event, 'involvedObject', key) ?? '';
    return (
      about('name') === nameOf(object) &&
      about('kind') === object.kind &&
      (about('uid') === '' || uid === undefined || about('uid') === uid)
    );
  });
}
