import { getList, getString } from '../../base/json.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import { parseApiVersion } from '../../kubernetes/object.ts';
import { textFailure, unknownType } from '../failure.ts';
import { flag } from '../flags.ts';
import type { Session } from '../session.ts';
import {
  descriptionOf,
  type ExplainedSchema,
  elementOf,
  explainedByDocuments,
  explainedByServer,
  fieldNames,
  fieldOf,
  typeText,
} from './explain-schema.ts';

/** Columns that a description is wrapped at, indentation left out. */
const WIDTH = 76;
/** `--recursive` goes no deeper: schemas may hold themselves. */
const DEEPEST = 12;

/** Every kind has these two; the documents tell of them in the kinds of CRDs alone. */
const COMMON: ReadonlyMap<string, string> = new Map([
  [
    'apiVersion',
    'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
  ],
  [
    'kind',
    'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
  ],
]);

/**
 * `kubectl explain TYPE[.FIELD…]`, from the documented schemas if there are any, else from the schema that the server holds;
 * a text names what is not simulated. Where only documents could tell, the session asks for them (`wantsSchemaOf`).
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
  const schema = versioned && schemaOf(session, versioned);
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
  const description = descriptionOf(found.schema);
  session.print(`DESCRIPTION:\n${indented(description ?? '<empty>', 4)}\n    `);
  const inner = elementOf(found.schema);
  const names = fieldNames(inner);
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

function schemaOf(session: Session, info: ResourceInfo): ExplainedSchema | undefined {
  const apiVersion = info.group === '' ? info.version : `${info.group}/${info.version}`;
  const { schemas } = session;
  const documented = schemas && explainedByDocuments(schemas, apiVersion, info.kind);
  if (documented !== undefined) return documented;
  if (schemas === undefined) session.wantSchemaOf(apiVersion, info.kind);
  const held = session.server.schemaOf(info);
  return held && explainedByServer(held);
}

function walk(
  schema: ExplainedSchema,
  fields: readonly string[],
): { readonly schema: ExplainedSchema } | { readonly missing: string } {
  let current = schema;
  for (const field of fields) {
    const next = fieldOf(elementOf(current), field);
    if (next === undefined) return { missing: field };
    current = next;
  }
  return { schema: current };
}

function printFields(
  session: Session,
  schema: ExplainedSchema,
  names: readonly string[],
  level: number,
  deepest: number,
): void {
  const required = getList(schema.node, 'required');
  const indent = '  '.repeat(level);
  for (const name of names) {
    const own = fieldOf(schema, name);
    if (own === undefined) continue;
    const needed = required.includes(name) && !COMMON.has(name) ? ' -required-' : '';
    session.print(`${indent}${name}\t<${typeText(own)}>${needed}`);
    const choices = COMMON.has(name) ? [] : getList(own.node, 'enum');
    if (choices.length > 0) session.print(`${indent}enum: ${choices.map(String).join(', ')}`);
    if (deepest > 1) {
      const inner = elementOf(own);
      if (level < deepest) printFields(session, inner, fieldNames(inner), level + 1, deepest);
    } else {
      session.print(
        indented(getString(own.node, 'description') ?? COMMON.get(name) ?? '<no description>', 4),
      );
      session.print('');
    }
  }
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
