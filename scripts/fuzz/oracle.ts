import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../../src/index.ts';

/** What a reader says of one input; whatever it returns must be the same the second time. */
export interface Reading {
  readonly answer: unknown;
  readonly diagnostics?: readonly Diagnostic[];
  /** Texts that the diagnostics point into, by file. */
  readonly texts?: ReadonlyMap<string, string>;
}

export type Read = (input: string) => Reading;

const PROTOTYPES: readonly object[] = [Object, Array, Function, String, Number, Boolean, Map, Set].map(
  ({ prototype }) => prototype as object,
);
const keysOfPrototypes = (): string =>
  PROTOTYPES.map((one) => Reflect.ownKeys(one).map(String).join()).join('|');
const CLEAN = keysOfPrototypes();

/** Why an input breaks a reader; undefined if it holds. */
export function findProblem(read: Read, input: string): string | undefined {
  let first: Reading;
  let second: Reading;
  try {
    first = read(input);
    second = read(input);
  } catch (error) {
    return error instanceof Error
      ? `throws ${error.name}: ${error.stack ?? error.message}`
      : `throws ${String(error)}`;
  }
  if (keysOfPrototypes() !== CLEAN) {
    removePollution();
    return 'pollutes a prototype';
  }
  if (!isDeepStrictEqual(first, second)) return 'answers differently the second time';
  return problemOfDiagnostics(first);
}

function removePollution(): void {
  const clean = new Set(CLEAN.split(/[,|]/));
  for (const prototype of PROTOTYPES)
    for (const key of Reflect.ownKeys(prototype))
      if (!clean.has(String(key))) Reflect.deleteProperty(prototype, key);
}

function problemOfDiagnostics({ diagnostics = [], texts }: Reading): string | undefined {
  for (const { code, message, location, fix } of diagnostics) {
    if (code === '' || message === '') return `has a diagnostic without ${code === '' ? 'code' : 'message'}`;
    const places = [...(location === undefined ? [] : [location]), ...(fix?.edits ?? [])];
    for (const { file, range } of places) {
      const length = texts?.get(file)?.length;
      if (texts !== undefined && length === undefined) return `has a diagnostic ${code} in no file: ${file}`;
      const { start, end } = range;
      if (
        !Number.isInteger(start) ||
        !Number.isInteger(end) ||
        start < 0 ||
        end < start ||
        end > (length ?? end)
      )
        return `has a diagnostic ${code} from ${start} to ${end} of ${length}`;
    }
    if (location && (location.line < 1 || location.column < 1 || location.endLine < location.line))
      return `has a diagnostic ${code} in line ${location.line}, column ${location.column}`;
  }
  return undefined;
}
