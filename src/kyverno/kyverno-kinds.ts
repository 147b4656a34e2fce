/** Kinds of the group kyverno.io with the versions that any Kyverno from 1.11 on serves. */
export const KYVERNO_KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['ClusterPolicy', ['v1', 'v2beta1']],
  ['Policy', ['v1', 'v2beta1']],
  ['PolicyException', ['v2alpha1', 'v2beta1', 'v2']],
  ['CleanupPolicy', ['v2alpha1', 'v2beta1', 'v2']],
  ['ClusterCleanupPolicy', ['v2alpha1', 'v2beta1', 'v2']],
  ['GlobalContextEntry', ['v2alpha1', 'v2beta1', 'v2']],
  ['UpdateRequest', ['v1beta1', 'v2']],
  ['AdmissionReport', ['v1alpha2', 'v2']],
  ['ClusterAdmissionReport', ['v1alpha2', 'v2']],
  ['BackgroundScanReport', ['v1alpha2', 'v2']],
  ['ClusterBackgroundScanReport', ['v1alpha2', 'v2']],
]);

/** Kinds of the group policies.kyverno.io (CEL policies). */
export const CEL_POLICY_KINDS: readonly string[] = [
  'ValidatingPolicy',
  'MutatingPolicy',
  'GeneratingPolicy',
  'DeletingPolicy',
  'ImageValidatingPolicy',
  'NamespacedValidatingPolicy',
  'NamespacedMutatingPolicy',
  'NamespacedGeneratingPolicy',
  'NamespacedDeletingPolicy',
  'NamespacedImageValidatingPolicy',
  'PolicyException',
];
