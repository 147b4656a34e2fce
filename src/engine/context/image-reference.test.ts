import { expect, test } from 'vitest';
import { identifierOf, parseReference } from './image-reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test.each([
  ['nginx', 'index.docker.io', 'library/nginx', 'latest', 'latest'],
  ['docker.io/nginx:1.2', 'index.docker.io', 'library/nginx', '1.2', '1.2'],
  ['a/b', 'index.docker.io', 'a/b', 'latest', 'latest'],
  ['localhost/b', 'localhost', 'b', 'latest', 'latest'],
  ['ghcr.io:443/a/b:v1', 'ghcr.io:443', 'a/b', 'v1', 'v1'],
  [`ghcr.io/a/b@${DIGEST}`, 'ghcr.io', 'a/b', '', DIGEST],
  [`ghcr.io/a/b:v1@${DIGEST}`, 'ghcr.io', 'a/b', '', `v1@${DIGEST}`],
])('%s', (text, registry, repository, tag, identifier) => {
  const reference = parseReference(text);
  expect(reference).toMatchObject({ registry, repository, tag });
  expect(reference && identifierOf(text, reference)).toBe(identifier);
});

test.each(['', 'Nginx', 'a b', 'a@sha256:1', 'a:b c', ':x', 'x'.repeat(3000)])(
  '%j is no reference',
  (text) => {
    expect(parseReference(text)).toBeUndefined();
  },
);
