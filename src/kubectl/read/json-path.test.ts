import { describe, expect, it } from 'vitest';
import { fillJsonPath, parseJsonPath } from './json-path.ts';

const pods = {
  kind: 'List',
  items: [
    { name: 'a', spec: { n: 1, tags: ['x', 'y'] }, labels: { 'app.kubernetes.io/name': 'one' } },
    { name: 'b', spec: { n: 2, tags: ['z'] } },
  ],
};
function fill(template: string): string {
  const parsed = parseJsonPath(template);
  return 'error' in parsed ? `error: ${parsed.error}` : fillJsonPath(parsed.template, pods);
}

describe("kubectl's JSONPath", () => {
  it.each([
    ['{.kind}', 'List'],
    ['kind is {.kind}', 'kind is List'],
    ['{.items[*].name}', 'a b'],
    ['{.items[0].name}{"\\n"}', 'a\n'],
    ['{.items[-1:].name}', 'b'],
    ['{.items[0:2].spec.n}', '1 2'],
    ['{.items[?(@.spec.n > 1)].name}', 'b'],
    ['{.items[?(@.name == "a")].spec.tags[*]}', 'x y'],
    ['{.items[?(@.labels)].name}', 'a'],
    ['{..n}', '1 2'],
    [`{.items[0]['name']}`, 'a'],
    ['{.items[0].labels.app\\.kubernetes\\.io/name}', 'one'],
    ['{range .items[*]}{.name}={.spec.n};{end}', 'a=1;b=2;'],
    ['{.items[0].spec}', '{"n":1,"tags":["x","y"]}'],
    ['{.items[0]["name","kind"]}', 'a'],
    ['{.missing.deeper}', ''],
    ['{$.kind}', 'List'],
    ['{@.kind}', 'List'],
  ])('%s is %j', (template, text) => {
    expect(fill(template)).toBe(text);
  });

  it.each(['{.items[', '{range .items[*]}', '{end}', '{.items[?(@.a==}', '{.a[x]}', '{&}'])(
    '%s is refused with a text',
    (template) => {
      expect(fill(template)).toMatch(/^error: ./);
    },
  );
});
