import { expect, test } from 'vitest';
import { oncePerObject, rememberRecent } from './remember.ts';

test('an object is prepared once, another one with the same content anew', () => {
  let prepared = 0;
  const plan = oncePerObject((key: { readonly a: number }) => {
    prepared += 1;
    return { doubled: key.a * 2 };
  });
  const key = { a: 2 };
  expect(plan(key)).toBe(plan(key));
  expect(prepared).toBe(1);
  expect(plan({ a: 2 })).toEqual({ doubled: 4 });
  expect(prepared).toBe(2);
});

test('texts asked for lately are remembered, others are forgotten, and the answers stay the same', () => {
  const computed: string[] = [];
  const length = rememberRecent(2, (text) => {
    computed.push(text);
    return { length: text.length };
  });
  for (const text of ['a', 'a', 'bb', 'a', 'ccc', 'bb']) expect(length(text).length).toBe(text.length);
  expect(computed).toEqual(['a', 'bb', 'ccc']);
  for (const text of ['1', '2', '3', '4', '5', 'a']) length(text);
  expect(computed.filter((text) => text === 'a')).toHaveLength(2);
});

test('a very long text is answered and not kept', () => {
  let computed = 0;
  const count = rememberRecent(2, (text) => {
    computed += 1;
    return { length: text.length };
  });
  const long = 'x'.repeat(100_000);
  expect(count(long)).toEqual(count(long));
  expect(computed).toBe(2);
});
