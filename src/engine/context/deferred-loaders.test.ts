import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeferredLoaders, namesEntry } from './deferred-loaders.ts';

/** Loaders that note when they work, and ask for what they name. */
function loadersOf(
  entries: readonly { readonly name: string; readonly asks: string; readonly fails?: boolean }[],
) {
  const deferred = new DeferredLoaders();
  const log: number[] = [];
  for (const [index, { name, asks, fails }] of entries.entries()) {
    let loaded = false;
    deferred.add(
      {
        name,
        hasLoaded: () => loaded,
        load: () => {
          const error = deferred.loadMatching(asks, 0);
          if (error !== undefined) return `${name}: ${error}`;
          log.push(index);
          if (fails === true) return `${name} failed`;
          loaded = true;
          return undefined;
        },
      },
      0,
    );
  }
  return { deferred, log };
}

test('an entry is loaded after what it asks for, once', () => {
  const { deferred, log } = loadersOf([
    { name: 'a', asks: '' },
    { name: 'b', asks: 'a.x' },
    { name: 'c', asks: 'b' },
  ]);
  expect(deferred.loadMatching('c[0]', 0)).toBeUndefined();
  expect(deferred.loadMatching('c || a', 0)).toBeUndefined();
  expect(log).toEqual([0, 1, 2]);
});

test('of two entries of a name the later one has the last word', () => {
  const { deferred, log } = loadersOf([
    { name: 'a', asks: '' },
    { name: 'a', asks: 'a' },
  ]);
  deferred.loadMatching('a', 0);
  expect(log).toEqual([0, 1]);
});

test('the first error ends it, and is told through what asked', () => {
  const { deferred, log } = loadersOf([
    { name: 'a', asks: '', fails: true },
    { name: 'b', asks: 'a' },
    { name: 'c', asks: '' },
  ]);
  expect(deferred.loadMatching('b + c', 0)).toBe('b: a failed');
  expect(log).toEqual([0]);
});

test.each([
  ['a', true],
  ['a.b', true],
  ['length(a)', true],
  ['x.a', false],
  ['ab', false],
  ['ba', false],
  ['a-b', true],
  ['[?a]', true],
])('whether %s names a: %s', (query, named) => {
  expect(namesEntry(query, 'a')).toBe(named);
});

const names = fc.constantFrom('a', 'b', 'c', 'd');
const chains = fc.array(fc.record({ name: names, asks: names }), { maxLength: 8 });

test('no entry is loaded twice, none without being named, none by a later one', () => {
  fc.assert(
    fc.property(chains, fc.array(names, { maxLength: 4 }), (entries, queries) => {
      const { deferred, log } = loadersOf(entries);
      for (const query of queries) expect(deferred.loadMatching(query, 0)).toBeUndefined();
      expect(new Set(log).size).toBe(log.length);
      for (const index of log) {
        const name: string = entries[index]?.name ?? '';
        const asked = queries.some((query) => query === name);
        const byLater = entries.some((other, at) => at > index && other.asks === name && log.includes(at));
        expect(asked || byLater).toBe(true);
      }
      for (const query of queries)
        for (const [index, { name }] of entries.entries()) if (name === query) expect(log).toContain(index);
    }),
  );
});
