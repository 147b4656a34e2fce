import type { UserInfo } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from './configuration.ts';

const serviceAccount = (name: string): UserInfo => ({
  username: `system:serviceaccount:${KYVERNO_NAMESPACE}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${KYVERNO_NAMESPACE}`, 'system:authenticated'],
});

/** Kyverno's controllers as the API server sees them. */
export const ADMISSION_CONTROLLER = serviceAccount('kyverno-admission-controller');
export const BACKGROUND_CONTROLLER = serviceAccount('kyverno-background-controller');
export const REPORTS_CONTROLLER = serviceAccount('kyverno-reports-controller');
export const CLEANUP_CONTROLLER = serviceAccount('kyverno-cleanup-controller');
