import { get, getList, getObject, getString, isObject, type Json, type JsonObject } from '../base/json.ts';
import { goJson, sorted, toGoStruct } from './go-types.ts';
import {
  CONTROLLERS,
  CRON_JOB,
  containsPod,
  descriptionsOf,
  FILTERS,
  hasAutogenName,
  kindsOf,
} from './pod-controllers.ts';

/** Where a controller keeps its Pod template. */
interface Template {
  readonly prefix: 'autogen' | 'autogen-cronjob';
  /** Key under `spec` that patterns are wrapped into. */
  readonly key: 'template' | 'jobTemplate';
  /** Path from the controller to the template, for references. */
  readonly shift: string;
  /** Path from the controller to the template, for expressions. */
  readonly path: string;
}

const POD_TEMPLATE: Template = {
  prefix: 'autogen',
  key: 'template',
  shift: 'spec/template',
  path: 'spec.template',
};
const CRON_TEMPLATE: Template = {
  prefix: 'autogen-cronjob',
  key: 'jobTemplate',
  shift: 'spec/jobTemplate/spec/template',
  path: 'spec.jobTemplate.spec.template',
};

/** The rules for Pod controllers that one rule for Pods becomes (pkg/autogen/v1, generateRules). */
export function deriveRules(raw: JsonObject, controllers: readonly string[]): readonly JsonObject[] {
  const rules: JsonObject[] = [];
  const kinds = podControllersOf(controllers);
  const forPods = kinds.length > 0 ? derive(raw, kinds, POD_TEMPLATE) : undefined;
  if (forPods !== undefined) rules.push(convert(forPods, POD_TEMPLATE));
  if (controllers.some((name) => name.includes(CRON_JOB) || name.includes('all'))) {
    const base = derive(raw, controllers, POD_TEMPLATE);
    const forCron = base && deriveCron(base, raw);
    if (forCron !== undefined) rules.push(convert(forCron, CRON_TEMPLATE));
  }
  return rules;
}

/** Controllers but CronJob, sorted. Names that are no controllers stay when none of them is one; `all` is spelt out. */
function podControllersOf(controllers: readonly string[]): readonly string[] {
  const rest = controllers.filter((name) => name !== CRON_JOB).toSorted();
  const all = rest.length === 1 && rest[0] === 'all' ? [...CONTROLLERS.keys()] : rest;
  const real = all.filter((name) => name !== CRON_JOB && CONTROLLERS.has(name)).toSorted();
  return real.length > 0 ? real : rest;
}

const nameFor = (template: Template, name: string): string => `${template.prefix}-${name}`.slice(0, 63);

/** The rule for other kinds, before variables are rewritten; undefined if it is not about Pods or not of a kind that can be derived. */
function derive(raw: JsonObject, controllers: readonly string[], template: Template): JsonObject | undefined {
  if (hasAutogenName(raw)) return undefined;
  const excluded = descriptionsOf(get(raw, 'exclude')).flatMap(kindsOf);
  if (!containsPod(descriptionsOf(get(raw, 'match')).flatMap(kindsOf))) return undefined;
  if (excluded.length > 0 && !containsPod(excluded)) return undefined;
  const selectors = controllers.map((name) => CONTROLLERS.get(name) ?? name);
  return rewrite(raw, nameFor(template, getString(raw, 'name') ?? ''), template, (kinds) =>
    containsPod(kinds) ? selectors : kinds,
  );
}

/** The CronJob rule is made of the other derived rule: patterns are wrapped twice. */
function deriveCron(base: JsonObject, raw: JsonObject): JsonObject | undefined {
  const name = nameFor(CRON_TEMPLATE, getString(raw, 'name') ?? '');
  return rewrite(base, name, CRON_TEMPLATE, () => [CONTROLLERS.get(CRON_JOB) ?? CRON_JOB]);
}

type Rekind = (kinds: readonly string[]) => readonly string[];

function rewrite(raw: JsonObject, name: string, template: Template, rekind: Rekind): JsonObject | undefined {
  const body = deriveBody(raw, template);
  if (body === undefined) return undefined;
  const exclude = get(raw, 'exclude');
  return {
    ...raw,
    ...body,
    name,
    match: rekindBlock(get(raw, 'match'), rekind, true),
    ...(isObject(exclude) ? { exclude: rekindBlock(exclude, rekind, false) } : {}),
  };
}

/** A block without any and all gets the kinds itself; an exclude block only if it names kinds. */
function rekindBlock(block: Json | undefined, rekind: Rekind, always: boolean): JsonObject {
  const base = isObject(block) ? block : {};
  for (const mode of FILTERS) {
    const filters = getList(base, mode);
    if (filters.length > 0) return { ...base, [mode]: filters.map((filter) => rekindFilter(filter, rekind)) };
  }
  const resources = getObject(base, 'resources');
  if (!always && kindsOf(resources).length === 0) return base;
  return { ...base, resources: { ...resources, kinds: rekind(['Pod']) } };
}

function rekindFilter(filter: Json, rekind: Rekind): Json {
  const resources = getObject(filter, 'resources');
  const kinds = rekind(kindsOf(resources));
  return isObject(filter) ? { ...filter, resources: { ...resources, kinds } } : filter;
}

const wrap = (template: Template, pattern: Json): JsonObject => ({ spec: { [template.key]: pattern } });

/** The part of the rule that says what to do, for another kind. */
function deriveBody(raw: JsonObject, template: Template): JsonObject | undefined {
  const mutate = get(raw, 'mutate');
  const patch = get(mutate, 'patchStrategicMerge') ?? null;
  if (patch !== null) return { mutate: { patchStrategicMerge: wrap(template, patch) } };
  const foreach = getList(mutate, 'foreach');
  if (foreach.length > 0) return { mutate: { foreach: foreach.map((one) => deriveForeach(one, template)) } };
  const validate = isObject(get(raw, 'validate'))
    ? deriveValidate(getObject(raw, 'validate'), template)
    : undefined;
  if (validate !== undefined) return { validate };
  return Array.isArray(get(raw, 'verifyImages')) ? {} : undefined;
}

function deriveForeach(foreach: Json, template: Template): JsonObject {
  const kept = pick(foreach, ['list', 'context', 'preconditions']);
  return { ...kept, patchStrategicMerge: wrap(template, get(foreach, 'patchStrategicMerge') ?? null) };
}

function pick(value: Json, names: readonly string[]): JsonObject {
  const entries = names.flatMap((name) => {
    const found = get(value, name);
    return found === undefined ? [] : [[name, found] as const];
  });
  return Object.fromEntries(entries);
}

function deriveValidate(validate: JsonObject, template: Template): JsonObject | undefined {
  const shared = (pivot: string): JsonObject => ({
    ...pick(validate, ['failureAction', 'failureActionOverrides', 'allowExistingViolations']),
    message: shiftReferences(getString(validate, 'message') ?? '', template.shift, pivot),
  });
  const given = (name: string): Json => get(validate, name) ?? null;
  if (given('pattern') !== null) return { ...shared('pattern'), pattern: wrap(template, given('pattern')) };
  if (given('deny') !== null) return { ...shared('deny'), deny: given('deny') };
  if (given('podSecurity') !== null) return { ...shared('podSecurity'), podSecurity: given('podSecurity') };
  if (given('anyPattern') !== null)
    return {
      ...shared('anyPattern'),
      anyPattern: getList(validate, 'anyPattern').map((pattern) => wrap(template, pattern)),
    };
  if (getList(validate, 'foreach').length > 0) return { ...shared('pattern'), foreach: given('foreach') };
  return Object.keys(getObject(validate, 'cel')).length > 0 ? validate : undefined;
}

/** Moves the absolute references of a message (`$(pattern/spec/…)`) to the wrapped pattern. */
function shiftReferences(message: string, shift: string, pivot: string): string {
  let result = message;
  let key = pivot;
  for (const [found] of message.matchAll(/(?:^|[^\\])\$\(.[^ ]*\)/g)) {
    const index = found.indexOf(key);
    if (pivot === 'anyPattern' && index >= 0)
      key = `${key}/${found.slice(index + key.length + 1).split('/')[0] ?? ''}`;
    result = result.replace(found, () => found.replaceAll(key, `${key}/${shift}`));
  }
  return result;
}

/** Prints the rule, rewrites what it says of the Pod, and reads it again. */
function convert(rule: JsonObject, template: Template): JsonObject {
  const { reportProperties: _, generate: __, imageExtractors: ___, ...printed } = toGoStruct('Rule', rule);
  const roots =
    get(getObject(rule, 'validate'), 'cel') === undefined
      ? ['request.object', 'request.oldObject']
      : ['object', 'oldObject'];
  let text = goJson(printed);
  for (const part of ['spec', 'metadata'])
    for (const root of roots) text = text.replaceAll(`${root}.${part}`, `${root}.${template.path}.${part}`);
  const read = toGoStruct('Rule', JSON.parse(text) as Json);
  return dropEmpty(read);
}

/** Blocks that the derived rule has only if they say something. */
function dropEmpty(rule: JsonObject): JsonObject {
  const entries = Object.entries(rule).filter(
    ([key, value]) => key === 'match' || key === 'name' || !isObject(value) || goJson(sorted(value)) !== '{}',
  );
  return Object.fromEntries(entries);
}
