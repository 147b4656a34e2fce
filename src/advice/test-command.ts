import { getList } from '../base/json.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { Scenario } from '../simulation/scenario.ts';
import type { Advice } from './advice.ts';
import { type RulePlace, resourceFilters } from './rule-places.ts';
import { formatBlock } from './yaml-text.ts';

/** The third practice: what to type to try these policies with the Kyverno CLI before they are committed. */
export function adviseTest(scenario: Scenario, rules: readonly RulePlace[]): readonly Advice[] {
  const policyFiles = unique(
    rules.flatMap(({ document }) => (document === undefined ? [] : [document.file])),
  );
  const resources = triggers(scenario, policyFiles);
  const [first] = rules;
  if (first === undefined || policyFiles.length === 0 || resources.size === 0) return [];
  const flags = [...resources.keys()].map((name) => ` \\\n  --resource ${name}`).join('');
  const update = onlyUpdates(rules) ? ' \\\n  --set request.operation=UPDATE' : '';
  const inline = [...resources].flatMap(([name, documents]) => writeInline(name, documents));
  const apply = `kyverno apply ${policyFiles.join(' ')}${flags}${update}`;
  return [
    {
      code: 'advice-test-locally',
      severity: 'advice',
      title: 'Test before you commit',
      message:
        'The Kyverno CLI evaluates the same policies against the same objects without a cluster: it shows what a rule matches and would generate, but no background processing.',
      ...(first.document === undefined ? {} : { location: first.document.locate(['metadata', 'name']) }),
      events: [],
      snippets: [{ title: 'kyverno apply', language: 'shell', text: [...inline, apply, ''].join('\n') }],
    },
  ];
}

const unique = (items: readonly string[]): readonly string[] => [...new Set(items)];

/** Objects that steps create or apply, by file name as kubectl speaks of it. */
function triggers(
  scenario: Scenario,
  policyFiles: readonly string[],
): ReadonlyMap<string, readonly ManifestDocument[]> {
  const found = new Map<string, readonly ManifestDocument[]>();
  for (const { action } of scenario.steps) {
    if (action.type !== 'kubectl' || !['create', 'apply', 'replace'].includes(action.argv[0] ?? '')) continue;
    for (const [name, documents] of Object.entries(action.files))
      if (!policyFiles.includes(name)) found.set(name, documents);
  }
  return found.size > 0 ? found : clusterFiles(scenario, policyFiles);
}

/** Without an object of a step: the files of what exists before. */
function clusterFiles(
  scenario: Scenario,
  policyFiles: readonly string[],
): ReadonlyMap<string, readonly ManifestDocument[]> {
  const files = new Map<string, ManifestDocument[]>();
  for (const document of scenario.before) {
    if (policyFiles.includes(document.file) || document.object?.kind === 'CustomResourceDefinition') continue;
    files.set(document.file, [...(files.get(document.file) ?? []), document]);
  }
  return files;
}

/** An object that stands in the Test itself has no file that the CLI could read: write one. */
function writeInline(name: string, documents: readonly ManifestDocument[]): readonly string[] {
  if (documents.every(({ file }) => file === name.replace(/^\.\//, ''))) return [];
  const text = documents.map(({ value }) => formatBlock(value, 0)).join('\n---\n');
  return [`cat > ${name} <<'EOF'\n${text}\nEOF`];
}

const onlyUpdates = (rules: readonly RulePlace[]): boolean =>
  rules
    .flatMap(({ rule }) => resourceFilters(rule.raw))
    .every(({ filter }) => {
      const operations = getList(filter, 'operations');
      return operations.length === 1 && operations[0] === 'UPDATE';
    });
