import { expect, test } from 'vitest';
import { createShelf, type KeyValue } from './local.ts';

function memory(capacity = Number.POSITIVE_INFINITY): KeyValue {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key),
    set: (key, value) => {
      if (value.length > capacity) return false;
      values.set(key, value);
      return true;
    },
    remove: (key) => void values.delete(key),
  };
}

test('what is kept can be read again, the newest first', () => {
  let time = 0;
  const shelf = createShelf(memory(), () => (time += 1));
  shelf.keep('one', { a: 1 });
  shelf.keep('two', { a: 2 });
  const [newest, oldest] = shelf.list();
  expect(newest?.name).toBe('two');
  expect(shelf.read(oldest?.id ?? '')).toEqual({ a: 1 });
});

test('the same work kept twice is one item', () => {
  let time = 0;
  const shelf = createShelf(memory(), () => (time += 1));
  shelf.keep('one', { a: 1 });
  shelf.keep('one', { a: 1 });
  expect(shelf.list()).toHaveLength(1);
});

test('full storage says so and loses nothing that was there', () => {
  const shelf = createShelf(memory(40));
  expect(shelf.saveCurrent({ a: 1 })).toBe(true);
  expect(shelf.saveCurrent({ a: 'x'.repeat(100) })).toBe(false);
  expect(shelf.readCurrent()).toEqual({ a: 1 });
});

test('text that is no JSON counts as nothing', () => {
  const store = memory();
  store.set('admission-studio/current', '{');
  store.set('admission-studio/kept', '[1, null]');
  expect(createShelf(store).readCurrent()).toBeUndefined();
  expect(createShelf(store).list()).toEqual([]);
});
