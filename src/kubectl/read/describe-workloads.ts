import type { Json } from '../../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { ageText } from './age.ts';
import { labelsText, selectorText } from './columns.ts';
import { controllerOf, podsStatus, podTemplate } from './describe-pods.ts';
import type { DescribeTools } from './describe-tools.ts';
import { type Description, goValue } from './description.ts';
import { rfc1123 } from './rfc1123.ts';

const number = (value: Json | undefined, missing = 0): number =>
  typeof value === 'number' ? value : missing;
const isSet = (value: Json | undefined): boolean => value !== undefined && value !== null;

/** `kubectl describe statefulset` (kubectl, describeStatefulSet). */
export function describeStatefulSet(object: KubernetesObject, { out, events, list }: DescribeTools): void {
  const [spec, status] = [getObject(object, 'spec'), getObject(object, 'status')];
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  out.line(0, `CreationTimestamp:\t${rfc1123(getString(object, 'metadata', 'creationTimestamp'))}`);
  out.line(0, `Selector:\t${selectorText(get(spec, 'selector'))}`);
  labelled(object, out);
  out.line(
    0,
    `Replicas:\t${number(get(spec, 'replicas'), 1)} desired | ${number(get(status, 'replicas'))} total`,
  );
  out.line(0, `Update Strategy:\t${getString(spec, 'updateStrategy', 'type') ?? ''}`);
  const partition = getObject(spec, 'updateStrategy', 'rollingUpdate')['partition'];
  if (isSet(partition)) out.line(1, `Partition:\t${goValue(partition)}`);
  out.line(0, `Pods Status:\t${podsStatus(object, list)}`);
  podTemplate(get(spec, 'template'), out);
  claims(getList(spec, 'volumeClaimTemplates'), out);
  events();
}

function claims(templates: readonly Json[], out: Description): void {
  out.line(0, templates.length === 0 ? 'Volume Claims:\t<none>' : 'Volume Claims:');
  for (const claim of templates) {
    out.line(1, `Name:\t${nameOf(claim)}`);
    out.line(1, `StorageClass:\t${getString(claim, 'spec', 'storageClassName') ?? ''}`);
    out.labels('Labels', getObject(claim, 'metadata')['labels'], '  ');
    out.labels('Annotations', getObject(claim, 'metadata')['annotations'], '  ');
    const storage = getObject(claim, 'spec', 'resources', 'requests')['storage'];
    out.line(1, `Capacity:\t${isSet(storage) ? goValue(storage) : '<default>'}`);
    out.line(1, `Access Modes:\t${goValue(getList(claim, 'spec', 'accessModes'))}`);
  }
}

/** `kubectl describe daemonset` (kubectl, describeDaemonSet). */
export function describeDaemonSet(object: KubernetesObject, { out, events, list }: DescribeTools): void {
  const [spec, status] = [getObject(object, 'spec'), getObject(object, 'status')];
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  out.line(0, `Selector:\t${selectorText(get(spec, 'selector'))}`);
  out.line(0, `Node-Selector:\t${labelsText(getObject(spec, 'template', 'spec')['nodeSelector'])}`);
  labelled(object, out);
  for (const [text, key] of [
    ['Desired Number of Nodes Scheduled', 'desiredNumberScheduled'],
    ['Current Number of Nodes Scheduled', 'currentNumberScheduled'],
    ['Number of Nodes Scheduled with Up-to-date Pods', 'updatedNumberScheduled'],
    ['Number of Nodes Scheduled with Available Pods', 'numberAvailable'],
    ['Number of Nodes Misscheduled', 'numberMisscheduled'],
  ] as const)
    out.line(0, `${text}: ${number(get(status, key))}`);
  out.line(0, `Pods Status:\t${podsStatus(object, list)}`);
  podTemplate(get(spec, 'template'), out);
  events();
}

/** `kubectl describe job` (kubectl, describeJob). */
export function describeJob(object: KubernetesObject, { out, events }: DescribeTools): void {
  const [spec, status] = [getObject(object, 'spec'), getObject(object, 'status')];
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  out.line(0, `Selector:\t${selectorText(get(spec, 'selector'))}`);
  labelled(object, out);
  const owner = controllerOf(object);
  if (owner !== undefined) out.line(0, `Controlled By:\t${owner}`);
  const tell = (title: string, key: string, unit = ''): void => {
    const value = get(spec, key);
    if (isSet(value)) out.line(0, `${title}:\t${goValue(value)}${unit}`);
  };
  tell('Parallelism', 'parallelism');
  if (isSet(get(spec, 'completions'))) tell('Completions', 'completions');
  else out.line(0, 'Completions:\t<unset>');
  tell('Completion Mode', 'completionMode');
  tell('Suspend', 'suspend');
  tell('Backoff Limit', 'backoffLimit');
  tell('TTL Seconds After Finished', 'ttlSecondsAfterFinished');
  const [start, end] = [getString(status, 'startTime'), getString(status, 'completionTime')];
  if (start !== undefined) out.line(0, `Start Time:\t${rfc1123(start)}`);
  if (end !== undefined) out.line(0, `Completed At:\t${rfc1123(end)}`);
  if (start !== undefined && end !== undefined)
    out.line(0, `Duration:\t${ageText(Date.parse(end) - Date.parse(start))}`);
  tell('Active Deadline Seconds', 'activeDeadlineSeconds', 's');
  const ready = isSet(get(status, 'ready')) ? ` (${number(get(status, 'ready'))} Ready)` : '';
  out.line(
    0,
    `Pods Statuses:\t${number(get(status, 'active'))} Active${ready} / ${number(get(status, 'succeeded'))} Succeeded / ${number(get(status, 'failed'))} Failed`,
  );
  if (get(spec, 'completionMode') === 'Indexed')
    out.line(0, `Completed Indexes:\t${getString(status, 'completedIndexes') || '<none>'}`);
  podTemplate(get(spec, 'template'), out);
  events();
}

/** `kubectl describe cronjob` (kubectl, describeCronJob). */
export function describeCronJob(object: KubernetesObject, { out, events }: DescribeTools): void {
  const [spec, status] = [getObject(object, 'spec'), getObject(object, 'status')];
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  labelled(object, out);
  const tell = (of: Json, title: string, key: string, unit = ''): void => {
    const value = get(of, key);
    out.line(0, `${title}:\t${isSet(value) ? `${goValue(value)}${unit}` : '<unset>'}`);
  };
  tell(spec, 'Schedule', 'schedule');
  tell(spec, 'Concurrency Policy', 'concurrencyPolicy');
  const suspend = get(spec, 'suspend');
  out.line(0, `Suspend:\t${suspend === true ? 'True' : suspend === false ? 'False' : '<unset>'}`);
  tell(spec, 'Successful Job History Limit', 'successfulJobsHistoryLimit');
  tell(spec, 'Failed Job History Limit', 'failedJobsHistoryLimit');
  tell(spec, 'Starting Deadline Seconds', 'startingDeadlineSeconds', 's');
  const job = getObject(spec, 'jobTemplate', 'spec');
  const selector = get(job, 'selector');
  out.line(0, `Selector:\t${isObject(selector) ? selectorText(selector) : '<unset>'}`);
  tell(job, 'Parallelism', 'parallelism');
  tell(job, 'Completions', 'completions');
  if (isSet(get(job, 'activeDeadlineSeconds')))
    tell(job, 'Active Deadline Seconds', 'activeDeadlineSeconds', 's');
  podTemplate(get(job, 'template'), out);
  const last = getString(status, 'lastScheduleTime');
  out.line(0, `Last Schedule Time:\t${last === undefined ? '<unset>' : rfc1123(last)}`);
  const active = getList(status, 'active').map((one) => getString(one, 'name') ?? '');
  out.line(0, `Active Jobs:\t${active.length === 0 ? '<none>' : active.join(', ')}`);
  events();
}

/** `kubectl describe service` (kubectl, describeService). Endpoints are not simulated. */
export function describeService(object: KubernetesObject, { out, events }: DescribeTools): void {
  const spec = getObject(object, 'spec');
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  labelled(object, out);
  const tell = (title: string, key: string): void => {
    const value = get(spec, key);
    if (isSet(value) && value !== '') out.line(0, `${title}:\t${goValue(value)}`);
  };
  const joined = (key: string): string => getList(spec, key).map(String).join(',') || '<none>';
  out.line(0, `Selector:\t${labelsText(get(spec, 'selector'))}`);
  out.line(0, `Type:\t${getString(spec, 'type') ?? 'ClusterIP'}`);
  tell('IP Family Policy', 'ipFamilyPolicy');
  out.line(0, `IP Families:\t${joined('ipFamilies')}`);
  out.line(0, `IP:\t${getString(spec, 'clusterIP') ?? ''}`);
  out.line(0, `IPs:\t${joined('clusterIPs')}`);
  if (getList(spec, 'externalIPs').length > 0) out.line(0, `External IPs:\t${joined('externalIPs')}`);
  tell('Desired LoadBalancer IP', 'loadBalancerIP');
  tell('External Name', 'externalName');
  for (const port of getList(spec, 'ports')) {
    const name = getString(port, 'name') || '<unset>';
    const protocol = getString(port, 'protocol') ?? 'TCP';
    out.line(0, `Port:\t${name}\t${goValue(get(port, 'port'))}/${protocol}`);
    out.line(0, `TargetPort:\t${goValue(get(port, 'targetPort') ?? get(port, 'port'))}/${protocol}`);
    const node = get(port, 'nodePort');
    if (isSet(node)) out.line(0, `NodePort:\t${name}\t${goValue(node)}/${protocol}`);
    out.line(0, 'Endpoints:\t');
  }
  out.line(0, `Session Affinity:\t${getString(spec, 'sessionAffinity') ?? 'None'}`);
  tell('External Traffic Policy', 'externalTrafficPolicy');
  tell('Internal Traffic Policy', 'internalTrafficPolicy');
  events();
}

function labelled(object: KubernetesObject, out: Description): void {
  out.labels('Labels', object.metadata['labels']);
  out.annotations('Annotations', object.metadata['annotations']);
}
