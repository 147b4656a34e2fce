import type { PathSegment } from '../../base/json.ts';

/** RFC 6901: a JSON pointer as its decoded reference tokens. Text before the first slash does not count (as in Go's json-patch). */
export function parsePointer(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The pointer that names `path`. */
export function formatPointer(path: readonly PathSegment[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A list index as Go's `strconv.Atoi` reads it (`01` and `-1` are numbers), or undefined. */
export function parseIndex(token: string): number | undefined {
  return /^[+-]?[0-9]{1,9}$/.test(token) ? Number(token) : undefined;
}
