import { getList, getObject, getString, type Json, type JsonObject } from '../base/json.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';

export const CRON_JOB = 'CronJob';

/** Pod controllers with the selector that autogen writes for them. */
export const CONTROLLERS: ReadonlyMap<string, string> = new Map([
  ['DaemonSet', 'apps/v1/DaemonSet'],
  ['Deployment', 'apps/v1/Deployment'],
  ['Job', 'batch/v1/Job'],
  ['StatefulSet', 'apps/v1/StatefulSet'],
  ['ReplicaSet', 'apps/v1/ReplicaSet'],
  ['ReplicationController', 'v1/ReplicationController'],
  [CRON_JOB, 'batch/v1/CronJob'],
]);

/** Whether a rule of the policy is left out once rules are derived: it took a derived rule's name. */
export const hasAutogenName = (raw: Json): boolean => (getString(raw, 'name') ?? '').startsWith('autogen-');

export const FILTERS = ['any', 'all'] as const;

/** All resource descriptions of a match or exclude block. */
export function descriptionsOf(block: Json | undefined): readonly JsonObject[] {
  const nested = FILTERS.flatMap((mode) =>
    getList(block, mode).map((filter) => getObject(filter, 'resources')),
  );
  return [getObject(block, 'resources'), ...nested];
}

export const kindsOf = (description: Json): readonly string[] =>
  getList(description, 'kinds').filter((kind) => typeof kind === 'string');

export const containsPod = (kinds: readonly string[]): boolean =>
  kinds.some((kind) => parseKindSelector(kind).kind === 'Pod');
