import type { EventId } from '../base/units.ts';
import type { ResourceInfo } from '../cluster/api.ts';

/** An object as the cleanup controller's queues hold it: by its place. */
export interface QueuedObject {
  readonly info: ResourceInfo;
  readonly namespace: string;
  readonly name: string;
  /** What made it be looked at. */
  readonly cause: EventId;
}

/** What the cleanup controller remembers. */
export interface CleanupState {
  /** The queue entry of each cleanup policy; one that is taken out of turn is done with. */
  readonly queued: Map<string, QueuedObject>;
  /** Kinds that are watched for TTL labels, `group/resource`. */
  readonly watched: Set<string>;
  /** When cluster roles or their bindings changed last, virtual time; before the start: -1. */
  rolesChanged: number;
}
