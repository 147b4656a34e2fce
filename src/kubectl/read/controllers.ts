/** Where Kyverno is installed. */
export const KYVERNO = 'kyverno';

/** Kyverno's controllers as the chart names them: the Deployment, and the component that its Pods are labelled with. */
export const CONTROLLERS: Readonly<Record<string, string>> = {
  'kyverno-admission-controller': 'admission-controller',
  'kyverno-background-controller': 'background-controller',
  'kyverno-cleanup-controller': 'cleanup-controller',
  'kyverno-reports-controller': 'reports-controller',
};
