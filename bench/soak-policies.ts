/** Twenty policies of mixed kinds for the soak: what each does is small, so that the engine's own cost shows. */
const policy = (name: string, spec: string): string => `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: ${name}
spec:
${spec.replace(/^/gm, '  ')}`;

/** Kinds of the soak's objects; a request concerns the policies of its kind alone. */
type Kind = 'ConfigMap' | 'Secret' | 'ServiceAccount' | 'Namespace';

const on = (kind: Kind, selector?: string): string => `match:
      any:
        - resources:
            kinds:
              - ${kind}
            operations:
              - CREATE
              - UPDATE${
                selector === undefined
                  ? ''
                  : `
            selector:
              matchLabels:
                ${selector}`
              }`;

/** The objects that the steps make carry this label; what the cluster and the policies make does not. */
const MADE = 'soak: "true"';

const requiresLabel = (kind: Kind, name: string, action: 'Enforce' | 'Audit', label: string): string =>
  policy(
    name,
    `validationFailureAction: ${action}
rules:
  - name: ${name}
    ${on(kind, MADE)}
    validate:
      message: The label ${label} is required.
      pattern:
        metadata:
          labels:
            ${label}: "?*"`,
  );

const denies = (kind: Kind, name: string, label: string, value: string): string =>
  policy(
    name,
    `validationFailureAction: Enforce
rules:
  - name: ${name}
    ${on(kind, MADE)}
    validate:
      message: ${label} must not be ${value}.
      deny:
        conditions:
          any:
            - key: "{{ request.object.metadata.labels.${label} || '' }}"
              operator: Equals
              value: ${value}`,
  );

const mutates = (kind: Kind, name: string, patch: string): string =>
  policy(
    name,
    `rules:
  - name: ${name}
    ${on(kind, MADE)}
    mutate:
      patchStrategicMerge:
        metadata:
          ${patch}`,
  );

const generates = (kind: Kind, name: string, from: string): string =>
  policy(
    name,
    `rules:
  - name: ${name}
    ${on(kind, `emit: ${name}`)}
    generate:
      apiVersion: v1
      kind: ConfigMap
      name: "{{ request.object.metadata.name }}-${name}"
      namespace: "{{ request.object.metadata.namespace }}"
      synchronize: true
      ${from}`,
  );

const refreshes = (kind: Kind, name: string): string =>
  policy(
    name,
    `rules:
  - name: ${name}
    ${on(kind, `refresh: ${name}`)}
    mutate:
      targets:
        - apiVersion: v1
          kind: ConfigMap
          name: shared
          namespace: "{{ request.object.metadata.namespace }}"
      patchStrategicMerge:
        metadata:
          annotations:
            ${name}: "{{ request.object.metadata.name }}"`,
  );

const DATA = `data:
        data:
          from: "{{ request.object.metadata.name }}"`;
const CLONE = `clone:
        namespace: default
        name: source`;

export const SOAK_POLICIES: readonly string[] = [
  requiresLabel('ConfigMap', 'require-team', 'Enforce', 'team'),
  denies('ConfigMap', 'deny-large', 'size', 'large'),
  requiresLabel('ConfigMap', 'want-tier', 'Audit', 'tier'),
  mutates('ConfigMap', 'add-checked', 'labels:\n            +(checked): "yes"'),
  generates('ConfigMap', 'data-one', DATA),
  generates('ConfigMap', 'clone-one', CLONE),
  refreshes('ConfigMap', 'refresh-one'),
  requiresLabel('Secret', 'require-secret-team', 'Enforce', 'team'),
  denies('Secret', 'deny-large-secret', 'size', 'large'),
  requiresLabel('Secret', 'want-owner', 'Audit', 'owner'),
  mutates('Secret', 'add-seen', 'annotations:\n            seen-as: "{{ request.operation }}"'),
  generates('Secret', 'data-two', DATA),
  refreshes('Secret', 'refresh-two'),
  requiresLabel('ServiceAccount', 'require-account-team', 'Enforce', 'team'),
  denies('ServiceAccount', 'deny-large-account', 'size', 'large'),
  requiresLabel('ServiceAccount', 'want-cost', 'Audit', 'cost'),
  mutates('ServiceAccount', 'add-zone', 'labels:\n            zone: "{{ request.namespace }}"'),
  generates('ServiceAccount', 'clone-two', CLONE),
  requiresLabel('Namespace', 'want-stage', 'Audit', 'stage'),
  mutates('Namespace', 'add-note', 'annotations:\n            note: "{{ request.operation }}"'),
];
