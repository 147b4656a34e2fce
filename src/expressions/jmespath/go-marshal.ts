import { formatFloat } from './go-number.ts';
import { wellFormed } from './go-strings.ts';
import { Failure, formatGo, GoInt, isMap, isModest, sliceOf, sortedKeys, type Value } from './value.ts';

const ESCAPED = /[<>&\u2028\u2029]/g;

/** A text as Go's encoding/json writes it: `<`, `>` and `&` are escaped, for HTML's sake. */
const marshalString = (text: string): string =>
  JSON.stringify(wellFormed(text)).replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const TOO_LONG = new Failure('the expression builds a text that is too long');

function marshalInto(value: Value, out: string[]): Failure | undefined {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return new Failure(`json: unsupported value: ${formatFloat(value)}`);
    out.push(Object.is(value, -0) ? '-0' : String(value));
  } else if (typeof value === 'string') out.push(marshalString(value));
  else if (value === null || typeof value === 'boolean') out.push(String(value));
  else if (value instanceof GoInt) out.push(formatGo(value));
  else return marshalContainer(value, out);
  return undefined;
}

function marshalContainer(value: Value, out: string[]): Failure | undefined {
  const slice = sliceOf(value);
  const map = isMap(value) ? value : {};
  const keys = slice ? [...slice.keys()] : sortedKeys(map);
  out.push(slice ? '[' : '{');
  let first = true;
  for (const key of keys) {
    if (!first) out.push(',');
    first = false;
    if (typeof key === 'string') out.push(marshalString(key), ':');
    const item = typeof key === 'number' ? slice?.[key] : map[key];
    const failure = marshalInto(item ?? null, out);
    if (failure) return failure;
  }
  out.push(slice ? ']' : '}');
  return undefined;
}

/** A value as Go's json.Marshal writes it: sorted keys, no spaces, HTML-escaped. */
export function marshalGo(value: Value): string | Failure {
  if (!isModest(value)) return TOO_LONG;
  const out: string[] = [];
  return marshalInto(value, out) ?? out.join('');
}
