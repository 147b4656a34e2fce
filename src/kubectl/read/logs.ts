import type { Process } from '../../base/process.ts';
import { milliseconds } from '../../base/units.ts';
import { matchesRequirements, parseSelector } from '../../cluster/selector-text.ts';
import { forbidden, notFound } from '../../cluster/status.ts';
import { readDuration } from '../../kubernetes/duration.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { type Failure, messageOf, statusFailure, textFailure, unknownType } from '../failure.ts';
import { flag } from '../flags.ts';
import type { LogLine, Session } from '../session.ts';
import { CONTROLLERS, KYVERNO } from './controllers.ts';

/** What `-l` shows of each Pod unless `--tail` says otherwise. */
const TAIL_OF_MANY = 10;
const PODS = { group: '', version: 'v1', resource: 'pods' };
const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' };

/**
 * `kubectl logs POD|deploy/NAME|-l SELECTOR`: lines that Kyverno's controllers and the scenario's actors wrote, with
 * `--since`, `--since-time`, `--tail`, `--timestamps`; `-f` goes on to the environment's `followUntil`.
 */
export function* showLogs(session: Session, words: readonly string[]): Process<string | undefined> {
  for (const name of ['previous', 'prefix', 'limit-bytes'])
    if (session.isOn(name)) return `kubectl logs --${name}`;
  const follows = session.isOn('follow');
  if (follows && session.followUntil === undefined) return 'kubectl logs --follow';
  const sources = sourcesOf(session, words);
  if ('failure' in sources) {
    session.fail(sources.failure);
    return undefined;
  }
  const chosen = choice(session, sources.names.length > 1 || sources.selected);
  if ('failure' in chosen) {
    session.fail(chosen.failure);
    return undefined;
  }
  let seen = 0;
  const own = (): readonly LogLine[] => session.logs().filter(({ source }) => sources.names.includes(source));
  const all = own();
  seen = all.length;
  const shown = all.filter(({ time }) => time >= chosen.from);
  for (const line of chosen.tail < 0 ? shown : shown.slice(Math.max(0, shown.length - chosen.tail)))
    printLine(session, line);
  if (!follows || session.followUntil === undefined) return undefined;
  if (session.followUntil > session.clock) yield milliseconds(session.followUntil - session.clock);
  for (const line of own().slice(seen)) printLine(session, line);
  return undefined;
}

function printLine(session: Session, { time, line }: LogLine): void {
  session.print(session.isOn('timestamps') ? `${new Date(time).toISOString()} ${line}` : line);
}

type Choice = { readonly from: number; readonly tail: number };

function choice(session: Session, many: boolean): Choice | { readonly failure: Failure } {
  const [since, at, tail] = ['since', 'since-time', 'tail'].map((name) => flag(session.args, name));
  if (since !== undefined && at !== undefined)
    return { failure: textFailure('at most one of `sinceTime` or `sinceSeconds` may be specified') };
  let from = Number.NEGATIVE_INFINITY;
  if (since !== undefined) {
    const length = readDuration(since);
    if ('error' in length)
      return {
        failure: textFailure(
          `invalid argument "${since}" for "--since" flag: ${length.error}\nSee 'kubectl logs --help' for usage.`,
        ),
      };
    if (length.value > 0n) from = session.clock - Number(length.value) / 1e6;
  } else if (at !== undefined) {
    from = Date.parse(at);
    if (Number.isNaN(from))
      return {
        failure: textFailure(
          `parsing time "${at}" as "2006-01-02T15:04:05Z07:00": cannot parse "${at}" as "2006"`,
        ),
      };
  }
  const lines = tail === undefined ? (many ? TAIL_OF_MANY : -1) : Number(tail);
  if (!Number.isInteger(lines))
    return {
      failure: textFailure(
        `invalid argument "${tail}" for "--tail" flag: strconv.ParseInt: parsing "${tail}": invalid syntax\nSee 'kubectl logs --help' for usage.`,
      ),
    };
  return { from, tail: lines };
}

type Sources = { readonly names: readonly string[]; readonly selected: boolean };

/** Deployments whose lines are asked for. */
function sourcesOf(session: Session, words: readonly string[]): Sources | { readonly failure: Failure } {
  const selector = flag(session.args, 'selector');
  if (selector !== undefined && words.length === 0) return selectSources(session, selector);
  const [first = ''] = words;
  if (first === '' || words.length > 2)
    return {
      failure: textFailure(
        "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples",
      ),
    };
  const [type, name] = first.includes('/') ? first.split('/') : ['pods', first];
  const info = session.server.discovery().byName(type ?? '');
  if (info === undefined) return { failure: unknownType(type ?? '') };
  const refused = mayRead(session, info.group, info.resource, name ?? '');
  if (refused !== undefined) return { failure: refused };
  const source =
    info.resource === 'pods'
      ? deploymentOfPod(session, name ?? '')
      : info.resource === 'deployments' && isWorkload(session, name ?? '')
        ? name
        : undefined;
  if (source !== undefined) return { names: [source], selected: false };
  const missing = messageOf(statusFailure(notFound(info, name ?? '')));
  return {
    failure: textFailure(
      `error from server (NotFound): ${missing} in namespace ${JSON.stringify(session.namespace)}`,
    ),
  };
}

function mayRead(session: Session, group: string, resource: string, name: string): Failure | undefined {
  const { user, namespace, server } = session;
  const denied = (of: { readonly group: string; readonly resource: string }, path: string): Failure =>
    statusFailure(
      forbidden(
        of,
        name,
        `User "${user.username}" cannot get resource "${path}" in API group "${of.group}" in the namespace "${namespace}"`,
      ),
    );
  if (!server.authorize(user, { verb: 'get', group, resource, namespace, name }))
    return denied({ group, resource }, resource);
  const asked = { verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace, name };
  return server.authorize(user, asked) ? undefined : denied(PODS, 'pods/log');
}

/** Whether something that can write lines is deployed under this name in the namespace. */
function isWorkload(session: Session, name: string): boolean {
  if (session.namespace === KYVERNO && Object.hasOwn(CONTROLLERS, name)) return true;
  if (session.server.lookup(DEPLOYMENTS, session.namespace, name) !== undefined) return true;
  if (session.workloads !== undefined)
    return session.workloads.some((one) => one.name === name && one.namespace === session.namespace);
  return !Object.hasOwn(CONTROLLERS, name) && session.logs().some(({ source }) => source === name);
}

/** A Pod that is there, or the name that a Pod of Kyverno's would have: the Deployment's with two random parts. */
function deploymentOfPod(session: Session, pod: string): string | undefined {
  const owner = pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, '');
  if (session.server.lookup(PODS, session.namespace, pod) !== undefined) return owner;
  return owner !== pod && isWorkload(session, owner) ? owner : undefined;
}

function selectSources(session: Session, selector: string): Sources | { readonly failure: Failure } {
  const requirements = parseSelector(selector);
  if (requirements === undefined) return { failure: textFailure(`unable to parse requirement: ${selector}`) };
  const refused = mayRead(session, '', 'pods', '');
  if (refused !== undefined) return { failure: refused };
  const controllers = Object.entries(CONTROLLERS).flatMap(([name, component]) =>
    session.namespace === KYVERNO && matchesRequirements(requirements, labelsOf(component)) ? [name] : [],
  );
  const pods = session.server
    .listAll(PODS, session.namespace)
    .filter(
      (pod) =>
        namespaceOf(pod) === session.namespace &&
        matchesRequirements(requirements, pod.metadata['labels'] ?? {}),
    )
    .map((pod) => deploymentOfPod(session, nameOf(pod)) ?? '');
  const names = [...new Set([...controllers, ...pods])];
  if (names.length === 0) session.printError(`No resources found in ${session.namespace} namespace.`);
  return { names, selected: true };
}

const labelsOf = (component: string): { readonly [key: string]: string } => ({
  'app.kubernetes.io/component': component,
  'app.kubernetes.io/instance': 'kyverno',
  'app.kubernetes.io/part-of': 'kyverno',
  'app.kubernetes.io/managed-by': 'Helm',
});
