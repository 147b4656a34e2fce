import type { Json } from '../../../base/json.ts';
import { get, getList } from '../../../base/json.ts';
import { badCapabilities, badProfile } from './baseline.ts';
import type { Check, CheckPod, FieldError, Pod } from './check.ts';
import {
  containersOf,
  contextField,
  exceptOnWindows,
  forbidden,
  objection,
  required,
  sortedTexts,
  visit,
  visitContainers,
} from './check.ts';

const hasContext = (container: Json): boolean => (get(container, 'securityContext') ?? null) !== null;

const checkEscalation: CheckPod = (pod) =>
  objection(
    'allowPrivilegeEscalation != false',
    visitContainers(pod, (container, path) => {
      const field = `${path}.securityContext.allowPrivilegeEscalation`;
      if (!hasContext(container)) return [required(field)];
      const allowed = contextField(container, 'allowPrivilegeEscalation');
      if (allowed === undefined) return [forbidden(field, 'nil')];
      return allowed === true ? [forbidden(field, true)] : [];
    }),
  );

function missingDrop(container: Json, path: string): readonly FieldError[] {
  const dropped = sortedTexts(getList(contextField(container, 'capabilities'), 'drop'));
  if (dropped.includes('ALL')) return [];
  const field = `${path}.securityContext.capabilities.drop`;
  return [dropped.length === 0 ? required(field) : forbidden(field, dropped)];
}

const NET_BIND_SERVICE = new Set(['NET_BIND_SERVICE']);

const checkCapabilities: CheckPod = (pod) =>
  objection('unrestricted capabilities', [
    ...visitContainers(pod, missingDrop),
    ...visitContainers(pod, (container, path) => badCapabilities(container, path, NET_BIND_SERVICE)),
  ]);

const ALLOWED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** In the order in which they are looked for. */
const RESTRICTED_VOLUMES = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'nfs',
  'iscsi',
  'glusterfs',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'fc',
  'azureFile',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
];

const checkVolumes: CheckPod = (pod) =>
  objection(
    'restricted volume types',
    getList(pod.spec, 'volumes').flatMap((volume, index) => {
      const has = (field: string): boolean => (get(volume, field) ?? null) !== null;
      if (ALLOWED_VOLUMES.some(has)) return [];
      return [forbidden(`spec.volumes[${index}].${RESTRICTED_VOLUMES.find(has) ?? 'unknown'}`)];
    }),
  );

/** Containers that say nothing about a field which the Pod does not settle for them either. */
const silent = (pod: Pod, field: string, path: string): readonly FieldError[] =>
  [...containersOf(pod)]
    .filter(({ container }) => contextField(container, field) === undefined)
    .map((found) => required(`${found.path}.securityContext.${path}`));

const checkNonRoot: CheckPod = (pod) => {
  const explicit = visit(pod, (holder, path) =>
    contextField(holder, 'runAsNonRoot') === false ? [forbidden(`${path}.runAsNonRoot`, false)] : [],
  );
  const settled = contextField(pod.spec, 'runAsNonRoot') === true;
  const implicit = settled ? [] : silent(pod, 'runAsNonRoot', 'runAsNonRoot');
  return objection('runAsNonRoot != true', [...explicit, ...implicit]);
};

const checkUser: CheckPod = (pod) =>
  objection(
    'runAsUser=0',
    visit(pod, (holder, path) =>
      contextField(holder, 'runAsUser') === 0 ? [forbidden(`${path}.runAsUser`, 0)] : [],
    ),
  );

const checkSeccomp: CheckPod = (pod) => {
  const explicit = visit(pod, (holder, path) => badProfile(holder, path, 'seccompProfile'));
  if (explicit.length > 0) return objection('seccompProfile', explicit);
  if (contextField(pod.spec, 'seccompProfile') !== undefined) return undefined;
  return objection('seccompProfile', silent(pod, 'seccompProfile', 'seccompProfile.type'));
};

/** The checks that level restricted adds. */
export const RESTRICTED: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    versions: [
      { since: 8, check: checkEscalation },
      { since: 25, check: exceptOnWindows(checkEscalation) },
    ],
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    versions: [
      { since: 22, check: checkCapabilities },
      { since: 25, check: exceptOnWindows(checkCapabilities) },
    ],
  },
  { id: 'restrictedVolumes', level: 'restricted', versions: [{ since: 0, check: checkVolumes }] },
  { id: 'runAsNonRoot', level: 'restricted', versions: [{ since: 0, check: checkNonRoot }] },
  { id: 'runAsUser', level: 'restricted', versions: [{ since: 23, check: checkUser }] },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    versions: [
      { since: 19, check: checkSeccomp },
      { since: 25, check: exceptOnWindows(checkSeccomp) },
    ],
  },
];
