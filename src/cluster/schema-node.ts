import type { Json, JsonObject } from '../base/json.ts';

/** One level of a schema; parts are looked up when they are needed. */
export interface Schema {
  readonly node: JsonObject;
  /** Parts that several schemas share: `{"$": n}` is the n-th. */
  readonly shared: readonly Json[];
}
