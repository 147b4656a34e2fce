import type { Json } from '../../base/json.ts';
import { get, getList, getString, isObject } from '../../base/json.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import { child, itemsOf, type Schema } from '../../cluster/structural-schema.ts';
import { parseApiVersion } from '../../kubernetes/object.ts';
import { textFailure, unknownType } from '../failure.ts';
import { flag } from '../flags.ts';
import type { Session } from '../session.ts';

/** Columns that a description is wrapped at, indentation left out. */
const WIDTH = 76;
/** `--recursive` goes no deeper: schemas may hold themselves. */
const DEEPEST = 12;

/**
 * `kubectl explain TYPE[.FIELD…]`, from the schema that the server holds; a text names what is not simulated. Descriptions
 * are told where the CRD has them.
 */
export function explainType(session: Session, words: readonly string[]): string | undefined {
  const [first = '', more] = words;
  if (first === '' || more !== undefined) {
    session.fail(
      textFailure(
        first === ''
          ? 'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.\n'
          : 'We accept only this format: explain RESOURCE\n',
      ),
    );
    return undefined;
  }
  const discovery = session.server.discovery();
  const { info, fields } = resolve(first, (name) => discovery.byName(name));
  if (info === undefined) {
    session.fail(unknownType(first));
    return undefined;
  }
  const asked = flag(session.args, 'api-version');
  const versioned =
    asked === undefined ? info : discovery.byResource({ ...parseApiVersion(asked), resource: info.resource });
  const schema = versioned === undefined ? undefined : session.server.schemaOf(versioned);
  if (versioned === undefined || schema === undefined) return `kubectl explain ${info.resource}`;
  const found = walk(schema, fields);
  if ('missing' in found) {
    session.fail(textFailure(`field "${found.missing}" does not exist`));
    return undefined;
  }
  if (versioned.group !== '') session.print(`GROUP:      ${versioned.group}`);
  session.print(`KIND:       ${versioned.kind}`);
  session.print(`VERSION:    ${versioned.version}\n`);
  const last = fields.at(-1);
  if (last !== undefined) session.print(`FIELD: ${last} <${typeText(found.schema)}>\n`);
  const description = getString(found.schema.node, 'description');
  session.print(`DESCRIPTION:\n${indented(description ?? '<empty>', 4)}\n    `);
  const inner = elementOf(found.schema);
  const names = fieldsOf(inner);
  if (names.length > 0) {
    session.print('FIELDS:');
    printFields(session, inner, names, 1, session.isOn('recursive') ? DEEPEST : 1);
    if (!session.isOn('recursive')) session.print('');
  }
  return undefined;
}

/** The longest beginning that names a resource (`clusterpolicies.kyverno.io.spec`), and the fields behind it. */
function resolve(
  text: string,
  byName: (name: string) => ResourceInfo | undefined,
): { readonly info: ResourceInfo | undefined; readonly fields: readonly string[] } {
  const parts = text.split('.');
  for (let count = parts.length; count > 0; count -= 1) {
    const info = byName(parts.slice(0, count).join('.'));
    if (info !== undefined) return { info, fields: parts.slice(count) };
  }
  return { info: undefined, fields: [] };
}

function walk(
  schema: Schema,
  fields: readonly string[],
): { readonly schema: Schema } | { readonly missing: string } {
  let current = schema;
  for (const field of fields) {
    const inner = elementOf(current);
    const next = fieldsOf(inner).includes(field) ? child(inner, field) : undefined;
    if (next === undefined) return { missing: field };
    current = next;
  }
  return { schema: current };
}

/** A list's items, a map's values: what has the fields. */
function elementOf(schema: Schema): Schema {
  const items = itemsOf(schema);
  if (items !== undefined) return elementOf(items);
  const values = get(schema.node, 'additionalProperties');
  return isObject(values) ? (child(schema, '') ?? schema) : schema;
}

function fieldsOf({ node }: Schema): readonly string[] {
  const properties = get(node, 'properties');
  return isObject(properties) ? Object.keys(properties).sort() : [];
}

function printFields(
  session: Session,
  schema: Schema,
  names: readonly string[],
  level: number,
  deepest: number,
): void {
  const required = getList(schema.node, 'required');
  const indent = '  '.repeat(level);
  for (const name of names) {
    const own = child(schema, name);
    if (own === undefined) continue;
    const needed = required.includes(name) ? ' -required-' : '';
    session.print(`${indent}${name}\t<${typeText(own)}>${needed}`);
    const choices = getList(own.node, 'enum');
    if (choices.length > 0) session.print(`${indent}enum: ${choices.map(String).join(', ')}`);
    if (deepest > 1) {
      const inner = elementOf(own);
      if (level < deepest) printFields(session, inner, fieldsOf(inner), level + 1, deepest);
    } else {
      session.print(indented(getString(own.node, 'description') ?? '<no description>', 4));
      session.print('');
    }
  }
}

function typeText(schema: Schema): string {
  const items = itemsOf(schema);
  if (items !== undefined) return `[]${typeText(items)}`;
  const type: Json | undefined = get(schema.node, 'type');
  if (isObject(get(schema.node, 'additionalProperties'))) return `map[string]${typeText(elementOf(schema))}`;
  if (get(schema.node, 'x-kubernetes-int-or-string') === true) return 'IntOrString';
  return type === 'object' || type === undefined ? 'Object' : String(type);
}

/** Text wrapped at the width and indented. */
function indented(text: string, by: number): string {
  const pad = ' '.repeat(by);
  return text
    .split('\n')
    .flatMap((paragraph) => {
      const lines: string[] = [];
      let line = '';
      for (const word of paragraph.split(' ')) {
        if (line !== '' && line.length + 1 + word.length > WIDTH) {
          lines.push(line);
          line = word;
        } else line = line === '' ? word : `${line} ${word}`;
      }
      return [...lines, line];
    })
    .map((line) => `${pad}${line}`)
    .join('\n');
}
