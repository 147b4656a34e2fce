import { getString, type Json } from '../base/json.ts';

export const ACTOR_API_VERSION = 'admission-studio/v1';

/** Whether a document declares an actor (docs/scenario-format.md). */
export const isActor = (value: Json): boolean =>
  getString(value, 'kind') === 'Actor' &&
  (getString(value, 'apiVersion') ?? '').startsWith('admission-studio/');
