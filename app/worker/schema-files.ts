import { get, getList, isObject, type Json, type JsonObject, type SchemaDocuments } from '../../src/index.ts';

/** The documented schemas of `public/schemas`, a file of kinds at a time; what was fetched stays. */
export class SchemaFiles implements SchemaDocuments {
  readonly #definitions = new Map<string, JsonObject>();
  readonly #kinds = new Map<string, { readonly file: string; readonly definition: string }>();
  readonly #files = new Set<string>();

  get isEmpty(): boolean {
    return this.#files.size === 0;
  }

  find(apiVersion: string, kind: string): JsonObject | undefined {
    const entry = this.#kinds.get(`${apiVersion}/${kind}`);
    return entry && this.#definitions.get(entry.definition);
  }

  definition(name: string): JsonObject | undefined {
    return this.#definitions.get(name);
  }

  /** Fetches what tells of a kind. Rejects without a network. */
  async load(folder: string, apiVersion: string, kind: string): Promise<void> {
    if (this.#kinds.size === 0) this.#readIndex(await fetchJson(folder, 'index.json'));
    const entry = this.#kinds.get(`${apiVersion}/${kind}`);
    if (entry !== undefined) await this.#loadFile(folder, entry.file);
  }

  #readIndex(index: Json): void {
    for (const line of getList(index, 'kinds')) {
      if (!Array.isArray(line)) continue;
      const [apiVersion, kind, file, definition] = line as readonly string[];
      if (file !== undefined && definition !== undefined)
        this.#kinds.set(`${apiVersion}/${kind}`, { file, definition });
    }
  }

  async #loadFile(folder: string, file: string): Promise<void> {
    if (this.#files.has(file)) return;
    const json = await fetchJson(folder, `${file}.json`);
    this.#files.add(file);
    const definitions = get(json, 'definitions');
    for (const [name, schema] of Object.entries(isObject(definitions) ? definitions : {}))
      if (isObject(schema)) this.#definitions.set(name, schema);
    const imports = getList(json, 'imports').flatMap((name) => (typeof name === 'string' ? [name] : []));
    await Promise.all(imports.map((name) => this.#loadFile(folder, name)));
  }
}

async function fetchJson(folder: string, file: string): Promise<Json> {
  const answer = await fetch(new URL(file, folder));
  if (!answer.ok) throw new Error(`${file} could not be loaded (${answer.status})`);
  return (await answer.json()) as Json;
}
