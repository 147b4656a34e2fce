import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { get, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { milliseconds } from '../../base/units.ts';
import { type ClusterBase, readClusterBase } from '../../cluster/cluster-base.ts';
import { loadParts } from '../../parts.ts';
import { runScenario } from '../../run-scenario.ts';
import type { Trace } from '../../trace/trace.ts';
import { runKubectlAt } from '../at-moment.ts';
import type { SchemaDocuments } from './explain-schema.ts';

const read = (path: string): Json =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../public', path), 'utf8')) as Json;

const definitions = new Map<string, JsonObject>(
  ['meta', 'v1-pod', 'apps-v1'].flatMap((file) => {
    const found = get(read(`schemas/${file}.json`), 'definitions');
    return Object.entries(isObject(found) ? found : {}).flatMap(([name, schema]) =>
      isObject(schema) ? [[name, schema] as const] : [],
    );
  }),
);
const NAMES: Readonly<Record<string, string>> = {
  'v1/Pod': 'v1.Pod',
  'apps/v1/Deployment': 'apps/v1.Deployment',
};
const schemas: SchemaDocuments = {
  find: (apiVersion, kind) => definitions.get(NAMES[`${apiVersion}/${kind}`] ?? ''),
  definition: (name) => definitions.get(name),
};

let trace: Trace;
let base: ClusterBase;
beforeAll(async () => {
  await loadParts();
  const known = readClusterBase(read('cluster/base-1.19.json'), '1.19');
  if (known === undefined) throw new Error('no base');
  base = known;
  const run = runScenario([], { version: '1.19', seed: 1, base });
  if (run.trace === undefined) throw new Error('an empty scenario runs');
  trace = run.trace;
});

const explain = (words: string) =>
  runKubectlAt(trace, base, milliseconds(0), `kubectl explain ${words}`, { schemas });

it('asks for the documents of a kind that the server has no schema of', () => {
  const answer = runKubectlAt(trace, base, milliseconds(0), 'kubectl explain pod');
  expect(answer).toMatchObject({
    unsupported: 'kubectl explain pods',
    wantsSchemaOf: { apiVersion: 'v1', kind: 'Pod' },
  });
});

it('tells of a kind and its fields, named by their types', () => {
  const { stdout, unsupported } = explain('deploy');
  expect(unsupported).toBeUndefined();
  expect(stdout).toMatch(/^GROUP: {6}apps\nKIND: {7}Deployment\nVERSION: {4}v1\n\nDESCRIPTION:\n/);
  expect(stdout).toContain('  apiVersion\t<string>\n    APIVersion defines the versioned schema');
  expect(stdout).toContain('  metadata\t<ObjectMeta>\n');
  expect(stdout).toContain('  spec\t<DeploymentSpec>\n');
});

it('tells of a field what it is for, then what its type is', () => {
  const { stdout } = explain('pod.spec.containers');
  expect(stdout).toMatch(/\nFIELD: containers <\[\]Container>\n\nDESCRIPTION:\n {4}List of containers/);
  expect(stdout).toMatch(/\n {4}A single application container that you want to run within a pod\.\n {4}\n/);
  expect(stdout).toContain('  name\t<string> -required-\n');
  expect(stdout).toContain('  ports\t<[]ContainerPort>\n');
});

it('follows lists and maps to the field that is asked for', () => {
  expect(explain('pod.spec.containers.resources.limits').stdout).toContain(
    'FIELD: limits <map[string]Quantity>',
  );
  expect(explain('pod.metadata.creationTimestamp').stdout).toContain('FIELD: creationTimestamp <string>');
  expect(explain('deploy.spec.template.spec.nothing').stderr).toBe('error: field "nothing" does not exist\n');
});

it('lists all fields with --recursive, however deep schemas hold themselves', () => {
  const { stdout } = explain('deploy --recursive');
  expect(stdout).toContain('\n          livenessProbe\t<Probe>\n');
});
