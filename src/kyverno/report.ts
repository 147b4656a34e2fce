import type { JsonObject } from '../base/json.ts';
import { get, getString } from '../base/json.ts';
import type { GroupVersionResource, KubernetesObject } from '../kubernetes/object.ts';
import { namespaceOf, parseApiVersion, uidOf } from '../kubernetes/object.ts';
import type { Behaviour } from './behaviour.ts';
import type { Policy } from './policy.ts';

/** One result of a report. */
export interface ReportResult {
  readonly policy: string;
  readonly rule: string;
  readonly result: string;
  readonly message?: string;
  readonly properties?: Readonly<Record<string, string>>;
  /** Absent: it counts. */
  readonly scored?: false;
  readonly category?: string;
  readonly severity?: string;
}

export interface EphemeralReport {
  readonly object: KubernetesObject;
  readonly resource: GroupVersionResource;
  readonly results: readonly ReportResult[];
}

/** `process` tells which pass may write the result again (lifecycle H.2). */
export function processOf({ spec }: Policy): string {
  if (get(spec, 'background') !== false) return 'background scan';
  return get(spec, 'admission') === false ? '' : 'admission review';
}

/** Whether results of a policy are to be reported (utils/report/create_ephemeral.go). */
export const isReportable = (
  { excludesFromReports }: Pick<Behaviour, 'excludesFromReports'>,
  policy: KubernetesObject,
): boolean =>
  !excludesFromReports || get(get(policy.metadata, 'labels'), 'reports.kyverno.io/disabled') === undefined;

const SEVERITIES: ReadonlySet<string> = new Set(['critical', 'high', 'medium', 'low', 'info']);

/** reportProperties may say the message otherwise: for one result, or for all (utils/report/results.go). */
const messageOf = (status: string, message: string, properties: Readonly<Record<string, string>>): string =>
  properties['message'] || properties[`${status}Message`] || message;

/** A result as reports carry it; a failure of an unscored policy is a warning. */
export function reportResult(
  policy: Policy,
  rule: string,
  status: string,
  message: string,
  properties: Readonly<Record<string, string>> = {},
): ReportResult {
  const annotation = (name: string): string =>
    getString(policy.object, 'metadata', 'annotations', `policies.kyverno.io/${name}`) ?? '';
  const isScored = annotation('scored') !== 'false';
  const [category, severity] = [annotation('category'), annotation('severity')];
  const told = messageOf(status, message, properties);
  return {
    policy: policy.key,
    rule,
    result: status === 'fail' && !isScored ? 'warn' : status,
    ...(told === '' ? {} : { message: told }),
    properties: { ...properties, process: processOf(policy) },
    ...(isScored ? {} : { scored: false }),
    ...(category === '' ? {} : { category }),
    ...(SEVERITIES.has(severity) ? { severity } : {}),
  };
}

/**
 * The EphemeralReport of an object (lifecycle H.2). `prefix` begins its generated name: the request's uid for admission, the
 * object's for background.
 */
export function ephemeralReport(
  subject: KubernetesObject,
  source: 'admission' | 'background-scan',
  prefix: string,
  policies: readonly Policy[],
  results: readonly ReportResult[],
  time: number,
): EphemeralReport {
  const namespace = namespaceOf(subject);
  const kind = namespace === '' ? 'ClusterEphemeralReport' : 'EphemeralReport';
  const { group, version } = parseApiVersion(subject.apiVersion);
  const versions = policies.map((policy): [string, string] => [
    `${policy.kind === 'Policy' ? 'pol' : 'cpol'}.kyverno.io/${policy.name}`,
    getString(policy.object, 'metadata', 'resourceVersion') ?? '',
  ]);
  const counts: Record<string, number> = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
  for (const { result } of results) counts[result] = (counts[result] ?? 0) + 1;
  const timestamp = { seconds: Math.floor(time / 1000), nanos: 0 };
  const owner = {
    apiVersion: subject.apiVersion,
    kind: subject.kind,
    name: getString(subject, 'metadata', 'name') ?? '',
    uid: uidOf(subject),
  };
  const sorted = [...results].sort((left, right) =>
    `${left.policy} ${left.rule}` < `${right.policy} ${right.rule}` ? -1 : 1,
  );
  return {
    resource: {
      group: 'reports.kyverno.io',
      version: 'v1',
      resource: `${kind.toLowerCase()}s`,
    },
    results: sorted,
    object: {
      apiVersion: 'reports.kyverno.io/v1',
      kind,
      metadata: {
        generateName: `${prefix}-`,
        ...(namespace === '' ? {} : { namespace }),
        labels: {
          'app.kubernetes.io/managed-by': 'kyverno',
          'audit.kyverno.io/resource.group': group,
          'audit.kyverno.io/resource.kind': subject.kind,
          'audit.kyverno.io/resource.uid': uidOf(subject),
          'audit.kyverno.io/resource.version': version,
          'audit.kyverno.io/source': source,
          ...Object.fromEntries(versions),
        },
        // What is reported at admission is not stored yet: the reports controller finds its owner later.
        ...(source === 'admission' ? {} : { ownerReferences: [owner] }),
      },
      spec: {
        owner,
        results: sorted.map(
          (result): JsonObject => ({
            source: 'kyverno',
            policy: result.policy,
            rule: result.rule,
            result: result.result,
            scored: result.scored ?? true,
            ...(result.category === undefined ? {} : { category: result.category }),
            ...(result.severity === undefined ? {} : { severity: result.severity }),
            timestamp,
            ...(result.message === undefined ? {} : { message: result.message }),
            properties: { ...result.properties },
          }),
        ),
        summary: counts,
      },
    },
  };
}
