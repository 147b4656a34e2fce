import { getString, type Json } from '../../../src/index.ts';
import { documentAround } from './caret-place.ts';
import type { SchemaLibrary } from './library.ts';
import { outline } from './outline.ts';
import { outlineHit, outlineValue } from './outline-value.ts';
import { type Schema, typeText } from './schema.ts';
import { placeAt } from './schema-place.ts';

/** What is known about the key or value at an offset. */
export interface Hover {
  readonly start: number;
  readonly end: number;
  /** Markdown, one entry a paragraph. */
  readonly paragraphs: readonly string[];
}

const MAX_LENGTH = 100_000;

/** What the schema says about what stands at an offset of a file. */
export function hoverAt(text: string, offset: number, library: SchemaLibrary): Hover | undefined {
  const { start, end } = documentAround(text, offset);
  if (end - start > MAX_LENGTH) return undefined;
  const { root } = outline(text.slice(start, end));
  const hit = outlineHit(root, offset - start);
  if (hit === undefined || hit.path.length === 0) return undefined;
  const value = outlineValue(root);
  // What a document is about is told where its kind is named.
  const isKind = hit.path.length === 1 && (hit.path[0] === 'kind' || hit.path[0] === 'apiVersion');
  const { schemas } = placeAt(value, isKind && hit.part === 'value' ? [] : hit.path, library);
  const parent = placeAt(value, hit.path.slice(0, -1), library);
  const [schema] = schemas;
  if (schema === undefined) return undefined;
  const name = String(hit.path.at(-1));
  const isRequired =
    !isKind && parent.mode === 'object' && parent.schemas.some(({ required }) => required?.includes(name));
  return {
    start: hit.start + start,
    end: hit.end + start,
    paragraphs: explain(schema, isKind ? getString(value, 'kind') : hit.path.at(-1), isRequired, library),
  };
}

function explain(
  schema: Schema,
  step: Json | undefined,
  isRequired: boolean,
  library: SchemaLibrary,
): readonly string[] {
  const head = [typeText(schema, library.definitions), ...(isRequired ? ['required'] : [])].join(', ');
  const title = typeof step === 'string' ? `**${literally(step)}**: ${head}` : head;
  return [
    title,
    ...(schema.description === undefined ? [] : [literally(schema.description)]),
    ...facts(schema),
  ];
}

/** Default, values and bounds, a line each. */
function facts(schema: Schema): readonly string[] {
  const { enum: values, default: fallback, minimum, maximum, pattern, deprecated } = schema;
  const listed = schema.description?.includes('Possible enum values') === true;
  const lines = [
    fallback === undefined ? '' : `Default: ${code(fallback)}`,
    values === undefined || listed ? '' : `Values: ${values.slice(0, 40).map(code).join(', ')}`,
    minimum === undefined ? '' : `At least ${minimum}`,
    maximum === undefined ? '' : `At most ${maximum}`,
    schema.maxLength === undefined ? '' : `At most ${schema.maxLength} characters`,
    pattern === undefined ? '' : `Matches ${code(pattern)}`,
    typeof deprecated === 'string' ? `Deprecated: ${literally(deprecated)}` : '',
  ];
  return lines.filter((line) => line !== '');
}

const code = (value: Json): string =>
  `\`${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('`', '')}\``;

/** Text without what Markdown would take for HTML or emphasis; code in back quotes stays. */
export function literally(text: string): string {
  return text
    .split(/(`[^`\n]*`)/)
    .map((part) => (/^`.*`$/.test(part) ? part : part.replaceAll(/[<>&*_[\]#\\]/g, '\\$&')))
    .join('');
}
