import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Json } from '../../../src/index.ts';
import { SchemaLibrary } from './library.ts';

const folder = resolve(import.meta.dirname, '../../../public/schemas');

/** For tests: the schemas that the page fetches, read from the disk. */
export function testLibrary(): SchemaLibrary {
  return new SchemaLibrary(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as Json);
}

/** A text with `¦` where the caret stands: the text without it, and the offset. */
export function withCaret(marked: string): { readonly text: string; readonly offset: number } {
  const offset = marked.indexOf('¦');
  if (offset < 0) throw new Error('no caret in the text');
  return { text: marked.replace('¦', ''), offset };
}
