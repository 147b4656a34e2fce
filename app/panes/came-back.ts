import {
  isObject,
  type Json,
  lifeOf,
  type Milliseconds,
  type ObjectRef,
  objectsAt,
  type StoredEvent,
  type TargetEvent,
  type Trace,
} from '../../src/index.ts';

/** Why Kyverno undid a change to a downstream, in two parts for a box. */
export interface CameBack {
  readonly title: string;
  readonly text: string;
}

/**
 * What made a downstream come back, or come into line again, if its last change before a time was Kyverno's answer to somebody
 * else's (lifecycle D; corrections.md part d, S22). Undefined where nobody but Kyverno wrote it.
 */
export function cameBack(trace: Trace, ref: ObjectRef, at: Milliseconds): CameBack | undefined {
  const life = lifeOf(trace, ref).filter((event) => event.time <= at);
  const last = life.at(-1);
  const before = life.at(-2);
  if (last === undefined || before === undefined) return undefined;
  if (last.component !== 'background-controller' || before.component === 'background-controller')
    return undefined;
  const target = targetOf(trace, last);
  if (target === undefined || !target.synchronize) return undefined;
  const deleted = before.change === 'DELETED';
  const trigger = target.trigger.kind;
  const alive = objectsAt(trace, at).some(
    ({ ref: one }) =>
      one.kind === trigger && one.name === target.trigger.name && one.namespace === target.trigger.namespace,
  );
  if (!alive) return undefined;
  const conditions = `synchronize is true, the ${trigger} lives under the same uid`;
  const none = operationsOf(trace, target, at) ? '' : ', and the rule names no operations';
  return {
    title: deleted ? 'Why it came back.' : 'Why it was put back.',
    text: `${conditions}${none}. With operations set, Kyverno would leave it ${deleted ? 'deleted' : 'as it was edited'}.`,
  };
}

/** What the background controller says it did with the object that it wrote. */
function targetOf(trace: Trace, { object, time, id }: StoredEvent): TargetEvent | undefined {
  const fits = (event: Trace['events'][number]): event is TargetEvent =>
    event.kind === 'target' &&
    event.target.kind === object.kind &&
    event.target.name === object.name &&
    event.target.namespace === object.namespace;
  return (
    trace.events.slice(id).find((event): event is TargetEvent => fits(event) && event.time >= time) ??
    trace.events.findLast(fits)
  );
}

/** Whether the rule behind a target names operations anywhere in its match. */
function operationsOf(trace: Trace, { policy, rule }: TargetEvent, at: Milliseconds): boolean {
  const held = objectsAt(trace, at).find(
    ({ ref }) =>
      /^(Cluster)?Policy$/.test(ref.kind) &&
      (ref.name === policy || `${ref.namespace}/${ref.name}` === policy),
  );
  const spec = held && trace.revisions[held.revision]?.object['spec'];
  const rules = isObject(spec) && Array.isArray(spec['rules']) ? spec['rules'] : [];
  const found = rules.find(
    (one): one is { readonly [key: string]: Json } => isObject(one) && one['name'] === rule,
  );
  return found !== undefined && JSON.stringify(found['match'] ?? {}).includes('"operations"');
}
