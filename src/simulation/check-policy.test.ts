import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../base/json.ts';
import type { AccessAttributes } from '../cluster/api.ts';
import { discoveryOf } from '../cluster/discovery.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { behaviourOf } from '../kyverno/behaviour.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { checkPolicy } from './check-policy.ts';

interface Rights {
  readonly version?: KyvernoVersion;
  /** What nobody may do, by verb and resource: `create configmaps`. */
  readonly lacks?: readonly string[];
}

function check(rule: JsonObject, { version = '1.19', lacks = [] }: Rights = {}, before?: JsonObject) {
  const policyOf = (one: JsonObject): KubernetesObject => ({
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'p' },
    spec: { rules: [one] },
  });
  const authorize = (_: unknown, { verb, resource }: AccessAttributes): boolean =>
    !lacks.includes(`${verb} ${resource}`);
  const discovery = discoveryOf([]);
  const { denied, warnings } = checkPolicy(
    { authorize, behaviour: behaviourOf(version), discoveryFor: () => discovery },
    policyOf(rule),
    before && policyOf(before),
  );
  return { denied, warnings: warnings.filter((text) => !text.includes('is deprecated')) };
}

const match = (kind: string): JsonObject => ({ any: [{ resources: { kinds: [kind] } }] });
const generate = (parts: JsonObject = {}, kind = 'Namespace'): JsonObject => ({
  name: 'r',
  match: match(kind),
  generate: { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', namespace: 'team', data: {}, ...parts },
});
const BACKGROUND = 'system:serviceaccount:kyverno:kyverno-background-controller';

describe('the policy webhook of a cluster', () => {
  it('accepts what its service accounts may do', () => {
    expect(check(generate())).toEqual({ denied: undefined, warnings: [] });
  });

  it('names the verbs that are missing, in its order', () => {
    const { denied } = check(generate({ synchronize: true }), {
      lacks: ['delete configmaps', 'create configmaps'],
    });
    expect(denied).toBe(
      `path: spec.rules[0].generate..: ${BACKGROUND} requires permissions create,delete for resource v1/ConfigMap in namespace team`,
    );
  });

  it('names the first verb alone up to 1.12', () => {
    const { denied } = check(generate(), { version: '1.12', lacks: ['create configmaps'] });
    expect(denied).toBe(
      `path: spec.rules[0].generate..: ${BACKGROUND} does not have permissions to 'create' resource v1/ConfigMap/team/. Grant proper permissions to the background controller`,
    );
  });

  it('does not know the kind of a target that nobody serves', () => {
    const { denied } = check(generate({ apiVersion: 'foo.io/v1', kind: 'Foo' }));
    expect(denied).toBe('path: spec.rules[0].generate..: failed to get GVR for kind foo.io/v1/Foo');
  });

  it('asks for rights to mutate targets, all of them', () => {
    const target = (name: string): JsonObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: name,
      name,
    });
    const { denied } = check(
      {
        name: 'r',
        match: match('ConfigMap'),
        mutate: {
          targets: [target('a'), target('b')],
          patchStrategicMerge: { metadata: { labels: { a: 'b' } } },
        },
      },
      { lacks: ['update secrets'] },
    );
    const one = (namespace: string): string =>
      `${BACKGROUND} requires permissions update for resource v1/Secret in namespace ${namespace}`;
    expect(denied).toBe(
      `path: spec.rules[0].mutate.targets.: auth check fails, additional privileges are required for the service account '${BACKGROUND}': ${one('a')}; ${one('b')}`,
    );
  });

  it('lets targets of a foreach pass, and tells an unknown kind alone', () => {
    const rule = (targets: readonly JsonObject[], body: JsonObject): JsonObject => ({
      name: 'r',
      match: match('ConfigMap'),
      mutate: { targets, ...body },
    });
    const patch = { patchStrategicMerge: { metadata: { labels: { a: 'b' } } } };
    const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'a', name: 'b' };
    const lacks = ['update secrets'];
    const each = rule([secret], { foreach: [{ list: 'target.data', ...patch }] });
    expect(check(each, { lacks }).denied).toBeUndefined();
    const wild = { ...secret, apiVersion: '*' };
    expect(check(rule([wild], patch), { lacks }).denied).toContain('for resource */Secret in namespace a');
    const unknown = { apiVersion: 'foo.io/v1', kind: 'Foo', name: 'x' };
    expect(check(rule([secret, unknown], patch), { lacks }).denied).toBe(
      `path: spec.rules[0].mutate.targets.: auth check fails, additional privileges are required for the service account '${BACKGROUND}': failed to get GVR for kind foo.io/v1/Foo`,
    );
  });

  it('warns of kinds that reports cannot watch, and accepts', () => {
    const found = check(generate({}, 'Secret'), { lacks: ['list secrets'] });
    expect(found).toEqual({
      denied: undefined,
      warnings: [
        'system:serviceaccount:kyverno:kyverno-reports-controller requires permissions list for resource Secret',
      ],
    });
  });

  it('accepts a kind that nobody serves with a warning, and looks no further', () => {
    const found = check(generate({}, 'Foo'), { lacks: ['create configmaps'] });
    expect(found).toEqual({
      denied: undefined,
      warnings: [
        'the kind defined in the all match resource is invalid: unable to convert GVK to GVR for kinds Foo, err: resource not found',
      ],
    });
  });

  it('compares generate rules with those before an update', () => {
    const renamed = check({ ...generate(), name: 'other' }, {}, generate());
    expect(renamed.denied).toBe(
      'changes of immutable fields of a rule spec in a generate rule is disallowed',
    );
    const retargeted = check(generate({ name: 'y' }), { lacks: ['create configmaps'] }, generate());
    expect(retargeted.denied).toBeUndefined();
    expect(retargeted.warnings).toHaveLength(1);
  });
});
