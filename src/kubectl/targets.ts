import type { Process } from '../base/process.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Failure } from './failure.ts';
import { statusFailure, textFailure, unknownType } from './failure.ts';
import { flag, isOn } from './flags.ts';
import { manifestsOf } from './manifests.ts';
import { placeOf, type Session } from './session.ts';

/** An object that a command is about. `object` is there once it was fetched. */
export interface Target {
  readonly info: ResourceInfo;
  readonly namespace: string;
  readonly name: string;
  readonly source?: string;
  readonly object?: KubernetesObject;
}

export type Targets = { readonly targets: readonly Target[] } | { readonly failure: Failure };

/** What `TYPE NAME…`, `TYPE/NAME…`, `TYPE -l …`, `TYPE --all` or `-f` stand for. Selected objects come fetched. */
export function* targetsOf(session: Session, words: readonly string[]): Process<Targets> {
  if (flag(session.args, 'filename') !== undefined) return targetsOfFiles(session);
  const [types = '', ...names] = words;
  if (types === '')
    return { failure: textFailure('You must provide one or more resources by argument or filename.') };
  if (words.some((word) => word.includes('/'))) return targetsBySlash(session, words);
  const infos: ResourceInfo[] = [];
  for (const type of types.split(',').flatMap(expandCategory)) {
    const info = session.server.discovery().byName(type);
    if (info === undefined) return { failure: unknownType(type) };
    infos.push(info);
  }
  if (names.length > 0) {
    const targets = infos.flatMap((info) => names.map((name) => targetOf(session, info, name)));
    return { targets };
  }
  const selects =
    flag(session.args, 'selector') !== undefined || flag(session.args, 'field-selector') !== undefined;
  if (!selects && !isOn(session.args, 'all'))
    return { failure: textFailure('resource(s) were provided, but no name was specified') };
  return yield* selectTargets(session, infos);
}

/** The kinds that `all` stands for, in the order of discovery. */
const CATEGORY_ALL = [
  'pods',
  'replicationcontrollers',
  'services',
  'daemonsets',
  'deployments',
  'replicasets',
  'statefulsets',
  'horizontalpodautoscalers',
  'cronjobs',
  'jobs',
];

const expandCategory = (type: string): readonly string[] => (type === 'all' ? CATEGORY_ALL : [type]);

function targetsOfFiles(session: Session): Targets {
  const targets: Target[] = [];
  for (const manifest of manifestsOf(session)) {
    if ('failure' in manifest) return manifest;
    const { info, namespace, source, object } = manifest;
    targets.push({ info, namespace, source, name: nameOf(object) });
  }
  return { targets };
}

function targetsBySlash(session: Session, words: readonly string[]): Targets {
  const targets: Target[] = [];
  for (const word of words) {
    const [type = '', name = '', ...more] = word.split('/');
    if (name === '' || more.length > 0)
      return {
        failure: textFailure(`arguments in resource/name form must have a single resource and name`),
      };
    const info = session.server.discovery().byName(type);
    if (info === undefined) return { failure: unknownType(type) };
    targets.push(targetOf(session, info, name));
  }
  return { targets };
}

function* selectTargets(session: Session, infos: readonly ResourceInfo[]): Process<Targets> {
  const targets: Target[] = [];
  const [labelSelector, fieldSelector] = [
    flag(session.args, 'selector'),
    flag(session.args, 'field-selector'),
  ];
  for (const info of infos) {
    const everywhere = isOn(session.args, 'all-namespaces');
    const response = yield* session.send(
      {
        verb: 'list',
        ...(everywhere ? { resource: info } : placeOf(info, session.namespace)),
        ...(labelSelector === undefined ? {} : { labelSelector }),
        ...(fieldSelector === undefined ? {} : { fieldSelector }),
      },
      'kubectl',
    );
    if (response.failure !== undefined) return { failure: statusFailure(response.failure) };
    for (const object of response.items ?? [])
      targets.push({ info, namespace: namespaceOf(object), name: nameOf(object), object });
  }
  return { targets };
}

const targetOf = (session: Session, info: ResourceInfo, name: string): Target => ({
  info,
  namespace: info.namespaced ? session.namespace : '',
  name,
});

/** The target with its object, fetched unless it already is. */
export function* fetchTarget(
  session: Session,
  target: Target,
): Process<{ readonly object: KubernetesObject } | { readonly failure: Failure }> {
  if (target.object !== undefined) return { object: target.object };
  const place = placeOf(target.info, target.namespace);
  const { failure, object } = yield* session.send({ verb: 'get', ...place, name: target.name }, 'kubectl');
  if (failure !== undefined || object === undefined)
    return { failure: failure === undefined ? textFailure('no object') : statusFailure(failure) };
  return { object };
}
