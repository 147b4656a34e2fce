import { get, getList, getString, type Json } from '../../../src/index.ts';
import { readSchema } from './read-schema.ts';
import type { Schema } from './schema.ts';
import { STUDIO_KINDS } from './studio-kinds.ts';

/** A kind that there is a schema for. */
export interface KnownKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Who reads objects of the kind: the API server's own types, a CRD, or a tool outside of the cluster. */
  readonly origin: 'built-in' | 'custom' | 'file';
}

interface Entry extends KnownKind {
  readonly file: string;
  readonly definition: string;
}

/** Schemas by kind. What is known is asked at once; what is not there yet is fetched, a file of kinds at a time. */
export class SchemaLibrary {
  readonly #fetch: (file: string) => Promise<Json>;
  readonly #entries = new Map<string, Entry>();
  readonly #byKind = new Map<string, Entry[]>();
  readonly #definitions = new Map<string, Schema>();
  readonly #files = new Map<string, Promise<void>>();
  readonly #loaded = new Set<string>();
  #workspace: ReadonlyMap<string, KnownKind & { readonly schema: Schema }> = new Map();
  #index: Promise<void> | undefined;

  /** `fetch` brings a file of `schemas/`, such as `index.json`. */
  constructor(fetch: (file: string) => Promise<Json>) {
    this.#fetch = fetch;
    for (const { apiVersion, kind, schema, definitions } of STUDIO_KINDS) {
      const definition = `${apiVersion}/${kind}`;
      this.#definitions.set(definition, schema);
      for (const [name, part] of Object.entries(definitions ?? {})) this.#definitions.set(name, part);
      this.#enter({ apiVersion, kind, origin: 'file', file: '', definition });
    }
  }

  readonly definitions = (name: string): Schema | undefined => this.#definitions.get(name);

  /** All kinds, those of the workspace's CRDs included. */
  kinds(): readonly KnownKind[] {
    return [...this.#entries.values(), ...this.#workspace.values()];
  }

  /** The schema of a kind; undefined while it is not loaded, too. */
  find(apiVersion: string, kind: string): (KnownKind & { readonly schema: Schema }) | undefined {
    const key = `${apiVersion}/${kind}`;
    const own = this.#workspace.get(key);
    if (own !== undefined) return own;
    const entry = this.#entries.get(key);
    const schema = entry && this.#definitions.get(entry.definition);
    return entry === undefined || schema === undefined || !this.#isThere(entry)
      ? undefined
      : { ...entry, schema };
  }

  /** The schemas of a kind in all groups and versions, or in those that an `apiVersion` with wildcards names. */
  findAll(kind: string, apiVersion = '*'): readonly Schema[] {
    const isWanted = (version: string): boolean =>
      apiVersion === '*' ||
      version === apiVersion ||
      apiVersion.split('/').at(-1) === '*' ||
      apiVersion.startsWith('*/');
    const known = [
      ...(this.#byKind.get(kind) ?? []),
      ...[...this.#workspace.values()].filter((one) => one.kind === kind),
    ];
    return known
      .filter((one) => isWanted(one.apiVersion))
      .flatMap((one) => this.find(one.apiVersion, one.kind)?.schema ?? []);
  }

  /** Whether some API or tool has a kind of this name. */
  hasKind(kind: string): boolean {
    return this.#byKind.has(kind) || [...this.#workspace.values()].some((one) => one.kind === kind);
  }

  /** Takes over the CRDs among a workspace's documents, so that their objects are known by their own schemas. */
  takeCrds(values: readonly Json[]): void {
    const found = new Map<string, KnownKind & { readonly schema: Schema }>();
    for (const value of values) {
      if (getString(value, 'kind') !== 'CustomResourceDefinition') continue;
      for (const one of kindsOfCrd(value)) found.set(`${one.apiVersion}/${one.kind}`, one);
    }
    this.#workspace = found;
  }

  /** Fetches what texts are about; true if something came that was not there. Without a network nothing comes. */
  async load(texts: readonly string[]): Promise<boolean> {
    await this.#start();
    const before = this.#loaded.size;
    const names = new Set(texts.flatMap(kindsNamed));
    const files = [...names].flatMap((name) => (this.#byKind.get(name) ?? []).map(({ file }) => file));
    await Promise.all([...new Set(files)].filter((file) => file !== '').map((file) => this.#load(file)));
    return this.#loaded.size > before;
  }

  async #start(): Promise<void> {
    this.#index ??= this.#fetch('index.json').then((json) => {
      const kinds = get(json, 'kinds');
      for (const line of Array.isArray(kinds) ? (kinds as readonly Json[]) : []) {
        const [apiVersion, kind, file, definition] = Array.isArray(line) ? (line as readonly string[]) : [];
        if (apiVersion === undefined || kind === undefined || file === undefined || definition === undefined)
          continue;
        this.#enter({
          apiVersion,
          kind,
          file,
          definition,
          origin: isCustom(apiVersion) ? 'custom' : 'built-in',
        });
      }
    });
    await this.#index;
  }

  #enter(entry: Entry): void {
    this.#entries.set(`${entry.apiVersion}/${entry.kind}`, entry);
    this.#byKind.set(entry.kind, [...(this.#byKind.get(entry.kind) ?? []), entry]);
  }

  #isThere({ file }: Entry): boolean {
    return file === '' || this.#loaded.has(file);
  }

  async #load(file: string): Promise<void> {
    const present = this.#files.get(file);
    if (present !== undefined) return present;
    const coming = this.#fetch(`${file}.json`).then(async (json) => {
      const imports = get(json, 'imports');
      const definitions = get(json, 'definitions');
      for (const [name, schema] of Object.entries(definitions ?? {}))
        this.#definitions.set(name, schema as Schema);
      await Promise.all(
        (Array.isArray(imports) ? (imports as readonly string[]) : []).map((other) => this.#load(other)),
      );
      this.#loaded.add(file);
    });
    // A file that did not come is asked for again with the next text.
    this.#files.set(
      file,
      coming.catch(() => void this.#files.delete(file)),
    );
    return this.#files.get(file);
  }
}

const isCustom = (apiVersion: string): boolean => /(^|\.)(kyverno\.io|wgpolicyk8s\.io)\//.test(apiVersion);

/** Kinds that a text may be about: behind `kind:`, and in lists and selectors of kinds. */
function kindsNamed(text: string): readonly string[] {
  const found = text.matchAll(/(?:\bkinds?:|[-[,/])\s*["']?([A-Z][A-Za-z]+)(?=["'\s,\]}/.#]|$)/gm);
  return [...found].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

function kindsOfCrd(crd: Json): readonly (KnownKind & { readonly schema: Schema })[] {
  const group = getString(crd, 'spec', 'group');
  const kind = getString(crd, 'spec', 'names', 'kind');
  if (group === undefined || kind === undefined) return [];
  return getList(crd, 'spec', 'versions').flatMap((version) => {
    const name = getString(version, 'name');
    const own = get(get(version, 'schema'), 'openAPIV3Schema');
    if (name === undefined || own === undefined) return [];
    const apiVersion = `${group}/${name}`;
    return [
      { apiVersion, kind, origin: 'custom' as const, schema: ofKind(readSchema(own), apiVersion, kind) },
    ];
  });
}

/** The server knows `apiVersion`, `kind` and `metadata` of every object, whatever the schema says of them. */
function ofKind(schema: Schema, apiVersion: string, kind: string): Schema {
  return {
    ...schema,
    required: [...new Set(['apiVersion', 'kind', 'metadata', ...(schema.required ?? [])])],
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string', enum: [apiVersion] },
      kind: { type: 'string', enum: [kind] },
      metadata: { $ref: 'meta/v1.ObjectMeta' },
    },
  };
}
