/**
 * Text that deflate may refer back to from the first byte of a link of version 1: words that scenarios are made of, the
 * most likely ones last (the nearer, the cheaper). Every link ever made needs it unchanged: a better dictionary is a new
 * link version, never an edit of this one.
 */
export const LINK_DICTIONARY_1 = `
---
apiVersion: v1
kind: Secret
metadata:
  name: 
type: Opaque
stringData:
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: 
  namespace: default
data:
---
apiVersion: v1
kind: Service
spec:
  selector:
  ports:
---
apiVersion: apps/v1
kind: Deployment
spec:
  replicas: 1
  template:
    spec:
      containers:
        - name: app
          image: nginx:latest
          resources:
            limits:
              cpu: 100m
              memory: 128Mi
            requests:
          securityContext:
            privileged: false
            runAsNonRoot: true
            allowPrivilegeEscalation: false
---
apiVersion: v1
kind: ResourceQuota
---
apiVersion: v1
kind: LimitRange
---
apiVersion: v1
kind: ServiceAccount
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: kyverno:background-controller:
  labels:
    rbac.kyverno.io/aggregate-to-background-controller: "true"
rules:
  - apiGroups: [""]
    resources: [secrets]
    verbs: [get, list, watch, create, update, patch, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: 
subjects:
  - kind: ServiceAccount
    name: kyverno-background-controller
    namespace: kyverno
  - kind: User
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: 
  scope: Namespaced
  names:
    kind: 
    plural: 
    singular: 
  versions:
    - name: v1beta1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          x-kubernetes-preserve-unknown-fields: true
---
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
kind: MutatingPolicy
kind: GeneratingPolicy
spec:
  matchConstraints:
    resourceRules:
      - apiGroups: [""]
        apiVersions: [v1]
        operations: [CREATE, UPDATE]
        resources: [pods]
  validations:
    - expression: object.spec.
      messageExpression: 
  variables:
apiVersion: admission-studio/v1
kind: Actor
spec:
  watch:
  reactions:
    - require:
      do:
        - after: 
          log: 
        - status:
        - delete: true
      absent: true
annotations:
  policies.kyverno.io/title: 
  policies.kyverno.io/category: 
  policies.kyverno.io/subject: 
  policies.kyverno.io/description: >-
spec:
  background: false
  admission: true
  rules:
    - name: 
      context:
        - name: 
          configMap:
          variable:
            jmesPath: 
          apiCall:
            urlPath: 
      exclude:
        any:
          - subjects:
          - clusterRoles:
      mutate:
        mutateExistingOnPolicyUpdate: true
        targets:
        patchStrategicMerge:
        patchesJson6902: |-
        foreach:
      preconditions:
        all:
          - key: "{{ request.object.data || \`{}\` }}"
            operator: NotEquals
            value: "{{ request.oldObject.data || \`{}\` }}"
            operator: Equals
            operator: AnyIn
      validate:
        failureAction: Enforce
        allowExistingViolations: false
        anyPattern:
        deny:
          conditions:
            any:
      generate:
        generateExisting: true
        clone:
          namespace: default
          name: 
        cloneList:
          kinds:
          selector:
            matchLabels:
            matchExpressions:
        namespace: "{{ request.object.metadata.namespace }}"
        name: "{{ request.object.metadata.resourceVersion }}"
          namespaces:
          names:
          operations:
            - CREATE
            - UPDATE
            - DELETE
{"format":"admission-studio","name":"","version":"1.19","seed":1,"files":[["policies.yaml","apiVersion: kyverno.io/v1
kind: Policy
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: require-team
spec:
  validationFailureAction: Audit
  validationFailureAction: Enforce
  rules:
    - name: check-team
      match:
        any:
          - resources:
              kinds:
                - Pod
                - Namespace
      validate:
        message: "The label 'team' is required."
        pattern:
          metadata:
            labels:
              team: "?*"
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: add-default-deny
spec:
  rules:
    - name: default-deny
      match:
        any:
          - resources:
              kinds:
                - Namespace
              selector:
                matchLabels:
      generate:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        name: default-deny
        namespace: "{{ request.object.metadata.name }}"
        synchronize: false
        synchronize: true
        data:
          metadata:
            labels:
          spec:
            podSelector: {}
            policyTypes:
              - Ingress
              - Egress
"],["cluster.yaml",""],["actors.yaml",""],["chainsaw-test.yaml","apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: 
spec:
  namespace: default
  steps:
    - name: setup
      try:
        - apply:
            file: cluster.yaml
        - apply:
            file: policies.yaml
        - sleep:
            duration: 5s
    - name: 
      try:
        - patch:
            resource:
        - delete:
            ref:
              apiVersion: v1
              kind: 
              name: 
              namespace: 
        - update:
        - script:
            content: |
              kubectl patch -n --type merge -p '{"data":{"
              kubectl delete 
              kubectl label 
              kubectl create -f .yaml --as alice --as-group devs --dry-run=server
    - name: create bad-namespace
      try:
        - create:
            resource:
              apiVersion: v1
              kind: Namespace
              metadata:
                name: good-namespace
                labels:
                  team: 
            expect:
              - check:
                  ($error != null): true
"]],"view":{"playhead":0,"step":1,"selection":{"kind":"event","id":},"viewport":{"scale":"chapters","from":0,"to":},"panes":["outcome","stage","details","cluster","console"],"notes":"","tab":"policies.yaml"}}`;
