import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getList, getObject } from '../../base/json.ts';
import type { EngineResponse } from '../../engine/engine-response.ts';
import type { PolicyContext } from '../../engine/policy-context.ts';
import { filterBackgroundRules } from '../../engine/rules/background.ts';
import { mutate } from '../../engine/rules/mutate.ts';
import { validate } from '../../engine/rules/validate.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import { loadParts } from '../../parts.ts';
import type { OracleFile } from './oracle-case.ts';
import { contextOf, isKubernetesObject, policyOf } from './rules.ts';

await loadParts();

const file = JSON.parse(
  readFileSync(new URL('../../../fixtures/kyverno/expressions/rules.json', import.meta.url), 'utf8'),
) as OracleFile;

/** Every policy of the cases held against every resource of theirs. */
function everyResponse(
  run: (context: PolicyContext) => EngineResponse,
  explain: boolean,
): readonly EngineResponse[] {
  const resources = getList(file, 'resources').filter(isKubernetesObject);
  return file.cases.flatMap((testCase) => {
    const policy = policyOf(getObject(testCase, 'policy', 'spec'));
    return resources.map((resource) => run(contextOf(policy, resource, explain)));
  });
}

const results = ({ rules, patched, unsupported }: EngineResponse) => ({
  rules: rules.map(({ rule, ...rest }) => ({ ...rest, rule: rule.name })),
  patched,
  unsupported,
});

const decided = (nodes: readonly EvaluationNode[]): number =>
  nodes.reduce((sum, node) => sum + (node.decided ? 1 : 0) + decided(node.children ?? []), 0);

describe.each([
  ['validate', validate],
  ['mutate', mutate],
  ['generate and mutate-existing', filterBackgroundRules],
])('%s rules of the recordings', (_, run) => {
  const explained = everyResponse(run, true);

  it('answer the same with an explanation and without', () => {
    expect(explained.map(results)).toEqual(everyResponse(run, false).map(results));
  });

  it('build nothing where nobody asks', () => {
    const trees = everyResponse(run, false).flatMap(({ explanations }) => explanations);
    expect(trees.every(({ tree }) => tree.length === 0)).toBe(true);
  });

  it('name one clause that decided', () => {
    const counts = explained.flatMap(({ explanations }) =>
      explanations.map(({ rule, status, tree }) => `${rule.name} ${status}: ${decided(tree)}`),
    );
    expect(counts.filter((text) => !text.endsWith(': 1'))).toEqual([]);
  });

  it('tell match, then exclude, preconditions, context and body', () => {
    const order = ['match', 'exclude', 'preconditions', 'context'];
    for (const { explanations } of explained)
      for (const { tree } of explanations) {
        const ranks = tree.map(({ label }) => {
          const rank = order.findIndex((name) => label === name || label.startsWith(`${name} `));
          return rank < 0 ? order.length : rank;
        });
        expect(ranks).toEqual([...ranks].sort((left, right) => left - right));
      }
  });
});
