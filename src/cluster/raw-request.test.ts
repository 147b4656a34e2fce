import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getList, getString, type Json } from '../base/json.ts';
import { ADMIN, ALICE, configMap, testCluster } from './test-cluster.ts';

const cluster = testCluster();
for (let i = 0; i < 7; i += 1) {
  const namespace = i % 2 === 0 ? 'a' : 'b';
  const labels = { mod: String(i % 3), app: 'xy' };
  cluster.create(configMap(`c${i}`, {}, { namespace, labels }), { namespace });
}
cluster.create(
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  },
  { resource: { group: 'apps', version: 'v1', resource: 'deployments' } },
);

const ask = (path: string, user = ADMIN) => cluster.server.raw(user, 'GET', path, undefined);
const post = (path: string, body: Json, user = ADMIN) => cluster.server.raw(user, 'POST', path, body);
const names = (answer: ReturnType<typeof ask>): readonly (string | undefined)[] =>
  getList(answer?.body, 'items').map((item) => getString(item, 'metadata', 'name'));

describe('a list by path', () => {
  test.each([
    ['/api/v1/configmaps', ['c0', 'c2', 'c4', 'c6', 'c1', 'c3', 'c5']],
    ['/api/v1/namespaces/b/configmaps', ['c1', 'c3', 'c5']],
    ['/api/v1//configmaps/?labelSelector=mod%3D0', ['c0', 'c6', 'c3']],
    ['/api/v1/configmaps?labelSelector=app+in+(xy,%20z),mod%21%3D0', ['c2', 'c4', 'c1', 'c5']],
    ['/api/v1/configmaps?fieldSelector=metadata.name%3Dc3', ['c3']],
    ['/api/v1/configmaps?fieldSelector=metadata.namespace!=a&labelSelector=mod=1', ['c1']],
    ['/api/v1/configmaps?limit=2', ['c0', 'c2']],
    ['/api/v1/nodes', []],
  ])('%s', (path, expected) => {
    expect(names(ask(path))).toEqual(expected);
  });

  test('has items without kind where the list is typed', () => {
    const answer = ask('/api/v1/configmaps?limit=1');
    expect(answer?.body).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(Object.keys(getList(answer?.body, 'items')[0] as object)).not.toContain('kind');
  });

  test.each([
    ['/api/v1/configmaps?labelSelector=a+b', 400],
    ['/api/v1/configmaps?fieldSelector=data.a%3Db', 400],
    ['/api/v1/configmaps?continue=nonsense', 400],
    ['/api/v1/configmaps?limit=-1', 400],
    ['/api/v1/things', 404],
    ['/api/v2/configmaps', 404],
    ['/api/v1/namespaces/a/nodes', 404],
    ['/', 404],
    ['/api/v1/namespaces/a/configmaps/c0/scale', 404],
    ['/api/v1/namespaces/a/configmaps/nope', 404],
    ['/api/v1/configmaps/c0', 404],
    ['/apis/authorization.k8s.io/v1/subjectaccessreviews', 405],
  ])('that cannot be is refused: %s', (path, code) => {
    expect(ask(path)?.code).toBe(code);
  });

  test('page by page is the whole list', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('', '&labelSelector=mod!=1'),
        (limit, selector) => {
          const pages: (string | undefined)[] = [];
          let token: string | undefined = '';
          for (let page = 0; token !== undefined && page < 10; page += 1) {
            const from = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
            const answer = ask(`/api/v1/configmaps?limit=${limit}${selector}${from}`);
            pages.push(...names(answer));
            token = getString(answer?.body, 'metadata', 'continue');
          }
          expect(pages).toEqual(names(ask(`/api/v1/configmaps?x=y${selector}`)));
        },
      ),
    );
  });
});

test.each([
  ['/api/v1/namespaces/a', 'Namespace'],
  ['/api/v1/namespaces/a/status', 'Namespace'],
  ['/apis/apps/v1/namespaces/a/deployments/web/scale', 'Scale'],
  ['/api', 'APIVersions'],
  ['/apis', 'APIGroupList'],
  ['/apis/apps', 'APIGroup'],
  ['/apis/apps/v1', 'APIResourceList'],
])('%s is a %s', (path, kind) => {
  expect(ask(path)).toMatchObject({ code: 200, body: { kind } });
});

test('any path and any query has an answer, or none, and never a throw', () => {
  const word = fc.constantFrom(
    'api',
    'apis',
    'v1',
    'apps',
    'namespaces',
    'a',
    'configmaps',
    '..',
    '__proto__',
    '%',
    '',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.string(), (parts, query) => {
      const answer = ask(`/${parts.join('/')}?${query}`);
      expect(answer === undefined || answer.code >= 200).toBe(true);
    }),
  );
});

describe('rights', () => {
  test('are asked before anything else', () => {
    const answer = ask('/api/v1/namespaces/a/secrets', ALICE);
    expect(answer).toMatchObject({
      code: 403,
      body: {
        message:
          'secrets is forbidden: User "alice" cannot list resource "secrets" in API group "" in the namespace "a"',
      },
    });
    expect(ask('/api/v1/things', ALICE)?.code).toBe(403);
    expect(ask('/version', ALICE)?.code).toBe(200);
  });

  const spec = (user: Json, namespace = 'a'): Json => ({
    spec: { ...(user as object), resourceAttributes: { verb: 'get', resource: 'secrets', namespace } },
  });
  test.each([
    ['subjectaccessreviews', spec({ user: 'u', groups: ['system:masters'] }), true],
    ['subjectaccessreviews', spec({ user: 'system:serviceaccount:kube-system:x' }), false],
    ['subjectaccessreviews', spec({ user: 'u', groups: ['system:serviceaccounts:kube-system'] }), true],
    ['selfsubjectaccessreviews', spec({}), true],
    ['namespaces/a/localsubjectaccessreviews', spec({ user: 'u' }), false],
  ])('of %s %j', (resource, body, allowed) => {
    expect(post(`/apis/authorization.k8s.io/v1/${resource}`, body)).toMatchObject({
      code: 201,
      body: { status: { allowed } },
    });
  });

  test('need a subject, one kind of attributes and the namespace of the path', () => {
    expect(post('/apis/authorization.k8s.io/v1/subjectaccessreviews', spec({}))?.code).toBe(422);
    expect(post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} })?.code).toBe(422);
    const local = post(
      '/apis/authorization.k8s.io/v1/namespaces/b/localsubjectaccessreviews',
      spec({ user: 'u' }),
    );
    expect(local?.code).toBe(422);
  });

  test('writes are not simulated, but forbidden ones are known to be', () => {
    const body = { metadata: { name: 'n' } };
    expect(post('/api/v1/namespaces/a/configmaps', body)).toBeUndefined();
    expect(post('/api/v1/namespaces/a/configmaps', body, ALICE)?.code).toBe(403);
  });
});
