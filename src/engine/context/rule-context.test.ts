import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { ContextLoader } from '../policy-context.ts';
import { createContextOver, type RuleContext } from './rule-context.ts';

const environment = { now: 0, random: seededRandom(1), libraries: {} };

const missing = { error: 'the server could not find the requested resource' };

function contextOf(
  root: JsonObject,
  entries: readonly Json[] = [],
  loader: Partial<ContextLoader> = {},
  policyNamespace = '',
): RuleContext {
  const context = createContextOver({
    root,
    environment,
    policyNamespace,
    loader: {
      configMap: (_namespace, name) => ({ error: `configmaps "${name}" not found` }),
      apiCall: () => missing,
      service: () => missing,
      globalContext: () => missing,
      imageData: () => missing,
      ...loader,
    },
  });
  context.addEntries(entries);
  return context;
}

const request: JsonObject = {
  operation: 'CREATE',
  object: { kind: 'ConfigMap', metadata: { name: 'cm' }, data: { a: '1' }, list: [1, 2] },
  oldObject: { metadata: { name: 'old' } },
};

describe('a variable', () => {
  const context = contextOf({ request, key: 'data', inner: '{{ key }}', list: ['x'] });
  test.each<readonly [Json, Json]>([
    ['{{ request.object.list }}', [1, 2]],
    ['n-{{ request.object.metadata.name }}', 'n-cm'],
    ['{{ request.object.{{ key }}.a }}', '1'],
    ['{{ inner }}', '{{ key }}'],
    ['x{{ inner }}', 'xdata'],
    ['x{{- inner }}', 'x{{ key }}'],
    ['\\{{ key }}', '{{ key }}'],
    [{ '{{ key }}': 'v' }, { data: 'v' }],
    [
      { a: '$(./../b)', b: 'x' },
      { a: 'x', b: 'x' },
    ],
    ['x{{ missing || list }}', 'x["x"]'],
  ])('%j becomes %j', (document, value) => {
    expect(context.substitute(document)).toEqual({ value });
  });

  test('that cannot be resolved says where', () => {
    expect(context.substitute({ a: ['{{ request.object.data.nokey }}'] })).toEqual({
      error:
        'failed to resolve request.object.data.nokey at path /a/0: JMESPath query failed: Unknown key "nokey" in path',
    });
  });

  test('reads the old object on DELETE', () => {
    const deleting = contextOf({ request: { ...request, operation: 'DELETE' } });
    expect(deleting.substitute('{{ request.object.metadata.name }}')).toEqual({ value: 'old' });
  });

  test('is noted with its value for explanations', () => {
    context.drainUsed();
    context.substitute(['{{ key }}', '{{ nothing }}']);
    expect(context.drainUsed()).toEqual([
      { expression: 'key', value: 'data' },
      { expression: 'nothing', error: 'JMESPath query failed: Unknown key "nothing" in path' },
    ]);
    expect(context.used).toEqual([]);
  });

  test('whose value holds itself ends with an error', () => {
    const endless = contextOf({ a: 'x{{ a }}', b: ['{{ b }}'], c: '{{ c }}{{ c }}' });
    for (const name of ['x{{ a }}', '{{ b }}', 'x{{ c }}'])
      expect(endless.substitute(name)).toHaveProperty('error');
  });

  test('leaves documents without variables as they are, the same object', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        const text = JSON.stringify(document);
        fc.pre(!text.includes('{{') && !text.includes('$('));
        const substituted = context.substitute(document as Json);
        expect('value' in substituted && substituted.value).toBe(document);
      }),
    );
  });

  test('once substituted, substituting again changes nothing', () => {
    const leaf = fc.constantFrom(
      '{{ key }}',
      'a-{{ key }}-b',
      '{{ list }}',
      '{{ request.object.data }}',
      'x',
      '$',
    );
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.constantFrom('a', 'b', '{{ key }}'), leaf)), (document) => {
        const once = context.substitute(document);
        expect('value' in once && context.substitute(once.value)).toEqual(once);
      }),
    );
  });

  test('named __proto__ pollutes nothing', () => {
    const hostile = contextOf({ name: '__proto__', value: { polluted: true } });
    const substituted = hostile.substitute({ '{{ name }}': '{{ value }}' });
    expect(substituted).toEqual({ value: JSON.parse('{"__proto__": {"polluted": true}}') });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('a context entry', () => {
  const cfg: Json = { name: 'cfg', configMap: { name: 'nope', namespace: 's16' } };

  test('that is not used never fails', () => {
    expect(contextOf({ request }, [cfg]).query('request.object.metadata.name')).toEqual({ value: 'cm' });
  });

  test.each<readonly [string, Json, string]>([
    [
      'cfg.data.x',
      cfg,
      'failed to retrieve config map for context entry cfg: failed to get configmap s16/nope : configmaps "nope" not found',
    ],
    [
      'v',
      { name: 'v', variable: { jmesPath: 'request.object.data.nokey' } },
      'failed to apply jmespath request.object.data.nokey to variable <nil>: JMESPath query failed: Unknown key "nokey" in path',
    ],
    [
      'v',
      { name: 'v', variable: { jmesPath: 'request.object.none || `null`' } },
      'failed to add context entry for variable v since it evaluated to nil',
    ],
    [
      'a',
      { name: 'a', apiCall: { urlPath: '/api/v1/nope' } },
      'failed to fetch data for APICall: failed to GET resource with raw url: /api/v1/nope: the server could not find the requested resource',
    ],
  ])('%s that cannot be loaded says so where it is used', (expression, entry, error) => {
    expect(contextOf({ request }, [entry]).query(expression)).toEqual({ error });
  });

  test('is loaded once, when first named as a word', () => {
    const asked: string[] = [];
    const context = contextOf(
      { request },
      [{ name: 'cfg', configMap: { name: 'c-{{ request.object.data.a }}' } }],
      {
        configMap: (namespace, name) => {
          asked.push(`${namespace}/${name}`);
          return { value: { data: { x: 'y' }, metadata: {} } };
        },
      },
    );
    expect(context.query('request.cfg || `1`')).toEqual({ value: 1 });
    expect(asked).toEqual([]);
    expect(context.query('cfg.data.x')).toEqual({ value: 'y' });
    expect(context.query('cfg.data.x')).toEqual({ value: 'y' });
    expect(asked).toEqual(['default/c-1']);
  });

  test('sees earlier entries only', () => {
    const one: Json = { name: 'one', variable: { value: 'x' } };
    const two: Json = { name: 'two', variable: { value: '{{ one }}y' } };
    expect(contextOf({}, [one, two]).query('two')).toEqual({ value: 'xy' });
    expect(contextOf({}, [two, one]).query('two')).toEqual({
      error:
        'failed to substitute variables in context entry two {{ one }}y: failed to resolve one at path : JMESPath query failed: Unknown key "one" in path',
    });
  });

  test('takes its default when the path finds nothing', () => {
    const entry: Json = { name: 'v', variable: { jmesPath: 'request.object.data.z', default: 'd' } };
    expect(contextOf({ request }, [entry]).query('v')).toEqual({ value: 'd' });
  });

  test('of a Policy stays in its namespace', () => {
    const context = contextOf({ request }, [cfg], {}, 'team');
    expect(context.query('cfg')).toEqual({
      error:
        'failed to retrieve config map for context entry cfg: context entry cfg: configMap namespace "s16" is different from policy namespace "team"',
    });
  });

  test('applies the path of an API call to its answer', () => {
    const entry: Json = { name: 'n', apiCall: { urlPath: '/api/v1/pods', jmesPath: 'length(items)' } };
    const context = contextOf({}, [entry], { apiCall: () => ({ value: { items: [1, 2] } }) });
    expect(context.query('n')).toEqual({ value: 2 });
  });

  test('beyond two mebibytes is refused', () => {
    const entry: Json = { name: 'v', variable: { value: 'x'.repeat(3_000_000) } };
    expect(contextOf({}, [entry]).query('v')).toEqual({
      error: 'context size limit exceeded: 3000002 bytes exceeds limit of 2097152 bytes',
    });
  });
});

describe('an element', () => {
  test('is there during its turn, with what its entries add', () => {
    const context = contextOf({ request });
    const seen = context.withElement({ name: 'e' }, 1, 0, (inner) => {
      inner.addEntries([{ name: 'v', variable: { value: '{{ element.name }}-{{ elementIndex0 }}' } }]);
      return inner.substitute(['{{ elementIndex }}', '{{ v }}', '{{ element0.name }}']);
    });
    expect(seen).toEqual({ value: [1, 'e-1', 'e'] });
    expect(context.query('element')).toHaveProperty('error');
    expect(context.query('v')).toHaveProperty('error');
  });

  test('has an index that is a Go int, so arithmetic refuses it', () => {
    const context = contextOf({ request });
    const sum = context.withElement('x', 3, 0, (inner) => inner.query('add(elementIndex, `1`)'));
    expect(sum).toEqual({ error: "JMESPath query failed: JMESPath function 'add': invalid operand" });
  });

  test('leaves an outer entry loaded that it used first', () => {
    let loads = 0;
    const context = contextOf({ request }, [cfgOf('cfg')], {
      configMap: () => {
        loads += 1;
        return { value: { data: { x: loads } } };
      },
    });
    for (const index of [0, 1])
      expect(context.withElement('e', index, 0, (inner) => inner.query('cfg.data.x'))).toEqual({ value: 1 });
    expect(context.query('cfg.data.x')).toEqual({ value: 1 });
  });
});

const cfgOf = (name: string): Json => ({ name, configMap: { name } });

test('images are listed by container when asked for', () => {
  const pod: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'nginx:1.2' }] },
  };
  const context = createContextOver({ root: { request: { object: pod } }, environment, object: pod });
  expect(context.query('images.containers.c.[registry, path, tag, jsonPointer]')).toEqual({
    value: ['docker.io', 'nginx', '1.2', '/spec/containers/0/image'],
  });
});

test('other objects are seen while they are set', () => {
  const context = contextOf({ request });
  const object: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } };
  const seen = context.withObjects(object, undefined, 'CREATE', (inner) =>
    inner.query('request.[object.metadata.name, operation]'),
  );
  expect(seen).toEqual({ value: ['other', 'CREATE'] });
  expect(context.query('request.object.metadata.name')).toEqual({ value: 'cm' });
});
