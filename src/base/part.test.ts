import { expect, test } from 'vitest';
import { createPart, withParts } from './part.ts';

test('a run that meets a missing part begins anew with it', async () => {
  const part = createPart(async () => ({ double: (value: number) => value * 2 }));
  let runs = 0;
  const result = await withParts(() => {
    runs += 1;
    return part.get().double(21);
  });
  expect([result, runs]).toEqual([42, 2]);
  expect(part.get().double(1)).toBe(2);
});

test('without anybody to load it a missing part is a bug', () => {
  expect(() => createPart(async () => ({})).get()).toThrow('not loaded');
});

test('other failures go through', async () => {
  await expect(
    withParts(() => {
      throw new Error('a bug');
    }),
  ).rejects.toThrow('a bug');
});

test('a part that cannot be loaded fails the run', async () => {
  const part = createPart(() => Promise.reject(new Error('offline')));
  await expect(withParts(() => part.get())).rejects.toThrow('offline');
});
