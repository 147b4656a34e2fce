import { get, isObject } from '../../base/json.ts';
import type { Trace } from '../trace.ts';

const texts = new WeakMap<Trace, (text: string) => string>();

/**
 * Texts of a run without what differs from run to run: names of UpdateRequests, uids, and resource versions at the end of a
 * name. A number that is no resource version of the run stays: it may be what a person has changed.
 */
export function plainTextOf(trace: Trace): (text: string) => string {
  let plain = texts.get(trace);
  if (plain === undefined) {
    const versions = resourceVersions(trace);
    plain = (text) =>
      versions.has(text)
        ? '…'
        : text
            .replaceAll(/\bur-[a-z0-9]{5}\b/g, 'ur-…')
            .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '…')
            .replaceAll(/-(\d{2,})\b/g, (whole, number: string) => (versions.has(number) ? '-…' : whole));
    texts.set(trace, plain);
  }
  return plain;
}

function resourceVersions(trace: Trace): ReadonlySet<string> {
  const versions = new Set<string>();
  for (const { object } of trace.revisions) {
    const metadata = isObject(object) ? get(object, 'metadata') : undefined;
    const version =
      metadata === undefined || !isObject(metadata) ? undefined : get(metadata, 'resourceVersion');
    if (typeof version === 'string') versions.add(version);
  }
  return versions;
}
