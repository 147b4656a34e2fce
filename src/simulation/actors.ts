import type { Json } from '../base/json.ts';
import { get, isObject, setKey } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { EventId } from '../base/units.ts';
import type { ResourceInfo, WatchEvent } from '../cluster/api.ts';
import type { SimulatedApiServer } from '../cluster/api-server.ts';
import type { JmesPathEnvironment } from '../expressions/jmespath/environment.ts';
import { compileJmesPath, search } from '../expressions/jmespath/query.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf, parseApiVersion } from '../kubernetes/object.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { Actor, ActorAction, ActorReaction } from './scenario.ts';

/** What actors need of the world. */
export interface ActorEnvironment {
  readonly server: SimulatedApiServer;
  readonly scheduler: Scheduler;
  readonly recorder: Recorder;
  readonly jmespath: JmesPathEnvironment;
}

/** Sets the scenario's actors to watch. They act through the API server, under a name of their own. */
export function startActors(actors: readonly Actor[], environment: ActorEnvironment): void {
  if (actors.length === 0) return;
  environment.server.watch((event) => {
    if (event.type !== 'ADDED') return;
    for (const actor of actors) if (watches(actor, event)) react(actor, event, environment);
  });
}

function watches({ watch }: Actor, { object, info }: WatchEvent): boolean {
  const { group } = parseApiVersion(watch.apiVersion);
  return (
    info.group === group &&
    object.kind === watch.kind &&
    (watch.namespace === undefined || watch.namespace === namespaceOf(object))
  );
}

function react(actor: Actor, event: WatchEvent, environment: ActorEnvironment): void {
  const reaction = actor.reactions.find((one) => meets(one, event.object, environment));
  for (const action of reaction?.actions ?? [])
    environment.scheduler.spawn(act(actor, action, event, environment), action.after);
}

function meets(
  reaction: ActorReaction,
  object: KubernetesObject,
  { server, jmespath }: ActorEnvironment,
): boolean {
  return reaction.require.every((required) => {
    const info = server.discovery().byKind(gvkOf(required));
    const namespace = fillIn(required.namespace, object, jmespath);
    const name = fillIn(required.name, object, jmespath);
    const found = info !== undefined && server.lookup(info, namespace, name) !== undefined;
    return found !== required.absent;
  });
}

function* act(
  actor: Actor,
  action: ActorAction,
  event: WatchEvent,
  environment: ActorEnvironment,
): Process<void> {
  const { recorder, jmespath } = environment;
  const cause = event.event;
  if (action.type === 'log') {
    const line = fillIn(action.line, event.object, jmespath);
    const level = action.level === 'error' ? 'error' : 'info';
    recorder.record({
      kind: 'log',
      phase: 'background',
      cause,
      component: 'actor',
      source: actor.name,
      level,
      line,
      message: line,
    });
    return;
  }
  yield* write(actor, action, event, environment);
}

/** A status or a deletion, if the object is still there. */
function* write(
  actor: Actor,
  action: Exclude<ActorAction, { readonly type: 'log' }>,
  { object, info, event }: WatchEvent,
  environment: ActorEnvironment,
): Process<void> {
  const { server, jmespath } = environment;
  const present = server.lookup(info, namespaceOf(object), nameOf(object));
  if (present === undefined) return;
  const request = {
    ...address(info, object),
    user: userOf(actor),
    component: 'actor',
    fieldManager: actor.name,
    cause: event as EventId,
  } as const;
  if (action.type === 'delete') {
    yield* server.request({ ...request, verb: 'delete' });
    return;
  }
  const status = fillInAll(action.status, object, jmespath);
  const subresource = info.subresources.includes('status') ? { subresource: 'status' } : {};
  yield* server.request({ ...request, ...subresource, verb: 'update', body: { ...present, status } });
}

const address = (info: ResourceInfo, object: KubernetesObject) => ({
  resource: { group: info.group, version: info.version, resource: info.resource },
  name: nameOf(object),
  ...(info.namespaced ? { namespace: namespaceOf(object) } : {}),
});

/** An actor stands for a deployment that its platform gave every right it needs. */
const userOf = (actor: Actor): UserInfo => ({
  username: `system:serviceaccount:${actor.namespace}:${actor.name}`,
  groups: [
    'system:masters',
    'system:serviceaccounts',
    `system:serviceaccounts:${actor.namespace}`,
    'system:authenticated',
  ],
});

const TEMPLATE = /\{\{(.*?)\}\}/g;

/** Replaces `{{ object… }}` by what the JMESPath finds in the watched object; what is no text is printed as JSON. */
export function fillIn(text: string, object: KubernetesObject, environment: JmesPathEnvironment): string {
  return text.replace(TEMPLATE, (_, expression: string) => {
    const compiled = compileJmesPath(expression.trim());
    if ('error' in compiled) return '';
    const found = search(compiled.query, { object }, environment);
    if ('error' in found || found.value === null) return '';
    return typeof found.value === 'string' ? found.value : JSON.stringify(found.value);
  });
}

function fillInAll(value: Json, object: KubernetesObject, environment: JmesPathEnvironment): Json {
  if (typeof value === 'string') return fillIn(value, object, environment);
  if (Array.isArray(value)) return value.map((item) => fillInAll(item, object, environment));
  if (!isObject(value)) return value;
  const filled: Record<string, Json> = {};
  for (const key of Object.keys(value))
    setKey(filled, key, fillInAll(get(value, key) ?? null, object, environment));
  return filled;
}
