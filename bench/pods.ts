import type { Json, JsonObject } from '../src/base/json.ts';
import { type Random, seededRandom } from '../src/base/random.ts';
import type { KubernetesObject } from '../src/index.ts';

/** Pods that differ as Pods of a real cluster do: good and bad ones, small and large; the same ones every time. */
export function makePods(count: number): readonly KubernetesObject[] {
  const random = seededRandom(20);
  return Array.from({ length: count }, (_, index) => pod(random, index));
}

const pick = <T>(random: Random, values: readonly [T, ...T[]]): T =>
  values[Math.floor(random() * values.length)] ?? values[0];

/** The part, in so many of ten cases. */
const sometimes = (random: Random, ofTen: number, part: () => JsonObject): JsonObject =>
  random() * 10 < ofTen ? part() : {};

function pod(random: Random, index: number): KubernetesObject {
  const namespace = pick(random, ['default', 'apps', 'team-a', 'monitoring']);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `pod-${index}`,
      namespace,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      ...sometimes(random, 7, () => ({
        labels: {
          app: pick(random, ['web', 'api', 'cache']),
          ...sometimes(random, 5, () => ({ 'app.kubernetes.io/name': 'web', owner: 'team', env: 'prod' })),
        },
      })),
      ...sometimes(random, 4, () => ({
        annotations: { 'fluxcd.io/ignore': 'true', note: 'x'.repeat(Math.floor(random() * 60)) },
      })),
    },
    spec: podSpec(random),
  };
}

function podSpec(random: Random): JsonObject {
  return {
    containers: containers(random, 'app', 1 + Math.floor(random() * 4)),
    ...sometimes(random, 3, () => ({ initContainers: containers(random, 'init', 1) })),
    ...sometimes(random, 2, () => ({ hostNetwork: random() < 0.5 })),
    ...sometimes(random, 4, () => ({ nodeSelector: { disk: 'ssd' } })),
    ...sometimes(random, 3, () => ({ priorityClassName: 'high' })),
    ...sometimes(random, 5, () => ({ securityContext: securityContext(random) })),
    ...sometimes(random, 6, () => ({ volumes: volumes(random) })),
    ...sometimes(random, 2, () => ({ tolerations: [{ key: 'node-role.kubernetes.io/control-plane' }] })),
  };
}

const containers = (random: Random, name: string, count: number): readonly Json[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${name}-${index}`,
    image: pick(random, [
      'nginx',
      'ghcr.io/acme/api:v1.2.3',
      'registry.example.com:5000/team/tool:latest',
      'quay.io/prometheus/node-exporter:v1.8.0',
    ]),
    ...sometimes(random, 6, () => ({ resources: resources(random) })),
    ...sometimes(random, 6, () => ({ securityContext: securityContext(random) })),
    ...sometimes(random, 5, () => ({
      ports: [{ containerPort: 8080, ...sometimes(random, 5, () => ({ name: 'http', hostPort: 8080 })) }],
    })),
    ...sometimes(random, 4, () => ({ livenessProbe: probe(random), readinessProbe: probe(random) })),
    ...sometimes(random, 4, () => ({ env: environment(random) })),
    ...sometimes(random, 3, () => ({ volumeMounts: [{ name: 'data', mountPath: '/data' }] })),
  }));

function resources(random: Random): JsonObject {
  const memory = pick(random, ['64Mi', '128Mi', '1Gi']);
  return {
    requests: { memory, cpu: '100m' },
    ...sometimes(random, 7, () => ({ limits: { memory: pick(random, [memory, '2Gi']) } })),
  };
}

const probe = (random: Random): JsonObject => ({
  httpGet: { path: pick(random, ['/healthz', '/ready']), port: 8080 },
  periodSeconds: 10,
});

const environment = (random: Random): readonly Json[] => [
  { name: 'MODE', value: 'production' },
  pick<Json>(random, [
    { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'token' } } },
    { name: 'LEVEL', value: 'info' },
  ]),
];

const securityContext = (random: Random): JsonObject => ({
  ...sometimes(random, 6, () => ({ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000 })),
  ...sometimes(random, 6, () => ({ allowPrivilegeEscalation: false, privileged: random() < 0.2 })),
  ...sometimes(random, 5, () => ({ readOnlyRootFilesystem: true })),
  ...sometimes(random, 5, () => ({
    capabilities: { drop: ['ALL'], add: [pick(random, ['NET_ADMIN', 'CHOWN'])] },
  })),
  ...sometimes(random, 5, () => ({ seccompProfile: { type: 'RuntimeDefault' } })),
});

const volumes = (random: Random): readonly Json[] => [
  pick<Json>(random, [
    { name: 'data', emptyDir: {} },
    { name: 'data', hostPath: { path: pick(random, ['/var/run/docker.sock', '/data']) } },
    { name: 'data', secret: { secretName: 'token' } },
    { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
  ]),
];
