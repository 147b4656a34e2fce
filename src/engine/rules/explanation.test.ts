import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/json.ts';
import type { EvaluationNode } from '../../kyverno/evaluation.ts';
import { loadParts } from '../../parts.ts';
import type { EngineResponse } from '../engine-response.ts';
import { mutate } from './mutate.ts';
import { contextOf, policyOf } from './testing.ts';
import { validate } from './validate.ts';

await loadParts();

const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'default' },
  data: { a: 'y', b: 'z' },
};
const RULE: JsonObject = {
  name: 'r',
  match: { any: [{ resources: { kinds: ['ConfigMap'] } }] },
  context: [{ name: 'want', variable: { value: 'x' } }],
};

const explain = (run: typeof validate, body: JsonObject): EngineResponse => {
  const policy = policyOf([{ ...RULE, ...body }]);
  return run(contextOf(policy, { newObject: CONFIG_MAP, explain: true }));
};

/** Rows of the body as `label: message {{variable}}=value`, indented; the one that decided has a star. */
function body({ explanations: [explanation] }: EngineResponse): readonly string[] {
  const rows: string[] = [];
  const visit = (nodes: readonly EvaluationNode[], depth: number): void => {
    for (const { label, message, variables = [], decided, children = [] } of nodes) {
      const values = variables.map(({ expression, value }) => `{{${expression}}}=${JSON.stringify(value)}`);
      const text = [`${label}${decided ? '*' : ''}`, ...(message ? [`: ${message}`] : [])].join('');
      rows.push(`${' '.repeat(depth)}${[text, ...values].join(' ')}`);
      visit(children, depth + 1);
    }
  };
  const before = ['match', 'exclude', 'preconditions', 'context'];
  visit(explanation?.tree.filter(({ label }) => !before.includes(label.split(' ')[0] ?? '')) ?? [], 0);
  return rows;
}

const deny = (value: Json, key: string): JsonObject => ({
  conditions: { any: [{ key, operator: 'NotEquals', value }] },
});

describe('the explanation of a rule', () => {
  it('shows what the variables of a pattern stand for, and the place that decided', () => {
    const response = explain(validate, { validate: { pattern: { data: { a: '{{want}}' } } } });
    expect(body(response)).toEqual([
      `pattern: resource value 'y' does not match 'x' at path /data/a/ {{want}}="x"`,
      ` /data/a/*: resource value 'y' does not match 'x' at path /data/a/`,
    ]);
  });

  it('names the keys at which two maps differ', () => {
    const response = explain(validate, {
      validate: { deny: deny({ a: 'x', b: 'z' }, '{{request.object.data}}') },
    });
    expect(body(response)[1]).toBe(' [0] NotEquals*: true: the maps differ at a');
  });

  it('goes through the elements of a foreach up to the one that fails', () => {
    const response = explain(validate, {
      validate: {
        foreach: [{ list: "['x', 'y', 'z']", deny: deny('{{want}}', '{{element}}') }],
      },
    });
    expect(body(response)).toEqual([
      'list',
      "foreach[0] element[0]: validation rule 'r' passed.",
      ' deny any',
      '  [0] NotEquals: false: the values are equal',
      '   key {{element}}="x"',
      '   value {{want}}="x"',
      'foreach[0] element[1]: validation error: rule r failed',
      ' deny any',
      '  [0] NotEquals*: true: the values differ',
      '   key {{element}}="y"',
      '   value {{want}}="x"',
    ]);
  });

  it('shows the patch as it was applied', () => {
    const response = explain(mutate, {
      mutate: { patchStrategicMerge: { metadata: { labels: { a: '{{want}}' } } } },
    });
    expect(body(response)).toEqual(['patchStrategicMerge*: resource patched {{want}}="x"']);
    expect(response.explanations[0]?.tree.at(-1)?.actual).toEqual({ metadata: { labels: { a: 'x' } } });
  });

  it('goes through the elements of a mutate foreach', () => {
    const response = explain(mutate, {
      mutate: {
        foreach: [
          {
            list: "['k', 'l']",
            preconditions: { all: [{ key: '{{element}}', operator: 'Equals', value: 'k' }] },
            patchStrategicMerge: { metadata: { labels: { '{{element}}': '{{want}}' } } },
          },
        ],
      },
    });
    expect(body(response).filter((row) => !row.startsWith('   '))).toEqual([
      'foreach*: 1 elements processed',
      ' list',
      ' foreach[0] element[1]: preconditions not met',
      '  preconditions all',
      ' foreach[0] element[0]: resource patched',
      '  preconditions all',
      '  patchStrategicMerge {{element}}="k" {{want}}="x"',
    ]);
  });
});
