import type { Json } from '../../base/json.ts';
import type { JmesPathEnvironment } from '../../expressions/jmespath/environment.ts';
import { compileJmesPath, search } from '../../expressions/jmespath/query.ts';
import { isMap, type Value, type ValueObject } from '../../expressions/jmespath/value.ts';
import type { Loaded } from '../policy-context.ts';
import { DeferredLoaders, type EntryLoader } from './deferred-loaders.ts';

/** Bytes that all context entries of a rule may have together (2 MiB). */
const MAX_SIZE = 2 * 1024 * 1024;

/** Puts new data over old: maps merge key by key, all else is replaced. Neither is changed. */
function merge(old: Value | undefined, added: Value): Value {
  if (old === undefined || !isMap(old) || !isMap(added)) return added;
  const entries = Object.entries(added).map(([key, value]): [string, Value] => [
    key,
    merge(Object.hasOwn(old, key) ? old[key] : undefined, value),
  ]);
  return { ...old, ...Object.fromEntries(entries) };
}

/**
 * The data that a rule's expressions see (engine/context/context.go). It is never changed in place: a checkpoint is the
 * old root, and large objects are shared.
 */
export class JsonContext {
  private made: ValueObject | undefined;
  private readonly makeRoot: () => ValueObject;
  private readonly checkpoints: ValueObject[] = [];
  private readonly deferred = new DeferredLoaders();
  private readonly environment: JmesPathEnvironment;
  private holdsGoTypes = false;
  private size = 0;

  /** `makeRoot` is called when the data is first needed: most rules never look at it. */
  constructor(makeRoot: () => ValueObject, environment: JmesPathEnvironment) {
    this.makeRoot = makeRoot;
    this.environment = environment;
  }

  private get root(): ValueObject {
    this.made ??= this.makeRoot();
    return this.made;
  }

  private set root(root: ValueObject) {
    this.made = root;
  }

  /** Value of an expression; entries that it names are loaded first. */
  query(text: string): Loaded {
    const error = this.deferred.loadMatching(text, this.checkpoints.length);
    if (error !== undefined) return { error };
    const trimmed = text.trim();
    if (trimmed === '') return { error: 'invalid query (nil)' };
    const compiled = compileJmesPath(trimmed);
    if ('error' in compiled) return { error: `incorrect query ${trimmed}: ${compiled.error}` };
    const found = search(compiled.query, this.root, this.environment, this.holdsGoTypes);
    return 'error' in found ? { error: `JMESPath query failed: ${found.error}` } : found;
  }

  /** Value of an expression over other data than the context. */
  searchIn(
    text: string,
    data: Json,
  ): { readonly value: Json } | { readonly error: string; readonly syntax: boolean } {
    const compiled = compileJmesPath(text);
    if ('error' in compiled) return { error: compiled.error, syntax: true };
    const found = search(compiled.query, data, this.environment);
    return 'error' in found ? { error: found.error, syntax: false } : found;
  }

  /** The value under a name, without loading anything. */
  peek(name: string): Value | undefined {
    return Object.hasOwn(this.root, name) ? this.root[name] : undefined;
  }

  /** Puts a value in place of what has the name. */
  replace(name: string, value: Value): void {
    this.root = { ...this.root, [name]: value };
  }

  /** Merges a value into what has the name. */
  add(name: string, value: Value): void {
    this.root = { ...this.root, [name]: merge(this.peek(name), value) };
  }

  /** Tells that Go ints are among the data, so that results must be converted. */
  markGoTypes(): void {
    this.holdsGoTypes = true;
  }

  /** Counts an entry's size; the text of Kyverno's error if it is too much. */
  reserve(value: Json): string | undefined {
    const size = this.size + JSON.stringify(value).length;
    if (size > MAX_SIZE)
      return `context size limit exceeded: ${size} bytes exceeds limit of ${MAX_SIZE} bytes`;
    this.size = size;
    return undefined;
  }

  addLoader(loader: EntryLoader): void {
    this.deferred.add(loader, this.checkpoints.length);
  }

  checkpoint(): void {
    this.checkpoints.push(this.root);
  }

  /** Goes back to the last checkpoint and drops it. */
  restore(): void {
    const root = this.checkpoints.pop();
    if (!root) return;
    this.root = root;
    this.deferred.restore(this.checkpoints.length);
  }
}
