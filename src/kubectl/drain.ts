import { get, getList, getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import { statusFailure, textFailure } from './failure.ts';
import type { Session } from './session.ts';
import { fetchTarget, type Target, targetsOf } from './targets.ts';

const PODS = { group: '', version: 'v1', resource: 'pods' };

/** `kubectl cordon`, `uncordon`, `drain` (kubectl/pkg/drain): marks nodes, and evicts their Pods. */
export function* markNodes(
  session: Session,
  command: 'cordon' | 'uncordon' | 'drain',
  words: readonly string[],
): Process<void> {
  if (words.length === 0) {
    session.fail(
      textFailure(`USAGE: ${command} NODE [flags]\nSee 'kubectl ${command} -h' for help and examples`),
    );
    return;
  }
  const found = yield* targetsOf(session, words[0]?.includes('/') === true ? words : ['nodes', ...words]);
  if ('failure' in found) {
    session.fail(found.failure);
    return;
  }
  for (const target of found.targets) {
    if (!(yield* mark(session, target, command !== 'uncordon')) || command !== 'drain') continue;
    yield* drain(session, target.name);
  }
}

/** Whether the node is as it should be now. */
function* mark(session: Session, target: Target, unschedulable: boolean): Process<boolean> {
  const fetched = yield* fetchTarget(session, target);
  if ('failure' in fetched) {
    session.fail(fetched.failure);
    return false;
  }
  const word = unschedulable ? 'cordoned' : 'uncordoned';
  if ((get(get(fetched.object, 'spec'), 'unschedulable') === true) === unschedulable) {
    session.print(`node/${target.name} already ${word}${session.dryRunSuffix}`);
    return true;
  }
  if (session.dryRun !== 'client') {
    const body = { spec: { unschedulable: unschedulable ? true : null } };
    const { failure } = yield* session.send(
      { verb: 'patch', resource: target.info, name: target.name, patch: { type: 'strategic', body } },
      `kubectl-${unschedulable ? 'cordon' : 'uncordon'}`,
    );
    if (failure !== undefined) {
      session.fail(statusFailure(failure));
      return false;
    }
  }
  session.print(`node/${target.name} ${word}${session.dryRunSuffix}`);
  return true;
}

function* drain(session: Session, node: string): Process<void> {
  const { failure, items = [] } = yield* session.send(
    { verb: 'list', resource: PODS, fieldSelector: `spec.nodeName=${node}` },
    'kubectl',
  );
  if (failure !== undefined) {
    session.fail(statusFailure(failure));
    return;
  }
  const problems = new Map<string, string[]>();
  const leaving: KubernetesObject[] = [];
  for (const pod of items) {
    const problem = problemOf(session, pod);
    if (problem === 'stays') continue;
    if (problem === undefined) leaving.push(pod);
    else problems.set(problem, [...(problems.get(problem) ?? []), `${namespaceOf(pod)}/${nameOf(pod)}`]);
  }
  if (problems.size > 0) {
    const text = [...problems].map(([why, names]) => `cannot delete ${why}: ${names.join(', ')}`).join(', ');
    session.fail(textFailure(`unable to drain node "${node}" due to error: ${text}, continuing command...`));
    session.printError(`There are pending nodes to be drained:\n ${node}`);
    return;
  }
  for (const pod of leaving) yield* evict(session, pod);
  if (session.failures.length === 0) session.print(`node/${node} drained${session.dryRunSuffix}`);
}

/** Why a Pod keeps its node from being drained; `stays`: it does not mind. */
function problemOf(session: Session, pod: KubernetesObject): string | undefined {
  const owner = getList(pod.metadata, 'ownerReferences').find((one) => get(one, 'controller') === true);
  const done = ['Succeeded', 'Failed'].includes(getString(pod, 'status', 'phase') ?? '');
  if (getString(owner, 'kind') === 'DaemonSet' && !done)
    return session.isOn('ignore-daemonsets')
      ? 'stays'
      : 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)';
  const local = getList(pod, 'spec', 'volumes').some((one) => get(one, 'emptyDir') !== undefined);
  if (local && !done && !session.isOn('delete-emptydir-data'))
    return 'Pods with local storage (use --delete-emptydir-data to override)';
  return owner === undefined && !done && !session.isOn('force')
    ? 'Pods that declare no controller (use --force to override)'
    : undefined;
}

function* evict(session: Session, pod: KubernetesObject): Process<void> {
  const [namespace, name] = [namespaceOf(pod), nameOf(pod)];
  session.print(`evicting pod ${namespace}/${name}${session.dryRunSuffix}`);
  if (session.dryRun === 'client') return;
  const { failure } = yield* session.send(
    {
      verb: 'create',
      resource: PODS,
      namespace,
      name,
      subresource: 'eviction',
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
    },
    'kubectl',
  );
  if (failure === undefined || failure.code === 404) {
    if (session.dryRun === 'none') session.print(`pod/${name} evicted`);
    return;
  }
  session.fail(
    textFailure(
      `error when evicting pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)}: ${failure.message}`,
    ),
  );
}
