import type { Column } from './columns.ts';
import { pathColumn } from './columns.ts';

/**
 * Columns that Kyverno's CRDs ask kubectl to print (additionalPrinterColumns of the chart's CRDs, kyverno 1.19, Apache-2.0,
 * The Kyverno Authors), by resource and group.
 */
export function kyvernoColumns(resource: string, group: string): readonly Column[] | undefined {
  switch (group) {
    case 'kyverno.io':
      return KYVERNO[resource];
    case 'policies.kyverno.io':
      if (resource === 'policyexceptions') return undefined;
      return resource.endsWith('generatingpolicies') ? [AGE] : [AGE, READY];
    case 'reports.kyverno.io':
      return resource === 'clusterephemeralreports' || resource === 'ephemeralreports'
        ? EPHEMERAL
        : undefined;
    case 'wgpolicyk8s.io':
      return REPORT;
    default:
      return undefined;
  }
}

const age = (name: string): Column => pathColumn(name, '.metadata.creationTimestamp', 'date');
const AGE = age('AGE');
const READY = pathColumn('READY', '.status.conditionStatus.ready', 'string');
const COUNTS = ['pass', 'fail', 'warn', 'error', 'skip'];

const POLICY: readonly Column[] = [
  pathColumn('ADMISSION', '.spec.admission', 'boolean'),
  pathColumn('BACKGROUND', '.spec.background', 'boolean'),
  pathColumn('READY', '.status.conditions[?(@.type == "Ready")].status', 'string'),
  AGE,
  pathColumn('FAILURE POLICY', '.spec.failurePolicy', 'string', true),
  pathColumn('VALIDATE', '.status.rulecount.validate', 'integer', true),
  pathColumn('MUTATE', '.status.rulecount.mutate', 'integer', true),
  pathColumn('GENERATE', '.status.rulecount.generate', 'integer', true),
  pathColumn('VERIFY IMAGES', '.status.rulecount.verifyimages', 'integer', true),
  pathColumn('MESSAGE', '.status.conditions[?(@.type == "Ready")].message', 'string'),
];

const CLEANUP: readonly Column[] = [pathColumn('SCHEDULE', '.spec.schedule', 'string'), AGE];

/** RULE, which v1beta1 has from 1.12 on, is not seen: kubectl asks for v2 there. */
const UPDATE_REQUEST: readonly Column[] = [
  pathColumn('POLICY', '.spec.policy', 'string'),
  pathColumn('RULETYPE', '.spec.requestType', 'string'),
  pathColumn('RESOURCEKIND', '.spec.resource.kind', 'string'),
  pathColumn('RESOURCENAME', '.spec.resource.name', 'string'),
  pathColumn('RESOURCENAMESPACE', '.spec.resource.namespace', 'string'),
  pathColumn('STATUS', '.status.state', 'string'),
  AGE,
];

const KYVERNO: Readonly<Record<string, readonly Column[]>> = {
  clusterpolicies: POLICY,
  policies: POLICY,
  cleanuppolicies: CLEANUP,
  clustercleanuppolicies: CLEANUP,
  globalcontextentries: [
    AGE,
    pathColumn('REFRESH INTERVAL', '.spec.apiCall.refreshInterval', 'string'),
    pathColumn('LAST REFRESH', '.status.lastRefreshTime', 'date'),
  ],
  updaterequests: UPDATE_REQUEST,
};

const summary = (at: string): readonly Column[] =>
  COUNTS.map((name) => pathColumn(name.toUpperCase(), `${at}.${name}`, 'integer'));

const REPORT: readonly Column[] = [
  pathColumn('KIND', '.scope.kind', 'string'),
  pathColumn('NAME', '.scope.name', 'string'),
  ...summary('.summary'),
  AGE,
];

const audit = (name: string, kind: 'labels' | 'annotations', key: string, wide = false): Column =>
  pathColumn(name, `.metadata.${kind}['audit.kyverno.io/${key}']`, 'string', wide);

const EPHEMERAL: readonly Column[] = [
  audit('SOURCE', 'labels', 'source'),
  audit('GROUP', 'labels', 'resource.group'),
  audit('KIND', 'labels', 'resource.kind'),
  audit('OWNER', 'annotations', 'resource.name'),
  ...summary('.spec.summary'),
  AGE,
  audit('UID', 'labels', 'resource.uid', true),
  audit('HASH', 'labels', 'resource.hash', true),
];
