import { get, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { namespaceOf } from '../../kubernetes/object.ts';
import { statusFailure, textFailure, unknownType } from '../failure.ts';
import { flag, flagList } from '../flags.ts';
import { placeOf, type Session } from '../session.ts';
import { eventInterval } from './description.ts';
import { formatTable } from './table.ts';

/** `kubectl events [-A] [--for TYPE/NAME] [--types=Normal,Warning]`: a table, the latest last. */
export function* showEvents(session: Session): Process<string | undefined> {
  if (session.isOn('watch')) return 'kubectl events --watch';
  if (flag(session.args, 'output') !== undefined) return 'kubectl events -o';
  const discovery = session.server.discovery();
  const info = discovery.byName('events');
  if (info === undefined) return 'kubectl events';
  const about = flag(session.args, 'for');
  const [type = '', name] = about?.split('/') ?? [];
  const target = about === undefined ? undefined : discovery.byName(type);
  if (about !== undefined && name === undefined) {
    session.fail(textFailure('--for must be in resource/name form'));
    return undefined;
  }
  if (about !== undefined && target === undefined) {
    session.fail(unknownType(type));
    return undefined;
  }
  const everywhere = session.isOn('all-namespaces');
  const response = yield* session.send(
    { verb: 'list', ...(everywhere ? { resource: info } : placeOf(info, session.namespace)) },
    'kubectl',
  );
  if (response.failure !== undefined) {
    session.fail(statusFailure(response.failure));
    return undefined;
  }
  const types = flagList(session.args, 'types', true);
  const events = (response.items ?? [])
    .filter((event) => types.length === 0 || types.includes(getString(event, 'type') ?? ''))
    .filter((event) => target === undefined || isAbout(event, target, name ?? ''))
    .map((event, index) => ({ event, index, at: lastSeen(event) }))
    .sort((a, b) => a.at - b.at || a.index - b.index);
  if (events.length === 0) {
    session.printError(
      everywhere ? 'No events found.' : `No events found in ${session.namespace} namespace.`,
    );
    return undefined;
  }
  const header = [...(everywhere ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];
  const rows = events.map(({ event }) => [
    ...(everywhere ? [namespaceOf(event)] : []),
    eventInterval(event, session.clock),
    getString(event, 'type') ?? '',
    getString(event, 'reason') ?? '',
    `${getString(event, 'involvedObject', 'kind') ?? ''}/${getString(event, 'involvedObject', 'name') ?? ''}`,
    (getString(event, 'message') ?? '').trim(),
  ]);
  session.write(formatTable(session.isOn('no-headers') ? rows : [header, ...rows]));
  return undefined;
}

const isAbout = (event: KubernetesObject, { kind }: ResourceInfo, name: string): boolean =>
  getString(event, 'involvedObject', 'kind') === kind && getString(event, 'involvedObject', 'name') === name;

function lastSeen(event: KubernetesObject): number {
  const text =
    getString(get(event, 'series'), 'lastObservedTime') ||
    getString(event, 'lastTimestamp') ||
    getString(event, 'eventTime') ||
    '';
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : at;
}
