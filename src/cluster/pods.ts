/** Everything of Pods that the server does for Pods alone; loaded with the first Pod (part `pods`). */

export { withJobSelector } from './job-selector.ts';
export { accountOf, admitPod } from './pod-admission.ts';
export { withPodDefaults } from './pod-defaults.ts';
export { podErrors } from './pod-errors.ts';
export { qosClass } from './pod-resources.ts';
