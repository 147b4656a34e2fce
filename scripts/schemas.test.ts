import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json } from '../src/base/json.ts';
import { get, getList, isObject } from '../src/base/json.ts';
import { refsOf } from './schema-definitions.ts';
import { SCHEMA_INDEX, schemaTexts } from './schema-texts.ts';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'public/schemas');
const crds = join(root, '../shared/oracle/cluster/base/crds-1.19');
const present = (name: string): string => readFileSync(join(folder, name), 'utf8');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

describe('the schemas of the editor', () => {
  it(`are made again byte for byte${existsSync(crds) ? '' : ' (the CRDs are absent: those of Kyverno are not made)'}`, () => {
    const { files: made, absent } = schemaTexts(crds, present(SCHEMA_INDEX));
    for (const [name, text] of made) expect(present(name) === text, name).toBe(true);
    if (!absent) expect([...made.keys()].sort()).toEqual(files.sort());
  });

  it('are made without the CRDs as well, with Kyverno’s kinds kept in the index', () => {
    const { files: made, absent } = schemaTexts(join(root, 'absent'), present(SCHEMA_INDEX));
    expect(absent).toBe(true);
    expect(made.get(SCHEMA_INDEX) === present(SCHEMA_INDEX)).toBe(true);
  });

  it('refer only to what their own file or its imports define', () => {
    const definitions = new Map<string, readonly string[]>();
    const imports = new Map<string, readonly string[]>();
    const parsed = files
      .filter((name) => name !== SCHEMA_INDEX)
      .map((name) => [name.replace(/\.json$/, ''), JSON.parse(present(name)) as Json] as const);
    for (const [name, json] of parsed) {
      definitions.set(name, Object.keys(get(json, 'definitions') ?? {}));
      imports.set(name, getList(json, 'imports').map(String));
    }
    for (const [name, json] of parsed) {
      const known = new Set(
        [name, ...(imports.get(name) ?? [])].flatMap((file) => definitions.get(file) ?? []),
      );
      expect(
        refsOf(get(json, 'definitions')).filter((ref) => !known.has(ref)),
        name,
      ).toEqual([]);
    }
  });

  it('have a definition for every kind of the index', () => {
    const index = JSON.parse(present(SCHEMA_INDEX)) as Json;
    for (const entry of getList(index, 'kinds')) {
      const [, kind, file, definition] = entry as readonly string[];
      expect(
        isObject(get(get(JSON.parse(present(`${file}.json`)) as Json, 'definitions'), definition ?? '')),
        kind,
      ).toBe(true);
    }
  });
});
