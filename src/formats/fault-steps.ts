import type { JsonObject } from '../base/json.ts';
import type { TextFile } from '../manifest/manifest.ts';
import { formatItem } from './step-text.ts';
import type { NewStep, StepChange } from './write-step.ts';

/** Something that goes wrong, as steps that bring it about on a real cluster too (docs/scenario-format.md, "Faults"). */
export interface Fault {
  /** What a person would say: `Kyverno is down`. */
  readonly title: string;
  /** What it comes to, in a sentence. */
  readonly means: string;
  /** What makes it so. */
  readonly begins: readonly NewStep[];
  /** What ends it, after a while; empty if it is over at once. */
  readonly ends: readonly NewStep[];
  /** Files that its steps name, or that tell how something behaves. */
  readonly files: readonly TextFile[];
}

/** What the name of the step that ends a fault says behind its title. */
const OVER = ': over';

/** Whether a step of a Test is named as a fault's beginning or end. */
export const isFaultName = (name: string): boolean =>
  FAULTS.some(({ title }) => name === title || name === title + OVER);

/** How long a fault lasts if nothing else is said. */
export const FAULT_DURATION = '30s';

const kubectl = (command: string): NewStep => ({ kind: 'kubectl', command: `kubectl ${command}` });
const scale = (controller: string, replicas: number): NewStep =>
  kubectl(`scale deployment kyverno-${controller}-controller -n kyverno --replicas ${replicas}`);
/** Where Kyverno's Service leads. */
const lead = (component: string): NewStep =>
  kubectl(
    `patch service kyverno-svc -n kyverno --type merge -p '{"spec":{"selector":{"app.kubernetes.io/component":"${component}"}}}'`,
  );

const file = (path: string, object: JsonObject): TextFile => ({
  path,
  text: formatItem(object, 0).replace(/^- /, '  ').replace(/^ {2}/gm, ''),
});

/** Somebody else's webhook for some kinds outside kube-system and kyverno, and the actor that answers for it. */
function webhook(
  name: string,
  behaviour: JsonObject,
  apiGroups: readonly string[],
  resources: readonly string[],
): Pick<Fault, 'begins' | 'ends' | 'files'> {
  const path = `webhook-${name}.yaml`;
  const host = `${name}.example.com`;
  const outside = {
    key: 'kubernetes.io/metadata.name',
    operator: 'NotIn',
    values: ['kube-system', 'kyverno'],
  };
  return {
    begins: [{ kind: 'file', operation: 'apply', file: path }],
    ends: [kubectl(`delete validatingwebhookconfiguration ${name}`)],
    files: [
      file(path, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name },
        webhooks: [
          {
            name: host,
            admissionReviewVersions: ['v1'],
            clientConfig: { service: { name, namespace: 'default', path: '/check' } },
            failurePolicy: 'Fail',
            namespaceSelector: { matchExpressions: [outside] },
            rules: [{ apiGroups, apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources }],
            sideEffects: 'None',
            timeoutSeconds: 10,
          },
        ],
      }),
      file(`actor-${name}.yaml`, {
        apiVersion: 'admission-studio/v1',
        kind: 'Actor',
        metadata: { name },
        spec: { webhook: { name: host, ...behaviour } },
      }),
    ],
  };
}

/** A ConfigMap that every namespace has. */
const STALE = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kube-root-ca.crt', namespace: 'default', resourceVersion: '1' },
  data: { 'ca.crt': 'old' },
};

export const FAULTS: readonly Fault[] = [
  {
    title: 'Kyverno is down',
    means: 'Its webhooks do not answer: failurePolicy Fail refuses, Ignore lets everything pass.',
    begins: [lead('nowhere')],
    ends: [lead('admission-controller')],
    files: [],
  },
  {
    title: 'The admission controller is scaled to zero',
    means: 'It goes in good order and takes its webhooks with it: nothing is checked.',
    begins: [scale('admission', 0)],
    ends: [scale('admission', 1)],
    files: [],
  },
  {
    title: 'The background controller is stopped',
    means: 'UpdateRequests are written, and wait until it is back.',
    begins: [scale('background', 0)],
    ends: [scale('background', 1)],
    files: [],
  },
  {
    title: 'A webhook of others is slow',
    means:
      'Namespaces, ConfigMaps and Secrets wait 1.5 s for its answer; UpdateRequests do not wait for them.',
    ...webhook('slow', { delay: '1500ms' }, [''], ['namespaces', 'configmaps', 'secrets']),
  },
  {
    title: 'A webhook of others denies',
    means: 'It refuses ConfigMaps, Secrets, NetworkPolicies and RoleBindings, those that Kyverno writes too.',
    ...webhook(
      'closed',
      { verdict: 'deny', message: 'nothing new today' },
      ['', 'networking.k8s.io', 'rbac.authorization.k8s.io'],
      ['configmaps', 'secrets', 'networkpolicies', 'rolebindings'],
    ),
  },
  {
    title: 'A quota is full',
    means: 'The namespace default lets no ConfigMap more in.',
    begins: [kubectl('create quota full -n default --hard=count/configmaps=0')],
    ends: [kubectl('delete quota full -n default')],
    files: [],
  },
  {
    title: 'Somebody writes over an old version',
    means: 'The API server answers that it is a conflict, before it asks any webhook.',
    begins: [kubectl('replace -f stale.yaml')],
    ends: [],
    files: [file('stale.yaml', STALE)],
  },
];

/**
 * The changes that put a fault around the step at a position: it begins before that step, and ends some time after it. A
 * position behind the last step has nothing to go around: all of it stands at the end.
 */
export function faultChanges(fault: Fault, around: number, duration: string): readonly StepChange[] {
  const { begins, ends, title } = fault;
  const add = (at: number, step: NewStep): StepChange =>
    step.kind === 'wait'
      ? { type: 'add', at, step }
      : { type: 'add', at, step, name: at < around + begins.length ? title : `${title}${OVER}` };
  const behind = around + begins.length + 1;
  const wait: readonly NewStep[] = ends.length === 0 ? [] : [{ kind: 'wait', duration }];
  return [
    ...begins.map((step, at) => add(around + at, step)),
    ...[...wait, ...ends].map((step, at) => add(behind + at, step)),
  ];
}
