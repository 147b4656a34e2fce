/** The file that Kyverno's own configuration stands in. */
export const KYVERNO_FILE = 'kyverno.yaml';

/** What a new one says: the chart's settings, commented out. */
export const KYVERNO_TEMPLATE = `# Kyverno's own configuration, laid over what its Helm chart installs.
# What stands here holds from the beginning; a step changes the ConfigMap as on a real cluster:
#   kubectl patch configmap kyverno -n kyverno --type merge -p '{"data":{"excludeUsernames":"ci-*"}}'
apiVersion: v1
kind: ConfigMap
metadata:
  name: kyverno
  namespace: kyverno
data:
  # Requests that Kyverno lets pass unseen: [kind,namespace,name]. Given here, the chart's own are gone.
  # resourceFilters: '[*/*,kyverno,*] [Event,*,*] [*/*,kube-system,*] [*/*,kube-public,*] [Node,*,*]'
  # excludeGroups: system:nodes
  # excludeUsernames: ''
  # excludeRoles: ''
  # excludeClusterRoles: ''
  # Where the webhooks are called at all.
  # webhooks: '{"namespaceSelector":{"matchExpressions":[{"key":"kubernetes.io/metadata.name","operator":"NotIn","values":["kube-system","kyverno"]}]}}'
  # generateSuccessEvents: 'false'
  # updateRequestThreshold: '1000'
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: kyverno-admission-controller
  namespace: kyverno
spec:
  template:
    spec:
      containers:
        - name: kyverno
          args: # the others keep what the chart sets
            - --omitEvents=PolicyApplied,PolicySkipped
            # - --enablePolicyException=true
            # - --exceptionNamespace=*
            # - --protectManagedResources=true
            # - --forceFailurePolicyIgnore=true
            # - --admissionReports=false
            # - --crdWatcher=true
# ---
# kyverno-background-controller: --genWorkers=10 --omitEvents=… --enablePolicyException=true --exceptionNamespace=*
# kyverno-reports-controller:    --backgroundScan=true --backgroundScanInterval=1h --aggregateReports=true
# kyverno-cleanup-controller:    --ttlReconciliationInterval=1m
`;
