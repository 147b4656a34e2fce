import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../base/json.ts';
import { getList, getObject, getString } from '../base/json.ts';
import { milliseconds } from '../base/units.ts';
import type { Admission, WatchEvent } from '../cluster/api.ts';
import { readClusterBase } from '../cluster/cluster-base.ts';
import { managersOf } from '../cluster/managed-fields.ts';
import { ADMIN, ALICE, type TestCluster, testCluster } from '../cluster/test-cluster.ts';
import { KYVERNO_VERSIONS, type KyvernoVersion, LATEST_KYVERNO } from '../kyverno/versions.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { parseFile } from '../manifest/parse.ts';
import { runKubectl } from './run-kubectl.ts';
import { seedApplied } from './seed-applied.ts';
import { splitShell } from './split-shell.ts';

/*
 * The steps of the recordings, typed again: kubectl and the server must answer with the same texts and statuses. What
 * Kyverno did (denials, warnings, objects of the background controller) is taken from the recording.
 */

const root = resolve(import.meta.dirname, '../..');
const recordings = join(root, 'fixtures/kyverno');
const READS = /^kubectl (get|describe)\b/;

interface Step {
  readonly cmd?: string;
  readonly user: string;
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly http?: readonly {
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly warnings: readonly string[];
  }[];
  readonly objects?: readonly JsonObject[];
}

/** In S15 a policy mutates objects, which no recorded answer tells. */
const LEFT_OUT = ['S15'];

const foldersIn = (path: string): readonly string[] =>
  readdirSync(join(recordings, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !LEFT_OUT.includes(entry.name.split('-')[0] ?? ''))
    .map((entry) => `${path}/${entry.name}`);

const folders = [
  ...foldersIn('cluster'),
  ...KYVERNO_VERSIONS.flatMap((version) => foldersIn(`cluster-versions/${version}`)),
];

/** The version is a folder's name; 1.19 has a folder of its own. */
const versionOf = (folder: string): KyvernoVersion =>
  KYVERNO_VERSIONS.find((version) => folder.split('/').includes(version)) ?? LATEST_KYVERNO;

describe('kubectl, typed as in the recordings', () => {
  it.each(folders)('%s', (folder) => {
    const { steps } = JSON.parse(plain(readFileSync(join(recordings, folder, 'recording.json'), 'utf8'))) as {
      steps: Step[];
    };
    const cluster = clusterBefore(folder);
    for (const step of steps) {
      if (step.cmd === undefined || READS.test(step.cmd)) continue;
      cluster.admitWith(kyvernoOf(step));
      const firstWrite = cluster.watched.length;
      const firstEvent = cluster.events.length;
      const words = splitShell(step.cmd);
      const argv = 'words' in words ? words.words.slice(1) : [];
      const user = step.user === 'alice' ? ALICE : ADMIN;
      const files = filesOf(folder, argv);
      const { exitCode, stdout, stderr } = cluster.run(runKubectl({ argv, files, user }, cluster.server));
      const http = cluster.events
        .slice(firstEvent)
        .filter((event) => event['kind'] === 'request' && event['component'] === 'client')
        .filter((event) => event['verb'] !== 'get' && event['verb'] !== 'list')
        .map((event) => `${event['code']} ${event['path']}`);
      expect({ step: step.cmd, exitCode, stdout, stderr, http }).toEqual({
        step: step.cmd,
        exitCode: step.rc,
        stdout: step.stdout,
        stderr: step.stderr,
        http: (step.http ?? []).map(({ status, path }) => `${status} ${path}`),
      });
      const written = cluster.watched.slice(firstWrite).filter(isRecorded).map(changeOf);
      const recorded = (step.objects ?? []).map(({ ms: _, ...change }) => ({ ...change }));
      for (const change of written) expect(recorded).toContainEqual(change);
      cluster.admitWith(ALLOW);
      for (const change of step.objects ?? []) follow(cluster, change);
    }
  });
});

/** Placeholders are no label values. */
const plain = (text: string): string => text.replace(/<((?:uid|rv|ur)-\d+)>/g, '$1');

const WEBHOOK = milliseconds(4);
const allowed = { allowed: true, warnings: [] };
const ALLOW: Admission = {
  *mutate() {
    yield WEBHOOK;
    return allowed;
  },
  *validate() {
    yield WEBHOOK;
    return allowed;
  },
};

/** Kinds that the recordings watched, written by the person; deletions stand there with what others made of the object. */
const isRecorded = ({ component, info, type }: WatchEvent): boolean =>
  component === 'client' &&
  type !== 'DELETED' &&
  ['Namespace', 'ConfigMap', 'ResourceQuota'].includes(info.kind);

/** A change in the recordings' form. */
function changeOf({ object, type }: WatchEvent): JsonObject {
  const { apiVersion: _, kind, metadata, status: __, ...body } = object;
  const labels = Object.entries(getObject(metadata, 'labels')).filter(
    ([key]) => key !== 'kubernetes.io/metadata.name',
  );
  return {
    kind,
    change: type,
    namespace: getString(metadata, 'namespace') ?? null,
    name: getString(metadata, 'name') ?? '',
    labels: Object.fromEntries(labels),
    body,
    managers: managersOf(object),
  };
}

/** Answers the step's requests as Kyverno did. */
function kyvernoOf(step: Step): Admission {
  const answers = [...(step.http ?? [])].filter(({ status }) => ![403, 409, 422].includes(status));
  const denial = /admission webhook "[^"]+" denied the request: [\s\S]*/.exec(step.stderr)?.[0];
  return {
    *mutate() {
      yield WEBHOOK;
      return allowed;
    },
    *validate(review) {
      yield WEBHOOK;
      if (review.userInfo.username.startsWith('system:')) return allowed;
      const answer = answers.shift();
      const warnings = (answer?.warnings ?? []).map((text) =>
        text.replace(/^299 - "|"$/g, '').replace(/\\"/g, '"'),
      );
      if (answer?.status !== 400 || denial === undefined) return { allowed: true, warnings };
      const denied = { webhook: '', message: denial.replace(/\n$/, ''), code: 400 };
      return { allowed: false, warnings, denied };
    },
  };
}

function readDocuments(file: string): readonly ManifestDocument[] {
  return parseFile({ path: file, text: readFileSync(file, 'utf8') }).documents;
}

function filesOf(folder: string, argv: readonly string[]): Record<string, readonly ManifestDocument[]> {
  const name = argv[argv.indexOf('-f') + 1];
  if (!argv.includes('-f') || name === undefined) return {};
  return { [name]: readDocuments(join(recordings, folder, name)) };
}

function clusterBefore(folder: string): TestCluster {
  const json = JSON.parse(
    readFileSync(join(root, `public/cluster/base-${versionOf(folder)}.json`), 'utf8'),
  ) as Json;
  const cluster = testCluster(readClusterBase(json, versionOf(folder)));
  const before = join(recordings, folder, 'before.yaml');
  if (existsSync(before))
    seedApplied(
      cluster.server,
      readDocuments(before).flatMap(({ object }) => object ?? []),
      ADMIN,
    );
  return cluster;
}

/** Brings an object to what the recording says became of it, as the background controller. */
function follow(cluster: TestCluster, change: Json): void {
  const kind = getString(change, 'kind') ?? '';
  const info = cluster.server.discovery().resources.find((resource) => resource.kind === kind);
  if (info === undefined) return;
  const [namespace, name] = [getString(change, 'namespace') ?? '', getString(change, 'name') ?? ''];
  const place = { resource: info, namespace: info.namespaced ? namespace : undefined };
  const live = cluster.server.lookup(info, namespace, name);
  if (getString(change, 'change') === 'DELETED') {
    if (live !== undefined) cluster.send({ verb: 'delete', name, ...place } as never);
    return;
  }
  const managers = getList(change, 'managers');
  if (!managers.includes('background-controller') || managers.includes('kubectl-patch')) return;
  const annotations = getObject(live, 'metadata', 'annotations');
  const metadata = { name, annotations, labels: getObject(change, 'labels') };
  const body = { ...getObject(change, 'body'), apiVersion: apiVersionOf(info), kind, metadata };
  const manager = { fieldManager: 'background-controller' };
  if (live === undefined) cluster.create(body, { ...place, ...manager } as never);
  else cluster.send({ verb: 'update', name, body, ...place, ...manager } as never);
}

const apiVersionOf = (info: { group: string; version: string }): string =>
  info.group === '' ? info.version : `${info.group}/${info.version}`;
