import type { Json } from '../../../base/json.ts';
import { get, getList, getString } from '../../../base/json.ts';
import type { Check, CheckPod, FieldError, Pod } from './check.ts';
import { contextField, forbidden, objection, sortedTexts, visit, visitContainers } from './check.ts';

const always = (check: CheckPod): Check['versions'] => [{ since: 0, check }];

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const PROFILES = new Set(['RuntimeDefault', 'Localhost']);

/** A profile that is set, to something other than the two allowed types. */
function badProfile(holder: Json, path: string, field: string): readonly FieldError[] {
  const profile = contextField(holder, field);
  if (profile === undefined) return [];
  const type = getString(profile, 'type') ?? '';
  return PROFILES.has(type) ? [] : [forbidden(`${path}.${field}.type`, type)];
}

const checkAppArmor: CheckPod = (pod) => {
  const profiles = visit(pod, (holder, path) => badProfile(holder, path, 'appArmorProfile'));
  const annotations = pod.annotations
    .filter(([key]) => key.startsWith(APP_ARMOR_ANNOTATION))
    .filter(([, value]) => value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'));
  const values = new Set(profiles.map(({ badValue }) => badValue));
  const errors = [
    ...profiles,
    ...annotations.map(([key, value]) => forbidden(`metadata.annotations[${key}]`, value)),
  ];
  const count = values.size + annotations.length;
  return objection(count === 1 ? 'forbidden AppArmor profile' : 'forbidden AppArmor profiles', errors);
};

const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Added capabilities outside `allowed`. */
export function badCapabilities(
  container: Json,
  path: string,
  allowed: ReadonlySet<string>,
): readonly FieldError[] {
  const added = sortedTexts(getList(contextField(container, 'capabilities'), 'add'));
  const bad = added.filter((name) => !allowed.has(name));
  return bad.length === 0 ? [] : [forbidden(`${path}.securityContext.capabilities.add`, bad)];
}

const checkCapabilities: CheckPod = (pod) =>
  objection(
    'non-default capabilities',
    visitContainers(pod, (container, path) => badCapabilities(container, path, DEFAULT_CAPABILITIES)),
  );

const checkHostNamespaces: CheckPod = (pod) =>
  objection(
    'host namespaces',
    ['hostNetwork', 'hostPID', 'hostIPC']
      .filter((field) => get(pod.spec, field) === true)
      .map((field) => forbidden(`spec.${field}`, true)),
  );

const checkHostPaths: CheckPod = (pod) =>
  objection(
    'hostPath volumes',
    getList(pod.spec, 'volumes').flatMap((volume, index) => {
      const hostPath = get(volume, 'hostPath') ?? undefined;
      const path = getString(hostPath, 'path') ?? '';
      return hostPath === undefined ? [] : [forbidden(`spec.volumes[${index}].hostPath`, path)];
    }),
  );

const checkHostPorts: CheckPod = (pod) =>
  objection(
    'hostPort',
    visitContainers(pod, (container, path) =>
      getList(container, 'ports').flatMap((port, index) => {
        const hostPort = get(port, 'hostPort');
        return typeof hostPort === 'number' && hostPort !== 0
          ? [forbidden(`${path}.ports[${index}].hostPort`, hostPort)]
          : [];
      }),
    ),
  );

const checkPrivileged: CheckPod = (pod) =>
  objection(
    'privileged',
    visitContainers(pod, (container, path) =>
      contextField(container, 'privileged') === true
        ? [forbidden(`${path}.securityContext.privileged`, true)]
        : [],
    ),
  );

const checkProcMount: CheckPod = (pod) =>
  objection(
    'procMount',
    visitContainers(pod, (container, path) => {
      const mount = contextField(container, 'procMount');
      return typeof mount === 'string' && mount !== 'Default'
        ? [forbidden(`${path}.securityContext.procMount`, mount)]
        : [];
    }),
  );

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

const checkSeLinux =
  (types: ReadonlySet<string>): CheckPod =>
  (pod) =>
    objection(
      'seLinuxOptions',
      visit(pod, (holder, path) => {
        const options = contextField(holder, 'seLinuxOptions');
        if (options === undefined) return [];
        const text = (field: string): string => getString(options, field) ?? '';
        const errors = types.has(text('type'))
          ? []
          : [forbidden(`${path}.seLinuxOptions.type`, text('type'))];
        for (const field of ['user', 'role'])
          if (text(field) !== '') errors.push(forbidden(`${path}.seLinuxOptions.${field}`, text(field)));
        return errors;
      }),
    );

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

function seccompAnnotations(pod: Pod): readonly FieldError[] {
  const names = new Set([SECCOMP_POD]);
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'])
    for (const container of getList(pod.spec, field))
      names.add(`${SECCOMP_CONTAINER}${getString(container, 'name') ?? ''}`);
  return pod.annotations
    .filter(([key]) => names.has(key))
    .filter(
      ([, value]) =>
        !['runtime/default', 'docker/default'].includes(value) && !value.startsWith('localhost/'),
    )
    .map(([key, value]) => forbidden(`metadata.annotations[${key}]`, value));
}

const checkSeccomp: CheckPod = (pod) =>
  objection(
    'seccompProfile',
    visit(pod, (holder, path) => badProfile(holder, path, 'seccompProfile')),
  );

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
];
const SYSCTLS_27 = [...SYSCTLS, 'net.ipv4.ip_local_reserved_ports'];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
];
const SYSCTLS_32 = [...SYSCTLS_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];

const checkSysctls =
  (allowed: readonly string[]): CheckPod =>
  (pod) =>
    objection(
      'forbidden sysctls',
      getList(pod.spec, 'securityContext', 'sysctls').flatMap((sysctl, index) => {
        const name = getString(sysctl, 'name') ?? '';
        return allowed.includes(name) ? [] : [forbidden(`spec.securityContext.sysctls[${index}].name`, name)];
      }),
    );

const checkHostProcess: CheckPod = (pod) =>
  objection(
    'hostProcess',
    visit(pod, (holder, path) =>
      contextField(holder, 'windowsOptions', 'hostProcess') === true
        ? [forbidden(`${path}.windowsOptions.hostProcess`, true)]
        : [],
    ),
  );

/** The checks of level baseline. */
export const BASELINE: readonly Check[] = [
  { id: 'appArmorProfile', level: 'baseline', versions: always(checkAppArmor) },
  { id: 'capabilities_baseline', level: 'baseline', versions: always(checkCapabilities) },
  { id: 'hostNamespaces', level: 'baseline', versions: always(checkHostNamespaces) },
  { id: 'hostPathVolumes', level: 'baseline', versions: always(checkHostPaths) },
  { id: 'hostPorts', level: 'baseline', versions: always(checkHostPorts) },
  { id: 'privileged', level: 'baseline', versions: always(checkPrivileged) },
  { id: 'procMount', level: 'baseline', versions: always(checkProcMount) },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    versions: [
      { since: 0, check: checkSeLinux(new Set(SELINUX_TYPES)) },
      { since: 31, check: checkSeLinux(new Set([...SELINUX_TYPES, 'container_engine_t'])) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    versions: [
      { since: 0, check: (pod) => objection('seccompProfile', seccompAnnotations(pod)) },
      { since: 19, check: checkSeccomp },
    ],
  },
  {
    id: 'sysctls',
    level: 'baseline',
    versions: [
      { since: 0, check: checkSysctls(SYSCTLS) },
      { since: 27, check: checkSysctls(SYSCTLS_27) },
      { since: 29, check: checkSysctls(SYSCTLS_29) },
      { since: 32, check: checkSysctls(SYSCTLS_32) },
    ],
  },
  { id: 'windowsHostProcess', level: 'baseline', versions: always(checkHostProcess) },
];

export { badProfile };
