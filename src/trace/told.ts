import type { ObjectRef } from '../kubernetes/object.ts';
import type { Component, TraceEvent } from './event.ts';
import type { Trace } from './trace.ts';

const BOOKKEEPING_KINDS = new Set([
  'UpdateRequest',
  'Event',
  'Lease',
  'EphemeralReport',
  'ClusterEphemeralReport',
  'PolicyReport',
  'ClusterPolicyReport',
  'Report',
  'ClusterReport',
]);
const BOOKKEEPING_RESOURCES = new Set([
  'events',
  'leases',
  'ephemeralreports',
  'clusterephemeralreports',
  'policyreports',
  'clusterpolicyreports',
]);

/**
 * Writes that another mark already tells (an UpdateRequest's states, Events, reports): kept off lanes and moments, but not
 * off the list.
 */
export function isBookkeeping(event: TraceEvent): boolean {
  switch (event.kind) {
    case 'never-stored':
      return BOOKKEEPING_KINDS.has(event.object.kind);
    case 'stored':
      return BOOKKEEPING_KINDS.has(event.object.kind) || isNamespaceFurniture(event.component, event.object);
    case 'request':
      if (event.component === 'client') return false;
      if (isNamespaceFurniture(event.component, event.target)) return true;
      if (event.resource.resource === 'updaterequests')
        return event.verb !== 'create' || event.subresource !== '';
      return BOOKKEEPING_RESOURCES.has(event.resource.resource);
    default:
      return false;
  }
}

/** What every new Namespace gets: its default ServiceAccount and the root CA. */
const isNamespaceFurniture = (component: Component, object: ObjectRef): boolean =>
  component === 'controller-manager' &&
  ((object.kind === 'ServiceAccount' && object.name === 'default') || object.name === 'kube-root-ca.crt');

/** Whether the lanes and the moments tell an event: not what was before the first step, not what is bookkeeping. */
export function isTold(trace: Trace, event: TraceEvent): boolean {
  if (event.step === 0 && trace.steps.length > 1) return false;
  if (isBookkeeping(event)) return false;
  const cause = event.cause === undefined ? undefined : trace.events[event.cause];
  const isCall = event.kind === 'webhook' || event.kind === 'rule';
  return !(isCall && cause !== undefined && isBookkeeping(cause));
}
