import type { Json, JsonObject } from '../base/json.ts';
import { equal, get, getList, getObject, getString, isObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { ApiRequest, ResourceInfo } from '../cluster/api.ts';
import { gvkOf, type KubernetesObject, nameOf, namespaceOf, uidOf } from '../kubernetes/object.ts';
import { BY_FIRST_OWNER } from '../kubernetes/object-index.ts';
import { REPORTS_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { BackgroundEnvironment } from './environment.ts';
import type { ReportSubject } from './report-subject.ts';

const GROUP = 'reports.kyverno.io';
const REPORTS = { group: 'wgpolicyk8s.io', version: 'v1alpha2' };
const COUNTS = ['pass', 'fail', 'warn', 'error', 'skip'] as const;

const ephemeralOf = (namespace: string) => ({
  group: GROUP,
  version: 'v1',
  resource: namespace === '' ? 'clusterephemeralreports' : 'ephemeralreports',
});
const reportOf = (namespace: string) => ({
  ...REPORTS,
  resource: namespace === '' ? 'clusterpolicyreports' : 'policyreports',
});

/** How long a report whose object is not found is kept (aggregate/controller.go, deletionGrace). */
const GRACE = 120_000;

/**
 * Looks at an EphemeralReport that has waited: one with an owner is merged, with whatever else its owner has; another is given
 * its owner, which makes it wait once more. True if its object is not there yet: then it is to be looked at again.
 */
export function* takeReport(
  env: BackgroundEnvironment,
  namespace: string,
  name: string,
  cause: EventId,
): Process<boolean> {
  const report = env.server.lookup(ephemeralOf(namespace), namespace, name);
  if (report === undefined) return false;
  const place = { resource: ephemeralOf(namespace), ...(namespace === '' ? {} : { namespace }), name };
  const uid = getString(getList(report, 'metadata', 'ownerReferences')[0], 'uid');
  if (uid !== undefined) {
    yield* aggregateReports(env, { uid, namespace }, cause);
    return false;
  }
  const subject = subjectOf(env, report);
  if (subject !== undefined) {
    yield* ask(env, cause, { verb: 'update', ...place, body: withOwner(report, subject) });
    return false;
  }
  const age = env.wallClock() - Date.parse(getString(report.metadata, 'creationTimestamp') ?? '');
  if (age <= GRACE) return true;
  yield* ask(env, cause, { verb: 'delete', ...place });
  return false;
}

/** The object that a report is about. */
function subjectOf(
  { server }: BackgroundEnvironment,
  report: KubernetesObject,
): KubernetesObject | undefined {
  const owner = get(get(report, 'spec'), 'owner');
  const text = (field: string): string => getString(owner, field) ?? '';
  const info = server.discovery().byKind(gvkOf({ apiVersion: text('apiVersion'), kind: text('kind') }));
  return info && server.lookup(info, namespaceOf(report), text('name'));
}

function withOwner(report: KubernetesObject, subject: KubernetesObject): KubernetesObject {
  const { apiVersion, kind } = subject;
  const uid = uidOf(subject);
  return {
    ...report,
    metadata: {
      ...report.metadata,
      labels: { ...getObject(report.metadata, 'labels'), 'audit.kyverno.io/resource.uid': uid },
      ownerReferences: [{ apiVersion, kind, name: nameOf(subject), uid }],
    },
  };
}

/**
 * Merges the EphemeralReports of an object into its PolicyReport, named by its uid, and deletes them; results of rules that
 * are gone go, and so does a report that has none left (lifecycle H.2; controllers/report/aggregate).
 */
export function* aggregateReports(
  env: BackgroundEnvironment,
  { uid, namespace }: ReportSubject,
  cause: EventId,
): Process<void> {
  const { server } = env;
  const ephemeral = server
    .listBy(ephemeralOf(namespace), BY_FIRST_OWNER, uid)
    .filter((report) => namespaceOf(report) === namespace)
    // Within one second the later one is the newer one.
    .sort((left, right) => versionOf(left) - versionOf(right));
  const known = server.lookup(reportOf(namespace), namespace, uid);
  const owner = ownerOf(ephemeral, known);
  if (owner !== undefined && isThere(env, owner, namespace)) {
    const results = mergedResults(env, [...(known === undefined ? [] : [known]), ...ephemeral]);
    yield* write(env, namespace, known, owner, results, cause);
  }
  for (const report of ephemeral)
    yield* ask(env, cause, {
      verb: 'delete',
      resource: ephemeralOf(namespace),
      ...(namespace === '' ? {} : { namespace }),
      name: nameOf(report),
    });
}

const versionOf = ({ metadata }: KubernetesObject): number => Number(metadata['resourceVersion'] ?? 0);

function ownerOf(
  ephemeral: readonly KubernetesObject[],
  known: KubernetesObject | undefined,
): JsonObject | undefined {
  const [owner] = getList(ephemeral[0] ?? known, 'metadata', 'ownerReferences');
  return isObject(owner) ? owner : undefined;
}

function isThere({ server }: BackgroundEnvironment, owner: JsonObject, namespace: string): boolean {
  const apiVersion = getString(owner, 'apiVersion') ?? '';
  const info: ResourceInfo | undefined = server
    .discovery()
    .byKind(gvkOf({ apiVersion, kind: getString(owner, 'kind') ?? '' }));
  if (info === undefined) return false;
  const found = server.lookup(info, namespace, getString(owner, 'name') ?? '');
  return found !== undefined && uidOf(found) === getString(owner, 'uid');
}

/** Of several results of one rule the newest counts; a rule that no policy has any more has none. */
function mergedResults(env: BackgroundEnvironment, reports: readonly KubernetesObject[]): readonly Json[] {
  const merged = new Map<string, Json>();
  const rules = existingRules(env);
  for (const report of reports)
    for (const result of [...getList(report, 'results'), ...getList(report, 'spec', 'results')]) {
      const key = `${getString(result, 'policy')}|${getString(result, 'rule')}`;
      if (!rules.has(key)) continue;
      const before = merged.get(key);
      if (before === undefined || timeOf(before) <= timeOf(result)) merged.set(key, result);
    }
  return [...merged.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, result]) => result);
}

const timeOf = (result: Json): number => {
  const seconds = get(get(result, 'timestamp'), 'seconds');
  return typeof seconds === 'number' ? seconds : 0;
};

/** `policy|rule` of every rule that exists, those that autogen makes included. */
function existingRules({ server, readPolicy }: BackgroundEnvironment): ReadonlySet<string> {
  const rules = new Set<string>();
  for (const resource of ['clusterpolicies', 'policies'])
    for (const object of server.listAll({ group: 'kyverno.io', version: 'v1', resource })) {
      const policy = readPolicy(object);
      for (const rule of policy?.rules ?? []) rules.add(`${policy?.key ?? ''}|${rule.name}`);
    }
  return rules;
}

function* write(
  env: BackgroundEnvironment,
  namespace: string,
  known: KubernetesObject | undefined,
  owner: JsonObject,
  results: readonly Json[],
  cause: EventId,
): Process<void> {
  const uid = getString(owner, 'uid') ?? '';
  const place = { resource: reportOf(namespace), ...(namespace === '' ? {} : { namespace }) };
  if (results.length === 0) {
    if (known !== undefined) yield* ask(env, cause, { verb: 'delete', ...place, name: uid });
    return;
  }
  const { apiVersion = '', kind = '', name = '' } = owner;
  const summary: Record<string, number> = { error: 0, fail: 0, pass: 0, skip: 0, warn: 0 };
  for (const count of COUNTS)
    summary[count] = results.filter((result) => getString(result, 'result') === count).length;
  const body: KubernetesObject = {
    ...known,
    apiVersion: `${REPORTS.group}/${REPORTS.version}`,
    kind: namespace === '' ? 'ClusterPolicyReport' : 'PolicyReport',
    metadata: {
      ...known?.metadata,
      name: uid,
      ...(namespace === '' ? {} : { namespace }),
      labels: { 'app.kubernetes.io/managed-by': 'kyverno' },
      ownerReferences: [{ apiVersion, kind, name, uid }],
    },
    results,
    scope: { apiVersion, kind, name, ...(namespace === '' ? {} : { namespace }), uid },
    summary,
  };
  if (known === undefined) yield* ask(env, cause, { verb: 'create', ...place, body });
  else if (!equal(get(known, 'results'), results))
    yield* ask(env, cause, { verb: 'update', ...place, name: uid, body });
}

function* ask(
  { server }: BackgroundEnvironment,
  cause: EventId,
  request: Omit<ApiRequest, 'user' | 'component' | 'fieldManager' | 'cause'>,
): Process<void> {
  yield* server.request({
    ...request,
    user: REPORTS_CONTROLLER,
    component: 'reports-controller',
    fieldManager: 'reports-controller',
    cause,
  });
}
