/**
 * The resources that Kubernetes 1.36 serves by default, in the order of its discovery. One line each: plural, kind, short
 * names (`-` for none), scope (N namespaced, C cluster), subresources (`-` for none) and, if they are not the usual eight,
 * the verbs. A singular is the kind in lower case.
 */
export const BUILT_IN_RESOURCES = `
v1
bindings Binding - N - create
componentstatuses ComponentStatus cs C - get,list
configmaps ConfigMap cm N -
endpoints Endpoints ep N -
events Event ev N -
limitranges LimitRange limits N -
namespaces Namespace ns C finalize,status create,delete,get,list,patch,update,watch
nodes Node no C proxy,status
persistentvolumeclaims PersistentVolumeClaim pvc N status
persistentvolumes PersistentVolume pv C status
pods Pod po N attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status
podtemplates PodTemplate - N -
replicationcontrollers ReplicationController rc N scale,status
resourcequotas ResourceQuota quota N status
secrets Secret - N -
serviceaccounts ServiceAccount sa N token
services Service svc N proxy,status
apiregistration.k8s.io/v1
apiservices APIService - C status
apps/v1
controllerrevisions ControllerRevision - N -
daemonsets DaemonSet ds N status
deployments Deployment deploy N scale,status
replicasets ReplicaSet rs N scale,status
statefulsets StatefulSet sts N scale,status
events.k8s.io/v1
events Event ev N -
authentication.k8s.io/v1
selfsubjectreviews SelfSubjectReview - C - create
tokenreviews TokenReview - C - create
authorization.k8s.io/v1
localsubjectaccessreviews LocalSubjectAccessReview - N - create
selfsubjectaccessreviews SelfSubjectAccessReview - C - create
selfsubjectrulesreviews SelfSubjectRulesReview - C - create
subjectaccessreviews SubjectAccessReview - C - create
autoscaling/v2
horizontalpodautoscalers HorizontalPodAutoscaler hpa N status
autoscaling/v1
horizontalpodautoscalers HorizontalPodAutoscaler hpa N status
batch/v1
cronjobs CronJob cj N status
jobs Job - N status
certificates.k8s.io/v1
certificatesigningrequests CertificateSigningRequest csr C approval,status
networking.k8s.io/v1
ingressclasses IngressClass - C -
ingresses Ingress ing N status
ipaddresses IPAddress ip C -
networkpolicies NetworkPolicy netpol N -
servicecidrs ServiceCIDR - C status
policy/v1
poddisruptionbudgets PodDisruptionBudget pdb N status
rbac.authorization.k8s.io/v1
clusterrolebindings ClusterRoleBinding - C -
clusterroles ClusterRole - C -
rolebindings RoleBinding - N -
roles Role - N -
storage.k8s.io/v1
csidrivers CSIDriver - C -
csinodes CSINode - C -
csistoragecapacities CSIStorageCapacity - N -
storageclasses StorageClass sc C -
volumeattachments VolumeAttachment - C status
volumeattributesclasses VolumeAttributesClass vac C -
admissionregistration.k8s.io/v1
mutatingadmissionpolicies MutatingAdmissionPolicy - C -
mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding - C -
mutatingwebhookconfigurations MutatingWebhookConfiguration - C -
validatingadmissionpolicies ValidatingAdmissionPolicy - C status
validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding - C -
validatingwebhookconfigurations ValidatingWebhookConfiguration - C -
apiextensions.k8s.io/v1
customresourcedefinitions CustomResourceDefinition crd,crds C status
scheduling.k8s.io/v1
priorityclasses PriorityClass pc C -
coordination.k8s.io/v1
leases Lease - N -
node.k8s.io/v1
runtimeclasses RuntimeClass - C -
discovery.k8s.io/v1
endpointslices EndpointSlice - N -
resource.k8s.io/v1
deviceclasses DeviceClass - C -
resourceclaims ResourceClaim - N status
resourceclaimtemplates ResourceClaimTemplate - N -
resourceslices ResourceSlice - C -
flowcontrol.apiserver.k8s.io/v1
flowschemas FlowSchema - C status
prioritylevelconfigurations PriorityLevelConfiguration - C status
`;
