import { describe, expect, it } from 'vitest';
import type { Json } from '../base/json.ts';
import { get } from '../base/json.ts';
import { ADMIN, ALICE, CONFIG_MAPS, configMap, testCluster } from '../cluster/test-cluster.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { type KubectlResult, runKubectl } from './run-kubectl.ts';
import { splitShell } from './split-shell.ts';

function terminal() {
  const cluster = testCluster();
  const type = (
    line: string,
    files: Record<string, readonly Json[]> = {},
    user: UserInfo = ADMIN,
  ): KubectlResult => {
    const split = splitShell(line);
    const argv = 'words' in split ? split.words.slice(1) : [];
    const documents = Object.fromEntries(
      Object.entries(files).map(([name, values]) => [
        name,
        values.map((value) => ({ value }) as unknown as ManifestDocument),
      ]),
    );
    return cluster.run(runKubectl({ argv, files: documents, user }, cluster.server));
  };
  return { cluster, type };
}

describe('kubectl apply', () => {
  it('creates, leaves alone, changes and takes away', () => {
    const { cluster, type } = terminal();
    const apply = (data: Record<string, string>) =>
      type('kubectl apply -n a -f x.yaml', { 'x.yaml': [configMap('x', data)] }).stdout;
    expect(apply({ a: '1', b: '1' })).toBe('configmap/x created\n');
    expect(apply({ a: '1', b: '1' })).toBe('configmap/x unchanged\n');
    type(`kubectl patch cm x -n a -p '{"data":{"mine":"1"}}'`);
    expect(apply({ a: '2' })).toBe('configmap/x configured\n');
    expect(get(cluster.server.lookup(CONFIG_MAPS, 'a', 'x'), 'data')).toEqual({ a: '2', mine: '1' });
  });

  it('tells of each object that fails, and does the others', () => {
    const { type } = terminal();
    const files = {
      'x.yaml': [
        configMap('X'),
        configMap('ok'),
        { apiVersion: 'v1', kind: 'Nope', metadata: { name: 'n' } },
      ],
    };
    const { exitCode, stdout, stderr } = type('kubectl apply -f x.yaml', files);
    expect([exitCode, stdout]).toEqual([1, 'configmap/ok created\n']);
    expect(stderr).toContain(
      'resource mapping not found for name: "n" namespace: "" from "x.yaml": no matches for kind "Nope" in version "v1"\nensure CRDs are installed first\n',
    );
    expect(stderr).toContain(
      'Error from server (Invalid): error when creating "x.yaml": ConfigMap "X" is invalid: ',
    );
  });

  it('prints the conflicts of a server-side apply', () => {
    const { type } = terminal();
    type('kubectl create configmap x --from-literal=a=1');
    const { stderr } = type('kubectl apply --server-side -f x.yaml', {
      'x.yaml': [configMap('x', { a: '2' })],
    });
    expect(stderr).toMatch(
      /^error: Apply failed with 1 conflict: conflict with "kubectl-create" using v1: \.data\.a\n/,
    );
  });
});

describe('kubectl', () => {
  it.each([
    ['kubectl create configmap x', 'error: failed to create configmap: configmaps "x" already exists\n'],
    ['kubectl create ns a', 'Error from server (AlreadyExists): namespaces "a" already exists\n'],
    ['kubectl delete cm nope', 'Error from server (NotFound): configmaps "nope" not found\n'],
    ['kubectl delete foo x', 'error: the server doesn\'t have a resource type "foo"\n'],
    ['kubectl delete cm', 'error: resource(s) were provided, but no name was specified\n'],
    ['kubectl label cm x k=2', "error: 'k' already has a value (1), and --overwrite is false\n"],
    [
      'kubectl patch cm x --type=foo -p {}',
      'error: --type must be one of [json merge strategic], not "foo"\n',
    ],
    ['kubectl create --nope', "error: unknown flag: --nope\nSee 'kubectl create --help' for usage.\n"],
    ['kubectl apply -f gone.yaml', 'error: the path "gone.yaml" does not exist\n'],
  ])('%s', (line, stderr) => {
    const { type } = terminal();
    type('kubectl create configmap x');
    type('kubectl label cm x k=1');
    expect(type(line)).toMatchObject({ exitCode: 1, stdout: '', stderr });
  });

  it('says what it does not simulate', () => {
    expect(terminal().type('kubectl top n').unsupported).toBe('kubectl top');
  });

  it('acts as another user for who may', () => {
    const { type } = terminal();
    expect(type('kubectl create configmap x --as bob').stderr).toBe(
      'error: failed to create configmap: configmaps is forbidden: User "bob" cannot create resource "configmaps" in API group "" in the namespace "default"\n',
    );
    expect(type('kubectl create configmap x --as bob --as-group system:masters').exitCode).toBe(0);
    expect(type('kubectl delete cm x --as bob', {}, ALICE).stderr).toBe(
      'Error from server (Forbidden): users "bob" is forbidden: User "alice" cannot impersonate resource "users" in API group "" at the cluster scope\n',
    );
  });

  it('answers what a user may do', () => {
    const { type } = terminal();
    type('kubectl create role r -n a --verb=get,list --resource=configmaps');
    type('kubectl create rolebinding rb -n a --role=r --user=alice');
    expect(type('kubectl auth can-i get cm -n a --as alice')).toMatchObject({ exitCode: 0, stdout: 'yes\n' });
    expect(type('kubectl auth can-i get cm -n b --as alice')).toMatchObject({ exitCode: 1, stdout: 'no\n' });
  });

  it('waits for a deleted namespace to be gone', () => {
    const { cluster, type } = terminal();
    type('kubectl create ns n');
    const before = cluster.now();
    expect(type('kubectl delete ns n').stdout).toBe('namespace "n" deleted\n');
    expect(cluster.now() - before).toBeGreaterThan(5000);
    expect(type('kubectl create ns n').exitCode).toBe(0);
  });

  it('deletes what a selector selects', () => {
    const { type } = terminal();
    type('kubectl create configmap x');
    type('kubectl create configmap y');
    type('kubectl label cm x y k=1');
    expect(type('kubectl delete cm -l k=1').stdout).toBe('configmap "x" deleted\nconfigmap "y" deleted\n');
    expect(type('kubectl delete cm -l k=1').stdout).toBe('No resources found\n');
  });
});
