import type { Json } from '../../base/json.ts';
import { isObject } from '../../base/json.ts';
import type { RevisionId } from '../../base/units.ts';
import type { TraceEvent } from '../event.ts';
import type { Trace } from '../trace.ts';
import { plainTextOf } from './plain-text.ts';

/** What came out of an event, without what differs from run to run. Times are no outcome. */
export function outcomeOf(trace: Trace, event: TraceEvent): Json {
  const plain = plainTextOf(trace);
  switch (event.kind) {
    case 'step':
      return [event.verdict, event.exitCode, plain(event.stdout), plain(event.stderr)];
    case 'request':
      return [event.code, plain(event.message ?? ''), [...event.warnings], event.refusedBy ?? ''];
    case 'webhook':
      return [event.allowed, plain(event.message ?? ''), [...event.warnings]];
    case 'rule':
      return [event.status, plain(event.message)];
    case 'stored':
      return storedContent(trace, event.revision);
    case 'never-stored':
      return plain(event.reason);
    case 'plan':
      return event.targets.map(({ kind, namespace, name }) => [kind, namespace ?? '', plain(name)]);
    case 'update-request':
      return [event.state, plain(event.message)];
    case 'attempt':
    case 'attempt-part':
      return [event.result, plain(event.message)];
    case 'target':
      return [event.result, plain(event.reason)];
    case 'event':
      return [event.type, plain(event.message)];
    case 'report':
      return event.results.map(({ policy, rule, result, message }) => [
        policy,
        rule,
        result,
        plain(message ?? ''),
      ]);
    case 'policy':
      return [event.ready, plain(event.message)];
    case 'log':
    case 'unsupported':
    case 'stopped':
      return null;
  }
}

const SERVER_FIELDS = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'generation']);

/** An object's content at a revision: what a person or a controller wrote, uids and resource versions left out. */
export function storedContent(trace: Trace, revision: RevisionId): Json {
  const plain = plainTextOf(trace);
  const content = (value: Json): Json => {
    if (typeof value === 'string') return plain(value);
    if (Array.isArray(value)) return (value as readonly Json[]).map(content);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !SERVER_FIELDS.has(key))
        .map(([key, item]) => [key, content(item)]),
    );
  };
  const at = trace.revisions[revision];
  const found = at?.id === revision ? at : trace.revisions.find(({ id }) => id === revision);
  return content(found?.object ?? null);
}
