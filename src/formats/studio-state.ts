import type { Json, JsonObject } from '../base/json.ts';
import { get, getString, isObject } from '../base/json.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { KYVERNO_VERSIONS } from '../kyverno/versions.ts';
import type { TextFile } from '../manifest/manifest.ts';

/**
 * What a person looks at, beside the files. Additive: fields that this version does not know are kept as they came, so
 * a link made by a newer studio loses nothing when an older one passes it on.
 */
export interface ViewState extends JsonObject {
  /** Virtual time of the playhead, milliseconds. */
  readonly playhead?: number;
  /** Event that the playhead stands on, as index in the trace. */
  readonly event?: number;
  /** Selected thing, in the page's own form. */
  readonly selection?: Json;
  /** Stretch of the timeline in sight and its scale, in the page's own form. */
  readonly viewport?: Json;
  /** Open panes and tabs, in the page's own form. */
  readonly panes?: Json;
  /** Markdown that is shown beside the scenario. */
  readonly notes?: string;
  /** Notes at times of the run: virtual time in milliseconds, and the text. */
  readonly flags?: readonly (readonly [time: number, note: string])[];
  /** The versions of the two runs that are compared, and the index of the difference that is chosen. */
  readonly compare?: ComparedVersions;
}

/** A pinned run is no text, so it is in no link. */
export interface ComparedVersions extends JsonObject {
  readonly above: KyvernoVersion;
  readonly below: KyvernoVersion;
  readonly chosen?: number;
}

/** Everything that a link or a saved workspace holds. */
export interface StudioState {
  readonly name: string;
  readonly files: readonly TextFile[];
  readonly version: KyvernoVersion;
  readonly seed: number;
  readonly view: ViewState;
  /** Top-level fields of a newer studio, kept for the next link. */
  readonly extra?: JsonObject;
}

export const MAX_FILES = 500;
const KNOWN_FIELDS: ReadonlySet<string> = new Set(['name', 'version', 'seed', 'files', 'view']);

/** The JSON of a state; `readState` undoes it exactly. */
export function formatState(state: StudioState): JsonObject {
  return {
    ...state.extra,
    name: state.name,
    version: state.version,
    seed: state.seed,
    files: state.files.map((file) => [file.path, file.text]),
    view: state.view,
  };
}

/** Reads what {@link formatState} wrote, checking every field; a text says what is wrong. */
export function readState(value: Json): { readonly state: StudioState } | { readonly error: string } {
  if (!isObject(value)) return { error: 'it holds no object' };
  const files = readFiles(get(value, 'files'));
  if (typeof files === 'string') return { error: files };
  const version = getString(value, 'version');
  const known = KYVERNO_VERSIONS.find((candidate) => candidate === version);
  if (known === undefined) return { error: `it asks for Kyverno ${version ?? 'of no version'}` };
  const seed = get(value, 'seed');
  if (typeof seed !== 'number' || !Number.isFinite(seed)) return { error: 'it has no seed' };
  const view = get(value, 'view') ?? {};
  if (!isObject(view) || !isView(view)) return { error: 'its view cannot be read' };
  const extra = Object.fromEntries(Object.entries(value).filter(([key]) => !KNOWN_FIELDS.has(key)));
  const state = { name: getString(value, 'name') ?? '', files, version: known, seed, view };
  return { state: Object.keys(extra).length === 0 ? state : { ...state, extra } };
}

function readFiles(value: Json | undefined): readonly TextFile[] | string {
  if (!Array.isArray(value)) return 'it has no list of files';
  if (value.length > MAX_FILES) return `it has ${value.length} files, the limit is ${MAX_FILES}`;
  const files: TextFile[] = [];
  for (const entry of value as readonly Json[]) {
    const [path, text] = Array.isArray(entry) ? (entry as readonly Json[]) : [];
    if (typeof path !== 'string' || typeof text !== 'string') return 'a file of it has no path or no text';
    files.push({ path, text });
  }
  return files;
}

/** Known fields have their type; unknown ones are anybody's. */
function isView(value: JsonObject): value is ViewState {
  const number = (key: string): boolean => ['number', 'undefined'].includes(typeof get(value, key));
  const text = (key: string): boolean => ['string', 'undefined'].includes(typeof get(value, key));
  return (
    number('playhead') &&
    number('event') &&
    text('notes') &&
    areFlags(get(value, 'flags')) &&
    isComparison(get(value, 'compare'))
  );
}

function isComparison(value: Json | undefined): boolean {
  if (value === undefined) return true;
  const isKnown = (version: Json | undefined): boolean => KYVERNO_VERSIONS.some((one) => one === version);
  return (
    isObject(value) &&
    isKnown(get(value, 'above')) &&
    isKnown(get(value, 'below')) &&
    ['number', 'undefined'].includes(typeof get(value, 'chosen'))
  );
}

function areFlags(value: Json | undefined): boolean {
  if (value === undefined) return true;
  return (
    Array.isArray(value) &&
    (value as readonly Json[]).every(
      (one) => Array.isArray(one) && typeof one[0] === 'number' && typeof one[1] === 'string',
    )
  );
}
