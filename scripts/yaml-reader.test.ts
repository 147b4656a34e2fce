import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Rolldown } from 'vite';
import { afterAll, expect, test } from 'vitest';
import { parseFile } from '../src/manifest/parse.ts';
import { yamlReader } from './yaml-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'yaml-reader-'));
afterAll(() => rmSync(folder, { recursive: true }));

const manifest = join(import.meta.dirname, '../src/manifest');
const TEXTS = [
  'a: {b: [1, "2", c]}\n---\n- |\n  x\n- >\n  y\n',
  'a: !!set {x, y}\nb: !!omap [c: 1]\nc: !!binary aGk=\nd: !foo bar\n',
  'a: &x {b: 1}\nc: *x\nd: {<<: *x}\n',
  '%YAML 1.1\n---\na: yes\nb: 0o17\nc: 2001-01-01\n',
];

test('the reader that the build makes of the package reads as the package does', async () => {
  const [output] = (await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [yamlReader([manifest])],
    build: {
      outDir: folder,
      target: 'es2023',
      lib: { entry: join(manifest, 'parse.ts'), formats: ['es'], fileName: 'parse' },
    },
  })) as Rolldown.RolldownOutput[];
  const chunks = (output?.output ?? []).flatMap((one) => (one.type === 'chunk' ? [one] : []));
  const modules = chunks.flatMap((chunk) => Object.keys(chunk.modules));
  const yaml = modules.filter((id) => /node_modules.yaml/.test(id));
  expect(yaml.length).toBeGreaterThan(20);
  expect(yaml.every((id) => id.endsWith('?read'))).toBe(true);
  expect(yaml.filter((id) => /yaml-1\.1/.test(id))).toEqual([]);

  const entry = chunks.find((chunk) => chunk.isEntry)?.fileName ?? '';
  const built = (await import(
    pathToFileURL(join(folder, entry)).href
  )) as typeof import('../src/manifest/parse.ts');
  const read = (parse: typeof parseFile) =>
    TEXTS.map((text) => {
      const { documents, diagnostics } = parse({ path: 'a.yaml', text });
      return { values: documents.map(({ value, location }) => ({ value, location })), diagnostics };
    });
  expect(read(built.parseFile)).toEqual(read(parseFile));
});
