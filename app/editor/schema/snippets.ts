import type { Json } from '../../../src/index.ts';
import type { SchemaLibrary } from './library.ts';
import { type Definitions, resolve, type Schema } from './schema.ts';

/** How deep required structure is written out. */
const MAX_DEPTH = 4;

/** Text as it stands in a snippet. */
export const plainText = (text: string): string => text.replaceAll(/[\\$}]/g, '\\$&');

/** A value as YAML: in quotes where it would be read as something else. */
export function scalarText(value: Json): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const isPlain =
    /^[A-Za-z_./$][\w./$ -]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n|~)$/i.test(value);
  return isPlain && !value.endsWith(' ') ? value : JSON.stringify(value);
}

/** What stands behind a field's colon, with the places to fill in; `column` is where its own fields stand. */
export function fieldSnippet(schema: Schema, definitions: Definitions, column: number): string {
  const counter = { next: 1 };
  const body = structure(schema, definitions, column, counter, 0);
  return counter.next === 1 ? `${body}$0` : body;
}

interface Counter {
  next: number;
}

function structure(
  schema: Schema,
  definitions: Definitions,
  column: number,
  counter: Counter,
  depth: number,
): string {
  const own = resolve(schema, definitions);
  const indent = `\n${' '.repeat(column)}`;
  if (own.type === 'array') {
    const item = own.items === undefined ? undefined : resolve(own.items, definitions);
    const isObject = item?.type === 'object' && depth < MAX_DEPTH;
    const fields = isObject ? requiredFields(item, definitions, column + 2, counter, depth + 1) : '';
    return `${indent}- ${fields === '' ? hole(counter, '') : fields}`;
  }
  if (own.type === 'object') {
    const fields = depth < MAX_DEPTH ? requiredFields(own, definitions, column, counter, depth + 1) : '';
    return `${indent}${fields === '' ? hole(counter, '') : fields}`;
  }
  const [only, ...others] = own.enum ?? [];
  return ` ${only !== undefined && others.length === 0 ? plainText(scalarText(only)) : hole(counter, '')}`;
}

function requiredFields(
  schema: Schema,
  definitions: Definitions,
  column: number,
  counter: Counter,
  depth: number,
): string {
  return (schema.required ?? [])
    .flatMap((name) => {
      const field = schema.properties?.[name];
      return field === undefined
        ? []
        : [`${name}:${structure(field, definitions, column + 2, counter, depth)}`];
    })
    .join(`\n${' '.repeat(column)}`);
}

function hole(counter: Counter, text: string): string {
  const number = counter.next;
  counter.next += 1;
  return text === '' ? `$${number}` : `\${${number}:${plainText(text)}}`;
}

/** A document of a kind with what it needs. Kinds whose schema is not loaded yet get their head. */
export function kindSnippet(apiVersion: string, kind: string, library: SchemaLibrary): string {
  const head = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: `;
  const own = BODIES.get(`${apiVersion}/${kind}`);
  if (own !== undefined) return `${head}${own}\n`;
  const schema = library.find(apiVersion, kind)?.schema;
  const counter = { next: 2 };
  const rest = (
    schema === undefined ? [] : Object.entries(resolve(schema, library.definitions).properties ?? {})
  )
    .filter(([name]) => name === 'spec' || (schema?.required ?? []).includes(name))
    .filter(([name]) => !['apiVersion', 'kind', 'metadata', 'status'].includes(name))
    .map(([name, field]) => `\n${name}:${structure(field, library.definitions, 2, counter, 0)}`);
  return `${head}\${1:name}${rest.join('')}\n`;
}

/** What the schema does not require and everybody writes. */
const POLICY_BODY = `\${1:name}
spec:
  rules:
    - name: \${2:rule}
      match:
        any:
          - resources:
              kinds:
                - \${3:Pod}
      validate:
        failureAction: \${4:Enforce}
        message: \${5:what the rule wants}
        pattern:
          $0`;
const BODIES: ReadonlyMap<string, string> = new Map([
  ['kyverno.io/v1/ClusterPolicy', POLICY_BODY],
  ['kyverno.io/v1/Policy', POLICY_BODY],
]);
