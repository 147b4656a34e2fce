import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  diagnosePolicies,
  KYVERNO_VERSIONS,
  parseFile,
  readClusterBase,
  readScenario,
  runScenario,
} from '../../src/index.ts';
import { KYVERNO_FILE, KYVERNO_TEMPLATE } from './kyverno-template.ts';

const baseOf = (version: (typeof KYVERNO_VERSIONS)[number]) => {
  const path = join(import.meta.dirname, `../../public/cluster/base-${version}.json`);
  const base = readClusterBase(JSON.parse(readFileSync(path, 'utf8')), version);
  if (base === undefined) throw new Error('no base');
  return base;
};
const file = { path: KYVERNO_FILE, text: KYVERNO_TEMPLATE };

describe('the template of kyverno.yaml', () => {
  it('is read without a diagnostic from 1.12 on', () => {
    const parsed = parseFile(file);
    expect([...parsed.diagnostics, ...readScenario([parsed]).diagnostics]).toEqual([]);
    for (const version of KYVERNO_VERSIONS.slice(1))
      expect(diagnosePolicies(parsed.documents, { version, base: baseOf(version) }), version).toEqual([]);
  });

  it('differs in nothing from the chart', () => {
    const { trace } = runScenario([file], { version: '1.19', seed: 1, base: baseOf('1.19') });
    expect(trace?.settings).toBeUndefined();
  });
});
