import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getString, setKey } from '../../base/json.ts';
import type { Random } from '../../base/random.ts';
import type { JmesPathEnvironment, Libraries } from '../../expressions/jmespath/environment.ts';
import { GoInt, type Value, type ValueObject } from '../../expressions/jmespath/value.ts';
import type { Operation } from '../../kubernetes/admission-review.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { VariableValue } from '../../kyverno/evaluation.ts';
import type { ContextLoader, ContextVariable, Loaded, PolicyContext } from '../policy-context.ts';
import type { LoadingContext } from './entry-loaders.ts';
import { extractImages } from './images.ts';
import { JsonContext } from './json-context.ts';
import { contextEntries } from './parts.ts';
import { substituteAll, type VariableResolver } from './substitute.ts';

/** What the expressions of one rule see, and what they asked for. Not to be shared between rules. */
export interface RuleContext extends VariableResolver {
  /** Substitutes references and variables in a document. */
  substitute(document: Json): Loaded;
  /** Variables that were resolved since the last drain, oldest first. */
  readonly used: readonly VariableValue[];
  drainUsed(): VariableValue[];
  /** What each context entry gave that was loaded so far, by name; asked for by explanations. */
  entryValues(): ReadonlyMap<string, Loaded>;
  /** Registers context entries; they are loaded when first named. The error says why one cannot be registered. */
  addEntries(entries: readonly Json[]): string | undefined;
  /** Sets a name of the context, e.g. `target`. */
  set(name: string, value: Json): void;
  /** Sets `element`, `elementIndex` and the names of the nesting; usually between checkpoint and restore. */
  setElement(element: Json, index: number, nesting: number): void;
  /** Replaces object, oldObject and operation of `request`. */
  setObjects(
    newObject: KubernetesObject | undefined,
    oldObject: KubernetesObject | undefined,
    operation: Operation | '',
  ): void;
  /** Remembers the data, until the matching restore; entries added meanwhile go with it. */
  checkpoint(): void;
  restore(): void;
  /** Runs between checkpoint and restore, with an element set. */
  withElement<T>(element: Json, index: number, nesting: number, run: (context: this) => T): T;
  /** Runs with other objects and operation in `request`, and puts the present ones back. */
  withObjects<T>(
    newObject: KubernetesObject | undefined,
    oldObject: KubernetesObject | undefined,
    operation: Operation | '',
    run: (context: this) => T,
  ): T;
}

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** `serviceAccountName` and `serviceAccountNamespace` of a user name; both empty for other users. */
function serviceAccountOf(username: string): JsonObject {
  const [namespace = '', name] = username.slice(SERVICE_ACCOUNT.length).split(':');
  return name === undefined
    ? { serviceAccountName: '', serviceAccountNamespace: '' }
    : { serviceAccountName: name, serviceAccountNamespace: namespace };
}

/** `request`: the admission request with the requester's roles, and the objects. */
function requestOf(context: PolicyContext): JsonObject {
  const { admissionInfo, newObject, oldObject, operation } = context;
  const { roles: _, clusterRoles: __, ...request } = context.request;
  // An AdmissionRequest has both keys, null where there is no object; without one there is only what was added.
  const missing = get(request, 'uid') === undefined ? {} : { object: null, oldObject: null };
  // Kyverno leaves empty lists out.
  const roles = admissionInfo?.roles ?? getList(context.request, 'roles');
  const clusterRoles = admissionInfo?.clusterRoles ?? getList(context.request, 'clusterRoles');
  const { username = '', uid, groups = [] } = admissionInfo?.userInfo ?? {};
  return {
    operation,
    ...request,
    ...missing,
    ...(newObject ? { object: newObject } : {}),
    ...(oldObject ? { oldObject } : {}),
    ...(roles.length > 0 ? { roles } : {}),
    ...(clusterRoles.length > 0 ? { clusterRoles } : {}),
    ...(context.withoutUser === true
      ? {}
      : {
          userInfo: {
            ...(username === '' ? {} : { username }),
            ...(uid === undefined || uid === '' ? {} : { uid }),
            ...(groups.length > 0 ? { groups } : {}),
            ...asObject(get(request, 'userInfo')),
          },
        }),
  };
}

const asObject = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

/** The built-in names of the JSON context, without `images` (lifecycle A.8). */
export function jsonContext(context: PolicyContext): JsonObject {
  return {
    request: requestOf(context),
    ...(context.withoutUser === true ? {} : serviceAccountOf(context.admissionInfo?.userInfo.username ?? '')),
  };
}

const NOTHING: Loaded = { error: 'not available' };
const NO_LOADER: ContextLoader = {
  configMap: () => NOTHING,
  apiCall: () => NOTHING,
  service: () => NOTHING,
  globalContext: () => NOTHING,
  imageData: () => NOTHING,
};

/** How many resolved variables are kept for explanations. */
const MAX_USED = 1000;

/** What a rule context is made of. */
export interface RuleContextParts {
  /** The built-in names; made when they are first needed. */
  readonly root: () => ValueObject;
  readonly environment: JmesPathEnvironment;
  readonly loader?: ContextLoader;
  readonly policyNamespace?: string;
  /** Object whose images `images` lists. */
  readonly object?: KubernetesObject;
  /** Values that are merged over the data before entries are added, each time. */
  readonly initial?: readonly ContextVariable[];
}

class JsonRuleContext implements RuleContext {
  private readonly json: JsonContext;
  private readonly loading: LoadingContext;
  private readonly initial: readonly ContextVariable[];
  private resolved: VariableValue[] = [];
  /** Entries that were loaded: their error, or undefined. */
  private readonly loaded = new Map<string, string | undefined>();
  /** Queries of entries that load are not the rule's own. */
  private depth = 0;

  constructor({ root, environment, loader, policyNamespace, object, initial }: RuleContextParts) {
    this.initial = initial ?? [];
    this.json = new JsonContext(root, environment);
    this.loading = {
      json: this.json,
      resolver: this,
      loader: loader ?? NO_LOADER,
      policyNamespace: policyNamespace ?? '',
    };
    if (object) this.addImages(object);
  }

  private addImages(object: KubernetesObject): void {
    this.json.addLoader({
      name: 'images',
      hasLoaded: () => false,
      load: () => {
        const images = extractImages(object);
        if (images && 'error' in images) return images.error;
        if (images) this.json.add('images', images.value);
        return undefined;
      },
    });
  }

  get isDelete(): boolean {
    const request = this.json.peek('request');
    return request !== undefined && getString(request as Json, 'operation') === 'DELETE';
  }

  query(expression: string): Loaded {
    this.depth += 1;
    const found = this.json.query(expression);
    this.depth -= 1;
    if (this.depth === 0 && this.resolved.length < MAX_USED) this.resolved.push({ expression, ...found });
    return found;
  }

  substitute(document: Json): Loaded {
    return substituteAll(document, this);
  }

  get used(): readonly VariableValue[] {
    return this.resolved;
  }

  drainUsed(): VariableValue[] {
    const drained = this.resolved;
    this.resolved = [];
    return drained;
  }

  entryValues(): ReadonlyMap<string, Loaded> {
    this.depth += 1;
    const values = [...this.loaded].map(([name, error]): readonly [string, Loaded] => [
      name,
      error === undefined ? this.json.query(JSON.stringify(name)) : { error },
    ]);
    this.depth -= 1;
    return new Map(values);
  }

  addVariables(variables: readonly ContextVariable[]): void {
    for (const { path, value } of variables) {
      const [name, ...rest] = path;
      if (name !== undefined) this.json.add(name, nest(rest, value));
    }
  }

  addEntries(entries: readonly Json[]): string | undefined {
    this.addVariables(this.initial);
    const answered = this.answerDeclared(entries);
    if ('error' in answered) return answered.error;
    for (const entry of answered.rest) {
      const loader = contextEntries.get().createEntryLoader(entry, this.loading);
      if (loader === undefined) continue;
      if ('error' in loader) return loader.error;
      this.json.addLoader({
        name: loader.name,
        hasLoaded: () => loader.hasLoaded(),
        load: () => {
          const error = loader.load();
          this.loaded.set(loader.name, error);
          return error;
        },
      });
    }
    return undefined;
  }

  /** Entries whose answer is declared are there before any other of the list is. */
  private answerDeclared(
    entries: readonly Json[],
  ): { readonly rest: readonly Json[] } | { readonly error: string } {
    if (this.loading.loader.declaredAnswer === undefined) return { rest: entries };
    const rest: Json[] = [];
    for (const entry of entries) {
      const answer = contextEntries.get().addDeclaredAnswer(entry, this.loading);
      if (answer === undefined) rest.push(entry);
      else if (answer.error !== undefined) return { error: answer.error };
    }
    return { rest };
  }

  set(name: string, value: Json): void {
    this.json.replace(name, value);
  }

  setElement(element: Json, index: number, nesting: number): void {
    const position = new GoInt(index);
    const names: readonly (readonly [string, Value])[] = [
      ['element', element],
      [`element${nesting}`, element],
      ['elementIndex', position],
      [`elementIndex${nesting}`, position],
    ];
    this.json.markGoTypes();
    for (const [name, value] of names) this.json.replace(name, value);
  }

  setObjects(
    newObject: KubernetesObject | undefined,
    oldObject: KubernetesObject | undefined,
    operation: Operation | '',
  ): void {
    // Kyverno puts an empty map where there is no object.
    const request = asObject(this.json.peek('request') as Json | undefined);
    this.json.replace('request', {
      ...request,
      object: newObject ?? {},
      oldObject: oldObject ?? {},
      operation,
    });
  }

  checkpoint(): void {
    this.json.checkpoint();
  }

  restore(): void {
    this.json.restore();
  }

  withElement<T>(element: Json, index: number, nesting: number, run: (context: this) => T): T {
    this.checkpoint();
    this.setElement(element, index, nesting);
    try {
      return run(this);
    } finally {
      this.restore();
    }
  }

  withObjects<T>(
    newObject: KubernetesObject | undefined,
    oldObject: KubernetesObject | undefined,
    operation: Operation | '',
    run: (context: this) => T,
  ): T {
    const before = this.json.peek('request');
    this.setObjects(newObject, oldObject, operation);
    try {
      return run(this);
    } finally {
      if (before !== undefined) this.json.replace('request', before);
    }
  }
}

const nest = (path: readonly string[], value: Json): Json =>
  path.reduceRight<Json>((inner, key) => {
    const outer: Record<string, Json> = {};
    setKey(outer, key, inner);
    return outer;
  }, value);

/** A context over given data, without context entries of its own. */
export const createContextOver = ({
  root,
  ...parts
}: Omit<RuleContextParts, 'root'> & { readonly root: ValueObject }): RuleContext =>
  new JsonRuleContext({ ...parts, root: () => root });

/** The environment of a policy evaluation's expressions. */
export const environmentOf = (context: {
  readonly now: number;
  readonly random: Random;
  readonly libraries?: Libraries;
}): JmesPathEnvironment => ({
  now: context.now,
  random: context.random,
  libraries: context.libraries ?? {},
});

/** The context of one rule with its entries, none of which is loaded yet (lifecycle A.7, A.8). `rule`: whose entries they are. */
export function createRuleContext(
  context: PolicyContext,
  entries: readonly Json[],
  rule?: string,
): RuleContext | { readonly error: string } {
  const created = new JsonRuleContext({
    root: () => jsonContext(context),
    environment: environmentOf(context),
    loader: context.loader,
    policyNamespace: context.policy.namespace,
    ...(context.newObject ? { object: context.newObject } : {}),
    ...(rule === undefined || context.ruleVariables === undefined
      ? {}
      : { initial: context.ruleVariables(rule) }),
  });
  created.addVariables(context.variables ?? []);
  const error = created.addEntries(entries);
  return error === undefined ? created : { error };
}
