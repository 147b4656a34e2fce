import type { Json, PathSegment } from '../base/json.ts';
import { get, getPath, isObject } from '../base/json.ts';
import type { TextFix } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';

type Edit = TextFix['edits'][number];

/** Words that YAML 1.1 or 1.2 reads as something else than text. */
const NOT_TEXT = /^(true|false|null|yes|no|on|off|y|n)$/i;

const scalar = (value: Json): string =>
  typeof value === 'string' && /^[A-Za-z][\w./-]*$/.test(value) && !NOT_TEXT.test(value)
    ? value
    : JSON.stringify(value);

/** A value as block YAML; every line but the first begins at a column. */
export function formatBlock(value: Json, indent: number): string {
  const pad = `\n${' '.repeat(indent)}`;
  if (Array.isArray(value) && value.length > 0)
    return (value as readonly Json[]).map((item) => `- ${formatBlock(item, indent + 2)}`).join(pad);
  if (isObject(value) && Object.keys(value).length > 0)
    return Object.entries(value)
      .map(
        ([key, item]) =>
          `${scalar(key)}:${isLeaf(item) ? ' ' : `\n${' '.repeat(indent + 2)}`}${formatBlock(item, indent + 2)}`,
      )
      .join(pad);
  return scalar(value);
}

const isLeaf = (value: Json): boolean =>
  Array.isArray(value) ? value.length === 0 : !isObject(value) || Object.keys(value).length === 0;

/** A value on one line. */
function formatFlow(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(formatFlow).join(', ')}]`;
  if (!isObject(value)) return scalar(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${scalar(key)}: ${formatFlow(item)}`)
    .join(', ')}}`;
}

/**
 * The edit that adds a key to a map of a document: at its end, or before another of its keys. Undefined if there is no map,
 * an empty one, or the key is there already.
 */
export function addKey(
  document: ManifestDocument,
  path: readonly PathSegment[],
  key: string,
  value: Json,
  before?: string,
): Edit | undefined {
  const map = getPath(document.value, path);
  if (!isObject(map) || get(map, key) !== undefined) return undefined;
  const [first] = Object.keys(map);
  if (first === undefined) return undefined;
  const whole = document.locate(path);
  const { column, range } = document.locate([...path, first], 'key');
  const at = (offset: number, text: string): Edit => ({
    file: document.file,
    range: { start: offset, end: offset },
    text,
  });
  // In flow style the map begins with its brace, one or more characters before its first key.
  if (whole.range.start !== range.start) return at(whole.range.end - 1, `, ${key}: ${formatFlow(value)}`);
  const indent = column - 1;
  const text = formatBlock({ [key]: value }, indent);
  const pad = `\n${' '.repeat(indent)}`;
  if (before === undefined || get(map, before) === undefined) return at(whole.range.end, pad + text);
  return at(document.locate([...path, before], 'key').range.start, text + pad);
}
