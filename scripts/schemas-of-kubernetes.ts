import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { type Comment, parseSync, type TSInterfaceDeclaration, type TSType } from 'oxc-parser';
import { BUILT_IN_RESOURCES } from '../src/cluster/built-in-resources.ts';
import { type DefinitionFile, reachable, refsOf, type SchemaNode } from './schema-definitions.ts';

/**
 * Kubernetes' kinds from the type declarations of the package `kubernetes-models`, which are made of its OpenAPI document:
 * fields, whether they are required, enums and descriptions. Kinds that the simulated cluster does not serve are left out.
 */
export function kubernetesFiles(): readonly DefinitionFile[] {
  const require = createRequire(import.meta.url);
  const models = dirname(require.resolve('kubernetes-models/package.json'));
  const machinery = dirname(require.resolve('@kubernetes-models/apimachinery/package.json'));
  const definitions = new Map<string, SchemaNode>();
  const kinds = new Map<string, string>();
  const served = servedKinds();
  for (const [root, isMachinery] of [
    [models, false],
    [machinery, true],
  ] as const)
    for (const path of declarationsIn(root)) {
      const read = readDeclaration(path, { models, machinery });
      if (read === undefined) continue;
      definitions.set(read.name, read.schema);
      if (!isMachinery && read.kind !== undefined && served.has(read.kind)) kinds.set(read.kind, read.name);
    }
  for (const [name, schema] of OPEN) definitions.set(name, schema);
  return intoFiles(definitions, kinds);
}

/** Types that hold more than one shape: the declarations leave them empty, or say less than the server takes. */
const OPEN: ReadonlyMap<string, SchemaNode> = new Map([
  ['meta/v1.FieldsV1', ANY()],
  ['apiextensions.k8s.io/v1.JSON', ANY()],
  ['apiextensions.k8s.io/v1.JSONSchemaPropsOrArray', lax('apiextensions.k8s.io/v1.JSONSchemaProps')],
  ['apiextensions.k8s.io/v1.JSONSchemaPropsOrBool', lax('apiextensions.k8s.io/v1.JSONSchemaProps')],
  ['apiextensions.k8s.io/v1.JSONSchemaPropsOrStringArray', ANY()],
  ['runtime.RawExtension', { ...ANY(), 'x-kubernetes-embedded-resource': true }],
]);

function ANY(): SchemaNode {
  return { 'x-kubernetes-preserve-unknown-fields': true };
}

function lax(name: string): SchemaNode {
  return { $ref: name, 'x-lax': true };
}

function servedKinds(): ReadonlySet<string> {
  const kinds = new Set<string>();
  let version = '';
  for (const line of BUILT_IN_RESOURCES.trim().split('\n')) {
    const [first = '', kind] = line.split(' ');
    if (kind === undefined) version = first;
    else kinds.add(`${version}/${kind}`);
  }
  return kinds;
}

function declarationsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (name === '_schemas' || name === 'node_modules') return [];
      if (statSync(path).isDirectory()) return declarationsIn(path);
      return name.endsWith('.d.ts') && name !== 'index.d.ts' ? [path] : [];
    });
}

interface Roots {
  readonly models: string;
  readonly machinery: string;
}

/** `apps/v1.DeploymentSpec`, `v1.Container`, `meta/v1.ObjectMeta`: group and version without the package's folders. */
function nameOfFile(path: string, { models, machinery }: Roots): string {
  const inModels = !relative(models, path).startsWith('..');
  const parts = relative(inModels ? models : machinery, path)
    .replace(/(\.d\.ts|\.js)$/, '')
    .replace(/^apis\//, '')
    .split(/[\\/]/);
  return `${parts.slice(0, -1).join('/')}.${parts.at(-1)}`;
}

interface Declaration {
  readonly name: string;
  readonly schema: SchemaNode;
  /** `apps/v1/Deployment`, if it is a kind. */
  readonly kind?: string;
}

function readDeclaration(path: string, roots: Roots): Declaration | undefined {
  const text = readFileSync(path, 'utf8');
  const { program, comments } = parseSync(path, text);
  const imported = new Map<string, string>();
  const reader = new TypeReader(text, comments, imported);
  const name = nameOfFile(path, roots);
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      const target = fileOfImport(path, statement.source.value, roots);
      for (const specifier of statement.specifiers)
        if (target !== undefined) imported.set(specifier.local.name, nameOfFile(target, roots));
    }
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) continue;
    const { declaration } = statement;
    if (declaration.type === 'TSInterfaceDeclaration') {
      imported.set(declaration.id.name, name);
      const schema = reader.interface(declaration, statement.start);
      const kind = kindOf(schema);
      return { name, schema, ...(kind === undefined ? {} : { kind }) };
    }
    if (declaration.type === 'TSTypeAliasDeclaration') {
      const description = reader.docBefore(statement.start);
      const schema = { ...reader.alias(name, declaration.typeAnnotation) };
      return { name, schema: { ...described(description), ...schema } };
    }
  }
  return undefined;
}

function fileOfImport(from: string, source: string, { machinery }: Roots): string | undefined {
  if (source.startsWith('.')) return resolve(dirname(from), source);
  const own = '@kubernetes-models/apimachinery/';
  return source.startsWith(own) ? join(machinery, `${source.slice(own.length)}.d.ts`) : undefined;
}

function kindOf(schema: SchemaNode): string | undefined {
  const properties = schema['properties'] as { readonly [key: string]: SchemaNode } | undefined;
  const [version] = (properties?.['apiVersion']?.['enum'] ?? []) as readonly string[];
  const [kind] = (properties?.['kind']?.['enum'] ?? []) as readonly string[];
  return version === undefined || kind === undefined ? undefined : `${version}/${kind}`;
}

function described(doc: string | undefined): SchemaNode {
  if (doc === undefined) return {};
  const isDeprecated = /^@deprecated\b/m.test(doc);
  const description = doc.replace(/^@deprecated\b.*$/m, '').trim();
  return { description, ...(isDeprecated ? { deprecated: true } : {}) };
}

/** OpenAPI's integers and floats are both `number` in a declaration; only these are floats. */
const FLOATS = new Set(['maximum', 'minimum', 'multipleOf']);

class TypeReader {
  readonly #text: string;
  readonly #docs: ReadonlyMap<number, string>;
  readonly #names: ReadonlyMap<string, string>;

  constructor(text: string, comments: readonly Comment[], names: ReadonlyMap<string, string>) {
    this.#text = text;
    this.#names = names;
    this.#docs = new Map(
      comments
        .filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
        .map(({ end, value }) => [end, docText(value)]),
    );
  }

  /** The doc comment that ends right before an offset. */
  docBefore(offset: number): string | undefined {
    let at = offset;
    while (at > 0 && /\s/.test(this.#text[at - 1] ?? '')) at -= 1;
    return this.#docs.get(at);
  }

  interface(declaration: TSInterfaceDeclaration, start: number): SchemaNode {
    const properties: Record<string, SchemaNode> = {};
    const required: string[] = [];
    for (const member of declaration.body.body) {
      if (member.type !== 'TSPropertySignature' || member.typeAnnotation == null) continue;
      const { key } = member;
      const name = key.type === 'Literal' ? String(key.value) : key.type === 'Identifier' ? key.name : '';
      const schema = this.type(member.typeAnnotation.typeAnnotation, name);
      properties[name] = { ...described(this.docBefore(member.start)), ...schema };
      if (!member.optional) required.push(name);
    }
    const names = Object.keys(properties).sort();
    if (names.length === 0) return { ...described(this.docBefore(start)), ...ANY() };
    return {
      ...described(this.docBefore(start)),
      type: 'object',
      ...(required.length === 0 ? {} : { required: required.sort() }),
      properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
    };
  }

  alias(name: string, type: TSType): SchemaNode {
    if (/\.(Quantity|IntOrString)$/.test(name)) return { 'x-kubernetes-int-or-string': true };
    if (/\.(Micro)?Time$/.test(name)) return { type: 'string', format: 'date-time' };
    return this.type(type, '');
  }

  type(type: TSType, name: string): SchemaNode {
    switch (type.type) {
      case 'TSStringKeyword':
        return { type: 'string' };
      case 'TSBooleanKeyword':
        return { type: 'boolean' };
      case 'TSNumberKeyword':
        return { type: FLOATS.has(name) ? 'number' : 'integer' };
      case 'TSLiteralType':
      case 'TSUnionType':
        return { type: 'string', enum: literals(type) };
      case 'TSTypeLiteral': {
        const [index] = type.members;
        return index?.type === 'TSIndexSignature'
          ? { type: 'object', additionalProperties: this.type(index.typeAnnotation.typeAnnotation, '') }
          : ANY();
      }
      case 'TSTypeReference': {
        const local = type.typeName.type === 'Identifier' ? type.typeName.name : '';
        const [item] = type.typeArguments?.params ?? [];
        if (local === 'Array' && item !== undefined) return { type: 'array', items: this.type(item, '') };
        const target = this.#names.get(local);
        if (target === undefined) throw new Error(`unknown type ${local}`);
        return { $ref: target };
      }
      default:
        return ANY();
    }
  }
}

function literals(type: TSType): readonly string[] {
  if (type.type === 'TSUnionType') return type.types.flatMap(literals);
  if (type.type !== 'TSLiteralType' || type.literal.type !== 'Literal')
    throw new Error(`not a literal: ${type.type}`);
  return [String(type.literal.value)];
}

/** A doc comment's text without its stars; the list of an enum's values stays as it is written. */
function docText(comment: string): string {
  return comment
    .replace(/^\*/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}

/** One file a group and version, and one for what Pods need; what is never reached from a kind is left out. */
function intoFiles(
  definitions: ReadonlyMap<string, SchemaNode>,
  kinds: ReadonlyMap<string, string>,
): readonly DefinitionFile[] {
  const shared = sharedLeaves(definitions);
  const withoutPods = namesWithoutPods(definitions, kinds, shared);
  const fileOf = (name: string): string => {
    if (shared.has(name)) return 'meta';
    const group = groupOf(name);
    return group === 'v1' && !withoutPods.has(name) ? 'v1-pod' : group;
  };
  const files = new Map<string, { definitions: Map<string, SchemaNode>; kinds: Map<string, string> }>();
  const fileFor = (name: string) => {
    const file = fileOf(name);
    const found = files.get(file) ?? { definitions: new Map(), kinds: new Map() };
    files.set(file, found);
    return found;
  };
  for (const name of [...reachable(definitions, kinds.values())].sort()) {
    const schema = definitions.get(name);
    if (schema === undefined) throw new Error(`unknown definition ${name}`);
    fileFor(name).definitions.set(name, schema);
  }
  for (const [kind, name] of [...kinds].sort()) fileFor(name).kinds.set(kind, name);
  return [...files].map(([name, file]) => {
    const refs = [...file.definitions.values()].flatMap((schema) => refsOf(schema).map(fileOf));
    return { name, imports: [...new Set(refs)].filter((other) => other !== name).sort(), ...file };
  });
}

/** What the core kinds need that have nothing in common with Pods: a Namespace or ConfigMap is to load little. */
function namesWithoutPods(
  definitions: ReadonlyMap<string, SchemaNode>,
  kinds: ReadonlyMap<string, string>,
  shared: ReadonlySet<string>,
): ReadonlySet<string> {
  const ofPods = reachable(definitions, ['v1.Pod', 'v1.PodTemplateSpec']);
  const small = [...kinds.values()]
    .filter((name) => groupOf(name) === 'v1')
    .filter((name) =>
      [...reachable(definitions, [name])].every(
        (part) => groupOf(part) !== 'v1' || shared.has(part) || !ofPods.has(part),
      ),
    );
  return reachable(definitions, small);
}

/** Small parts of Pods that others use as well, such as references to objects: whoever needs one is not to load Pods. */
function sharedLeaves(definitions: ReadonlyMap<string, SchemaNode>): ReadonlySet<string> {
  const ofPods = reachable(definitions, ['v1.Pod', 'v1.PodTemplateSpec']);
  const isLeaf = (name: string): boolean =>
    groupOf(name) === 'v1' && refsOf(definitions.get(name)).every((ref) => groupOf(ref) !== 'v1');
  const others = [...definitions].filter(([name]) => !ofPods.has(name));
  const used = new Set(others.flatMap(([, schema]) => refsOf(schema)));
  return new Set([...ofPods].filter((name) => used.has(name) && isLeaf(name)));
}

/** `apps-v1` of `apps/v1.DeploymentSpec`; what several groups share is in `meta`. */
function groupOf(name: string): string {
  const group = name.slice(0, name.lastIndexOf('.'));
  return /^(meta\/|api\/|util\/|runtime|version)/.test(group) ? 'meta' : group.replaceAll('/', '-');
}
