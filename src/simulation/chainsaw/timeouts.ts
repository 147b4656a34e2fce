import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { parseDuration } from '../../kubernetes/duration.ts';

/** Chainsaw's own defaults (pkg/apis/v1alpha2: DefaultTimeouts), Go durations by kind of operation. */
export const DEFAULT_TIMEOUTS: JsonObject = {
  apply: '5s',
  assert: '30s',
  cleanup: '30s',
  delete: '15s',
  error: '30s',
  exec: '5s',
};

/** Timeouts with those that a Test or a step sets itself. */
export const withTimeouts = (timeouts: JsonObject, own: Json | undefined): JsonObject =>
  isObject(own) ? { ...timeouts, ...own } : timeouts;

/** Milliseconds of a Go duration; undefined if it is none. */
export function millisecondsOf(text: string | undefined): number | undefined {
  const nanoseconds = text === undefined ? undefined : parseDuration(text);
  return nanoseconds === undefined ? undefined : Number(nanoseconds / 1_000_000n);
}
