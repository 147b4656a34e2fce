import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../base/json.ts';
import { formatForEachFailures, planGenerate } from './generate.ts';
import { condition, configMap, contextOf, matchConfigMaps, policyOf } from './testing.ts';

function plan(generate: JsonObject, rule: JsonObject = {}, data: JsonObject = { n: 'one' }) {
  const policy = policyOf([{ name: 'g', match: matchConfigMaps(), generate, ...rule }]);
  const [first] = policy.rules;
  if (!first) throw new Error('a rule');
  return planGenerate(contextOf(policy, { newObject: configMap(data), explain: true }), first);
}

const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'default' };

describe('planGenerate', () => {
  it('substitutes the whole pattern', () => {
    const planned = plan({
      ...secret,
      name: '{{ request.object.data.n }}-x',
      synchronize: true,
      data: { data: { from: '{{ request.object.metadata.name }}' } },
    });
    expect(planned).toMatchObject({
      targets: [{ ...secret, name: 'one-x', data: { data: { from: 'cm' } } }],
      failures: [],
    });
  });

  it('ends with the text and the place below the pattern when a variable is unknown', () => {
    expect(plan({ ...secret, name: '{{ request.object.data.nm }}' })).toMatchObject({
      error:
        'failed to resolve request.object.data.nm at path /name: JMESPath query failed: Unknown key "nm" in path',
    });
  });

  it('tells clone from cloneList and data', () => {
    expect(plan({ ...secret, name: 'a', clone: { namespace: 'x', name: 'y' } })).toMatchObject({
      targets: [{ name: 'a', clone: { namespace: 'x', name: 'y' } }],
    });
    const cloneList = { namespace: 'x', kinds: ['v1/Secret'] };
    expect(plan({ namespace: 'default', cloneList })).toMatchObject({ targets: [{ name: '', cloneList }] });
  });

  it('wants nothing when the preconditions are not met', () => {
    const planned = plan(
      { ...secret, name: 'a' },
      { preconditions: { all: [condition('a', 'Equals', 'b')] } },
    );
    expect(planned).toMatchObject({ targets: [], skipped: 'preconditions not met' });
  });

  it('plans every element of a foreach and keeps the good ones beside those that fail', () => {
    const planned = plan(
      { foreach: [{ list: 'request.object.data.list', ...secret, name: '{{ element.name }}' }] },
      {},
      { list: [{ name: 'a' }, null, { other: 'b' }] },
    );
    expect(planned).toMatchObject({
      targets: [{ name: 'a', place: { foreach: 0, element: 0 } }],
      failures: [{ foreach: 0, element: 2 }],
    });
  });

  it('shows what it would make, with the variables', () => {
    const planned = plan({ ...secret, name: '{{ request.object.data.n }}' });
    expect(planned.nodes.at(-1)).toMatchObject({
      label: 'generate',
      variables: [{ expression: 'request.object.data.n', value: 'one' }],
    });
  });
});

describe('the error of a foreach rule', () => {
  it('joins elements and lists as Kyverno does', () => {
    expect(
      formatForEachFailures('fe', [
        { foreach: 0, element: 0, error: 'x' },
        { foreach: 0, element: 1, error: 'y' },
        { foreach: 1, error: 'z' },
      ]),
    ).toBe(
      'failed to process 0 foreach in rule fe: failed to process 0 element: x; failed to process 1 element: y; failed to evaluate 1 foreach list: z',
    );
    expect(formatForEachFailures('fe', [])).toBeUndefined();
  });
});
