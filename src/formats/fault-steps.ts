import type { NewStep } from './write-step.ts';

type FaultStep = Extract<NewStep, { readonly kind: 'kubectl' | 'wait' }>;

/** Something that goes wrong, as steps that bring it about on a real cluster too (docs/scenario-format.md, "Faults"). */
export interface Fault {
  readonly title: string;
  readonly steps: readonly FaultStep[];
}

const kubectl = (command: string): FaultStep => ({ kind: 'kubectl', command: `kubectl ${command}` });
const scale = (controller: string, replicas: number): FaultStep =>
  kubectl(`scale deployment kyverno-${controller}-controller -n kyverno --replicas ${replicas}`);
/** Where Kyverno's Service leads. */
const lead = (component: string): FaultStep =>
  kubectl(
    `patch service kyverno-svc -n kyverno --type merge -p '{"spec":{"selector":{"app.kubernetes.io/component":"${component}"}}}'`,
  );

export const FAULTS: readonly Fault[] = [
  {
    title: 'Kyverno is down for 30 s',
    steps: [lead('nowhere'), { kind: 'wait', duration: '30s' }, lead('admission-controller')],
  },
  { title: 'Kyverno is scaled to zero', steps: [scale('admission', 0)] },
  { title: 'Kyverno is scaled up', steps: [scale('admission', 1)] },
  { title: 'The background controller stops', steps: [scale('background', 0)] },
  { title: 'The background controller goes on', steps: [scale('background', 1)] },
  {
    title: 'A quota lets no more ConfigMaps in',
    steps: [kubectl('create quota full -n default --hard=count/configmaps=0')],
  },
];
