import type { Json, JsonObject } from '../../base/json.ts';
import { getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import { milliseconds } from '../../base/units.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import { matchesFields, matchesRequirements, parseSelector } from '../../cluster/selector-text.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { type Failure, statusFailure, textFailure, unknownType } from '../failure.ts';
import { flag, flagList } from '../flags.ts';
import { formatGoJsonIndented } from '../go-json.ts';
import { placeOf, type Session, typeOf } from '../session.ts';
import { AGE, builtInColumns, type Column, crdColumns, isEvents, labelsText } from './columns.ts';
import { readCustomColumns } from './custom-columns.ts';
import { fillJsonPath, parseJsonPath, valuesAt } from './json-path.ts';
import { kyvernoColumns } from './kyverno-columns.ts';
import { columnWidths, formatTable } from './table.ts';
import { formatYaml } from './yaml-text.ts';

/** What `get` found of one type. */
interface Found {
  readonly info: ResourceInfo;
  readonly objects: readonly KubernetesObject[];
}

/** What the category `all` stands for, in the order of its tables. */
const ALL = [
  'pods',
  'services',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'jobs.batch',
  'cronjobs.batch',
];

/** `kubectl get TYPE[,TYPE…] [NAME…]`, `get TYPE/NAME…`: prints what the server lists, as tables or in the asked form. */
export function* getTargets(session: Session, words: readonly string[]): Process<string | undefined> {
  const watches = session.isOn('watch') || session.isOn('watch-only');
  if (watches && session.followUntil === undefined) return 'kubectl get --watch';
  const raw = flag(session.args, 'raw');
  if (raw !== undefined) return getRaw(session, raw);
  const asked = typesOf(session, words);
  if ('failure' in asked) {
    session.fail(asked.failure);
    return undefined;
  }
  if (watches) return yield* watchTargets(session, asked);
  const found: Found[] = [];
  for (const { info, names } of asked.types)
    found.push({
      info,
      objects: yield* names.length === 0 ? listed(session, info) : named(session, info, names),
    });
  print(session, found, asked.types.every(({ names }) => names.length === 1) && asked.types.length === 1);
  return undefined;
}

/** Lists, then prints a row at each change until the environment's `followUntil`. */
function* watchTargets(session: Session, { types }: Asked): Process<string | undefined> {
  const [first, another] = types;
  if (first === undefined) return undefined;
  if (another !== undefined || first.names.length > 1) {
    session.fail(textFailure('you may only specify a single resource type'));
    return undefined;
  }
  const output = flag(session.args, 'output') ?? '';
  if (output !== '' && output !== 'wide' && output !== 'name') return `kubectl get --watch -o ${output}`;
  const { info, names } = first;
  const seen = yield* names.length === 0 ? listed(session, info) : named(session, info, names);
  if (session.failures.length > 0) return undefined;
  const table = new WatchTable(session, info, output === 'wide');
  const show = (object: KubernetesObject): void => {
    if (output === 'name') session.print(`${typeOf(info)}/${nameOf(object)}`);
    else session.write(table.rows([object]));
  };
  if (!session.isOn('watch-only')) {
    if (output === 'name') for (const object of seen) show(object);
    else if (seen.length > 0) session.write(table.rows(seen));
  }
  let open = true;
  const requirements = parseSelector(flag(session.args, 'selector') ?? '');
  const inPlace = (object: KubernetesObject): boolean =>
    (session.isOn('all-namespaces') || !info.namespaced || namespaceOf(object) === session.namespace) &&
    (names.length === 0 || names.includes(nameOf(object))) &&
    matchesRequirements(requirements ?? [], object.metadata['labels'] ?? {}) &&
    matchesFields(flag(session.args, 'field-selector') ?? '', object);
  session.server.watch(({ info: changed, object }) => {
    const same = changed.group === info.group && changed.resource === info.resource;
    if (open && same && inPlace(object)) show(object);
  });
  const end = session.followUntil ?? 0;
  if (end > session.clock) yield milliseconds(end - session.clock);
  open = false;
  return undefined;
}

/** A table that grows: its columns stay as wide as they were (cli-runtime, RememberWidths). */
class WatchTable {
  readonly #session: Session;
  readonly #columns: readonly Column[];
  #widths: readonly number[] = [];
  #begun = false;

  constructor(session: Session, info: ResourceInfo, wide: boolean) {
    this.#session = session;
    this.#columns = tableColumns(session, info, wide, false);
  }

  rows(objects: readonly KubernetesObject[]): string {
    const rows = rowsOf(this.#session, this.#columns, objects, !this.#begun);
    this.#begun = true;
    this.#widths = columnWidths(rows, this.#widths);
    return formatTable(rows, this.#widths);
  }
}

function getRaw(session: Session, path: string): string | undefined {
  const answer = session.server.raw(session.user, 'GET', path, undefined);
  if (answer === undefined) return `kubectl get --raw ${path}`;
  if (answer.code >= 400)
    session.fail(
      textFailure(
        `Error from server (${getString(answer.body, 'reason') ?? 'NotFound'}): ${getString(answer.body, 'message') ?? 'the server could not find the requested resource'}`,
      ),
    );
  else session.print(formatRaw(answer.body));
  return undefined;
}

const formatRaw = (body: Json): string => (typeof body === 'string' ? body : JSON.stringify(body));

type Asked = {
  readonly types: readonly { readonly info: ResourceInfo; readonly names: readonly string[] }[];
};

function typesOf(session: Session, words: readonly string[]): Asked | { readonly failure: Failure } {
  const [first = '', ...names] = words;
  if (first === '')
    return {
      failure: textFailure(
        'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.',
      ),
    };
  const discovery = session.server.discovery();
  if (words.some((word) => word.includes('/'))) {
    const types: { info: ResourceInfo; names: string[] }[] = [];
    for (const word of words) {
      const [type = '', name = ''] = word.split('/');
      const info = discovery.byName(type);
      if (info === undefined) return { failure: unknownType(type) };
      types.push({ info, names: [name] });
    }
    return { types };
  }
  const types: { info: ResourceInfo; names: readonly string[] }[] = [];
  for (const type of first.split(',').flatMap((one) => (one === 'all' ? ALL : [one]))) {
    const info = discovery.byName(type);
    if (info === undefined) return { failure: unknownType(type) };
    types.push({ info, names });
  }
  return { types };
}

function* listed(session: Session, info: ResourceInfo): Process<readonly KubernetesObject[]> {
  const labelSelector = flag(session.args, 'selector');
  const fieldSelector = flag(session.args, 'field-selector');
  const response = yield* session.send(
    {
      verb: 'list',
      ...(session.isOn('all-namespaces') ? { resource: info } : placeOf(info, session.namespace)),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    },
    'kubectl',
  );
  if (response.failure !== undefined) {
    session.fail(statusFailure(response.failure));
    return [];
  }
  return [...(response.items ?? [])].sort(
    (left, right) => compare(namespaceOf(left), namespaceOf(right)) || compare(nameOf(left), nameOf(right)),
  );
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function* named(
  session: Session,
  info: ResourceInfo,
  names: readonly string[],
): Process<readonly KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for (const name of names) {
    const { failure, object } = yield* session.send(
      { verb: 'get', ...placeOf(info, session.namespace), name },
      'kubectl',
    );
    if (object !== undefined) objects.push(object);
    else if (failure !== undefined && !(failure.code === 404 && session.isOn('ignore-not-found')))
      session.fail(statusFailure(failure));
  }
  return objects;
}

function print(session: Session, found: readonly Found[], single: boolean): void {
  const output = flag(session.args, 'output') ?? '';
  const [form, template = flag(session.args, 'template') ?? ''] = split(output);
  const objects = sorted(
    session,
    found.flatMap((one) => one.objects),
  );
  switch (form) {
    case '':
    case 'wide':
      printTables(session, found, form === 'wide');
      return;
    case 'yaml':
    case 'json': {
      if (objects.length === 0 && session.failures.length > 0) return;
      if (objects.length === 0 && single) return;
      const [first] = objects;
      const value = single && first !== undefined ? shown(session, first) : listObject(session, objects);
      session.write(form === 'yaml' ? formatYaml(value) : `${formatGoJsonIndented(value)}\n`);
      return;
    }
    case 'name':
      for (const { info, objects: of } of found)
        for (const object of of) session.print(`${typeOf(info)}/${nameOf(object)}`);
      return;
    case 'jsonpath':
    case 'jsonpath-as-json': {
      const [first] = objects;
      if (single && first === undefined) return;
      const parsed = parseJsonPath(relaxed(template));
      if ('error' in parsed) session.fail(textFailure(`error parsing jsonpath ${template}, ${parsed.error}`));
      else
        session.write(
          fillJsonPath(
            parsed.template,
            single && first !== undefined ? shown(session, first) : listObject(session, objects),
          ),
        );
      return;
    }
    case 'custom-columns': {
      const columns = readCustomColumns(template);
      if ('error' in columns) session.fail(textFailure(columns.error));
      else session.write(formatTable(rowsOf(session, columns.columns, objects)));
      return;
    }
    default:
      session.fail(
        textFailure(
          `unable to match a printer suitable for the output format "${form}", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml`,
        ),
      );
  }
}

/** `jsonpath={.a}` → form and template. */
function split(output: string): readonly [string, string?] {
  const equals = output.indexOf('=');
  return equals < 0 ? [output] : [output.slice(0, equals), output.slice(equals + 1)];
}

/** `-o jsonpath=.a.b` is taken for `{.a.b}` (kubectl, RelaxedJSONPathExpression). */
export const relaxed = (template: string): string =>
  /[{]/.test(template) ? template : `{${template.startsWith('.') || template === '' ? '' : '.'}${template}}`;

function sorted(session: Session, objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const by = flag(session.args, 'sort-by');
  if (by === undefined) return objects;
  const parsed = parseJsonPath(relaxed(by));
  if ('error' in parsed) {
    session.fail(textFailure(`error parsing jsonpath ${by}, ${parsed.error}`));
    return objects;
  }
  const key = (object: KubernetesObject): Json => valuesAt(parsed.template, object)[0] ?? '';
  return [...objects].sort((left, right) => {
    const [a, b] = [key(left), key(right)];
    return typeof a === 'number' && typeof b === 'number' ? a - b : compare(String(a), String(b));
  });
}

/** An object as it is shown: without managedFields unless they are asked for. */
function shown(session: Session, object: KubernetesObject): JsonObject {
  if (session.isOn('show-managed-fields')) return object;
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([key]) => key !== 'managedFields'),
  );
  return { ...object, metadata };
}

const listObject = (session: Session, objects: readonly KubernetesObject[]): JsonObject => ({
  apiVersion: 'v1',
  items: objects.map((object) => shown(session, object)),
  kind: 'List',
  metadata: { resourceVersion: '' },
});

function printTables(session: Session, found: readonly Found[], wide: boolean): void {
  const told = found.filter(({ objects }) => objects.length > 0);
  if (told.length === 0) {
    if (session.failures.length === 0 && !session.isOn('ignore-not-found'))
      session.printError(
        session.isOn('all-namespaces') || found.every(({ info }) => !info.namespaced)
          ? 'No resources found'
          : `No resources found in ${session.namespace} namespace.`,
      );
    return;
  }
  const tables = told.map(({ info, objects }) => {
    const columns = tableColumns(session, info, wide, found.length > 1);
    return formatTable(rowsOf(session, columns, sorted(session, objects)));
  });
  session.write(tables.join('\n'));
}

/** All columns of a kind's table; with several kinds names carry their type. */
function tableColumns(
  session: Session,
  info: ResourceInfo,
  wide: boolean,
  several: boolean,
): readonly Column[] {
  const columns = columnsOf(session, info).filter((column) => wide || !column.wide);
  const name: Column = {
    name: 'NAME',
    wide: false,
    cell: (object) => (several ? `${typeOf(info)}/${nameOf(object)}` : nameOf(object)),
  };
  return [...namespaceColumn(session, info), ...(isEvents(info) ? columns : [name, ...columns])];
}

const namespaceColumn = (session: Session, info: ResourceInfo): readonly Column[] =>
  session.isOn('all-namespaces') && info.namespaced
    ? [{ name: 'NAMESPACE', wide: false, cell: (object) => namespaceOf(object) }]
    : [];

function rowsOf(
  session: Session,
  columns: readonly Column[],
  objects: readonly KubernetesObject[],
  headed = true,
): readonly (readonly string[])[] {
  const more: Column[] = flagList(session.args, 'label-columns')
    .flatMap((keys) => keys.split(','))
    .map((key) => ({
      name: (key.split('/').at(-1) ?? '').toUpperCase(),
      wide: false,
      cell: (object) => getString(object, 'metadata', 'labels', key) ?? '',
    }));
  if (session.isOn('show-labels'))
    more.push({ name: 'LABELS', wide: false, cell: (object) => labelsText(object.metadata['labels']) });
  const all = [...columns, ...more];
  const header = !headed || session.isOn('no-headers') ? [] : [all.map(({ name }) => name)];
  return [...header, ...objects.map((object) => all.map((column) => column.cell(object, session.clock)))];
}

/** Columns after NAME: the CRD's, Kyverno's, the built-in kind's; else the age alone. */
function columnsOf(session: Session, info: ResourceInfo): readonly Column[] {
  const crd = session.server.lookup(
    { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' },
    '',
    `${info.resource}.${info.group}`,
  );
  return (
    crdColumns(crd, info.version) ??
    kyvernoColumns(info.resource, info.group) ??
    builtInColumns(info) ?? [AGE]
  );
}
