import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/json.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import { condition, configMap, contextOf, matchConfigMaps, policyOf } from './testing.ts';
import { validate } from './validate.ts';

const needsTeam = (more: JsonObject = {}, rule: JsonObject = {}): JsonObject => ({
  name: 'team',
  match: matchConfigMaps(),
  validate: { message: 'team is needed', pattern: { data: { team: '?*' } }, ...more },
  ...rule,
});

const statuses = (response: ReturnType<typeof validate>): readonly string[] =>
  response.rules.map(({ status }) => status);

describe('validate', () => {
  it('says where a pattern fails, in Kyverno’s words', () => {
    const response = validate(contextOf(policyOf([needsTeam()]), { newObject: configMap({ x: '1' }) }));
    expect(response.rules[0]).toMatchObject({
      status: 'fail',
      message: 'validation error: team is needed. rule team failed at path /data/team/',
      failedPath: '/data/team/',
    });
  });

  it('has no result for a rule that does not match', () => {
    const rule = needsTeam({}, { match: { any: [{ resources: { kinds: ['Secret'] } }] } });
    expect(validate(contextOf(policyOf([rule]), { newObject: configMap({}) })).rules).toEqual([]);
  });

  it('looks at deny, but not at patterns, when an object is deleted', () => {
    const deny = {
      name: 'deny',
      match: matchConfigMaps(),
      validate: { deny: { conditions: { all: [condition('{{ request.object.data.x }}', 'Equals', '1')] } } },
    };
    const response = validate(
      contextOf(policyOf([needsTeam(), deny]), { operation: 'DELETE', oldObject: configMap({ x: '1' }) }),
    );
    expect(response.rules.map(({ rule, status }) => [rule.name, status])).toEqual([['deny', 'fail']]);
  });

  it('excuses an update whose old object violated as well', () => {
    const policy = policyOf([needsTeam({ failureAction: 'Enforce' })]);
    const parts = {
      operation: 'UPDATE',
      newObject: configMap({ x: '2' }),
      oldObject: configMap({ x: '1' }),
    } as const;
    expect(statuses(validate(contextOf(policy, parts)))).toEqual(['skip']);
    const good = { ...parts, oldObject: configMap({ team: 'a' }) };
    expect(statuses(validate(contextOf(policy, good)))).toEqual(['fail']);
  });

  it('does not excuse it when existing violations are not allowed, nor when the rule is about updates only', () => {
    const parts = {
      operation: 'UPDATE',
      newObject: configMap({ x: '2' }),
      oldObject: configMap({ x: '1' }),
    } as const;
    const strict = policyOf([needsTeam({ failureAction: 'Enforce', allowExistingViolations: false })]);
    expect(statuses(validate(contextOf(strict, parts)))).toEqual(['fail']);
    const updates = policyOf([
      needsTeam({ failureAction: 'Enforce' }, { match: matchConfigMaps({ operations: ['UPDATE'] }) }),
    ]);
    expect(statuses(validate(contextOf(updates, parts)))).toEqual(['fail']);
  });

  it('makes an unresolved variable an error, with Kyverno’s text', () => {
    const rule = needsTeam(
      {},
      { preconditions: { all: [condition('{{ request.object.data.no }}', 'Equals', 'x')] } },
    );
    expect(
      validate(contextOf(policyOf([rule]), { newObject: configMap({ x: '1' }) })).rules[0],
    ).toMatchObject({
      status: 'error',
      message:
        'failed to evaluate preconditions: failed to substitute variables in condition key: failed to resolve request.object.data.no at path : JMESPath query failed: Unknown key "no" in path',
    });
  });

  it('stops after the first pass or fail with applyRules One', () => {
    const skipped = needsTeam({}, { name: 's', preconditions: { all: [condition('a', 'Equals', 'b')] } });
    const policy = policyOf([skipped, needsTeam(), needsTeam({}, { name: 'never' })], { applyRules: 'One' });
    expect(statuses(validate(contextOf(policy, { newObject: configMap({}) })))).toEqual(['skip', 'fail']);
  });

  it('lets an element of a foreach fail the rule, and passes over null and unmet elements', () => {
    const rule = {
      name: 'each',
      match: matchConfigMaps(),
      validate: {
        foreach: [
          {
            list: 'request.object.data.names',
            preconditions: { all: [condition('{{ element }}', 'NotEquals', 'free')] },
            deny: { conditions: { any: [condition('{{ elementIndex }}', 'GreaterThan', 0)] } },
          },
        ],
      },
    };
    const run = (names: readonly (string | null)[]): readonly string[] =>
      statuses(validate(contextOf(policyOf([rule]), { newObject: configMap({ names }) })));
    expect(run(['a', 'free', null])).toEqual(['pass']);
    expect(run(['a', 'b'])).toEqual(['fail']);
    expect(run(['free'])).toEqual([]);
  });

  it('never fakes a result for what it does not simulate', () => {
    const rule = {
      name: 'cel',
      match: matchConfigMaps(),
      validate: { cel: { expressions: [{ expression: 'true' }] } },
    };
    const response = validate(contextOf(policyOf([rule]), { newObject: configMap({}) }));
    expect(response.rules).toEqual([]);
    expect(response.unsupported).toMatchObject([
      { rule: 'cel', what: 'validate.cel', path: ['spec', 'rules', 0, 'validate', 'cel'] },
    ]);
  });

  it('skips a rule that an exception takes the object out of', () => {
    const exception = {
      name: 'e',
      namespace: 'ns',
      spec: {
        exceptions: [{ policyName: 'p', ruleNames: ['te*'] }],
        match: matchConfigMaps({ names: ['cm'] }),
      },
    };
    const context = contextOf(policyOf([needsTeam()]), { newObject: configMap({}), exceptions: [exception] });
    expect(validate(context).rules[0]).toMatchObject({
      status: 'skip',
      message: 'rule is skipped due to policy exceptionsns/e',
    });
  });
});

const flatten = (nodes: readonly EvaluationNode[]): readonly EvaluationNode[] =>
  nodes.flatMap((node) => [node, ...flatten(node.children ?? [])]);

describe('explanations', () => {
  const rules = [
    needsTeam(),
    needsTeam({}, { name: 'kind', match: { any: [{ resources: { kinds: ['Secret'] } }] } }),
    needsTeam({}, { name: 'excluded', exclude: { any: [{ resources: { names: ['c*'] } }] } }),
    needsTeam(
      {},
      { name: 'unmet', preconditions: { any: [condition('{{ request.object.data.x }}', 'Equals', 'y')] } },
    ),
    { name: 'deny', match: matchConfigMaps(), validate: { deny: {} } },
    {
      name: 'any',
      match: matchConfigMaps(),
      validate: { anyPattern: [{ data: { x: '2' } }, { data: { x: '1' } }] },
    },
  ];
  const context = contextOf(policyOf(rules), { newObject: configMap({ x: '1' }), explain: true });

  it('exist for every rule looked at, each with exactly one node that decided', () => {
    const { explanations } = validate(context);
    expect(explanations.map(({ rule, status }) => [rule.name, status])).toEqual([
      ['team', 'fail'],
      ['kind', 'none'],
      ['excluded', 'none'],
      ['unmet', 'skip'],
      ['deny', 'fail'],
      ['any', 'pass'],
    ]);
    for (const { tree } of explanations)
      expect(flatten(tree).filter(({ decided }) => decided)).toHaveLength(1);
  });

  it('hold the values of variables and lead to the clause in the policy', () => {
    const unmet = validate(context).explanations.find(({ rule }) => rule.name === 'unmet');
    const nodes = flatten(unmet?.tree ?? []);
    expect(nodes.find(({ decided }) => decided)).toMatchObject({
      label: '[0] Equals',
      status: 'fail',
      actual: '1',
      expected: 'y',
      path: ['spec', 'rules', 3, 'preconditions', 'any', 0],
    });
    expect(nodes.find(({ label }) => label === 'key')?.variables).toEqual([
      { expression: 'request.object.data.x', value: '1' },
    ]);
  });

  it('are not made when nobody asks', () => {
    expect(validate({ ...context, explain: false }).explanations).toEqual([]);
  });
});
