import type { Json, JsonObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

/** Fields that have another name in core/v1 than in events.k8s.io/v1 (kubernetes: pkg/apis/events/v1/conversion.go). */
const NAMES: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

/** Whether two groups hold the same objects: every Event is served by both. */
export const isEvents = ({
  group,
  resource,
}: {
  readonly group: string;
  readonly resource: string;
}): boolean => resource === 'events' && (group === '' || group === 'events.k8s.io');

/** An Event as the other group shows it. */
export function eventInGroup(event: KubernetesObject, group: string): KubernetesObject {
  const apiVersion = group === '' ? 'v1' : `${group}/v1`;
  if (event.apiVersion === apiVersion) return event;
  const names = new Map(NAMES.map(([core, events]) => (group === '' ? [events, core] : [core, events])));
  const fields: [string, Json][] = Object.entries(event).map(([key, value]) => [
    names.get(key) ?? key,
    value,
  ]);
  if (group === '')
    for (const key of ['source', 'firstTimestamp', 'lastTimestamp'])
      if (!fields.some(([name]) => name === key)) fields.push([key, key === 'source' ? {} : null]);
  const converted: JsonObject = Object.fromEntries(fields);
  return { ...converted, apiVersion, kind: event.kind, metadata: event.metadata };
}
