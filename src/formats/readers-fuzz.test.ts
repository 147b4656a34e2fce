import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../base/json.ts';
import { parseFile } from '../manifest/parse.ts';
import { readContextFile } from './context-file.ts';
import { readScenario } from './read-scenario.ts';
import { readMockFields, readValuesFile } from './values-file.ts';

const WORDS = [
  'apiCallResponses',
  'globalContextEntries',
  'globalValues',
  'policies',
  'rules',
  'values',
  'foreachValues',
  'subresources',
  'subresource',
  'namespaceSelector',
  'labels',
  'spec',
  'images',
  'image',
  'resources',
  'resourceFiles',
  'projections',
  'name',
  'path',
  'url',
  'URLPATH',
  'method',
  'response',
  'statusCode',
  'body',
  'data',
  '__proto__',
  'constructor',
];
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, 7, 1.5, '', 'GET', '/a', 'https://a.example', '../x', 'kind'),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...WORDS), tie('tree'), { maxKeys: 6 }),
  ),
}));

test('readers of mocks take any tree, pollute nothing and say where', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...WORDS), tree),
      fc.constantFrom('Values', 'Context'),
      (body, kind) => {
        const text = JSON.stringify({ apiVersion: 'cli.kyverno.io/v1alpha1', kind, ...body });
        const parsed = parseFile({ path: 'mocks.yaml', text });
        const diagnostics = parsed.documents.flatMap((document) => [
          ...readValuesFile(document).diagnostics,
          ...readContextFile(document).diagnostics,
          ...readMockFields(document).diagnostics,
        ]);
        const scenario = readScenario([parsed]);
        for (const { message, location } of [...diagnostics, ...scenario.diagnostics]) {
          expect(message).not.toContain('undefined');
          expect(location?.file).toBe('mocks.yaml');
        }
        for (const { url, statusCode } of scenario.mocks.apiCallResponses)
          expect(url !== '' && statusCode >= 100 && statusCode <= 599).toBe(true);
        expect(Object.keys(Object.prototype)).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});
