import { getList, getString, type Json } from '../../base/json.ts';
import { containsWildcard, matchWildcard } from '../../kubernetes/wildcard.ts';
import { child, type FieldPath, item } from './field-error.ts';
import { type Problem, problem } from './problem.ts';

const ACTIONS = ['enforce', 'audit', 'Enforce', 'Audit'];

/** Whether overrides of the failure action say two things of one namespace (lifecycle F.1, 7). */
export function checkOverrides(overrides: readonly Json[], path: FieldPath): Problem | undefined {
  const names = { enforce: new Set<string>(), audit: new Set<string>() };
  const patterns = { enforce: new Set<string>(), audit: new Set<string>() };
  for (const [index, override] of overrides.entries()) {
    const action = getString(override, 'action') ?? '';
    const place = child(item(path, index), 'namespaces');
    if (!ACTIONS.includes(action)) return problem('invalid action', [...item(path, index).path, 'action']);
    const mode = action.toLowerCase() === 'enforce' ? 'enforce' : 'audit';
    const other = mode === 'enforce' ? 'audit' : 'enforce';
    const namespaces = getList(override, 'namespaces').map(String);
    const plain = namespaces.filter((name) => !containsWildcard(name));
    const shared = [...new Set(plain.filter((name) => names[other].has(name)))].toSorted();
    if (shared.length > 0)
      return problem(`conflicting namespaces found in path: ${place.text}: ${shared.join(', ')}`, place.path);
    for (const name of namespaces) (containsWildcard(name) ? patterns : names)[mode].add(name);
    const conflict = findConflict(names, patterns);
    if (conflict !== undefined) return problem(`path: ${place.text}: ${conflict}`, place.path);
  }
  return undefined;
}

interface Sides {
  readonly enforce: ReadonlySet<string>;
  readonly audit: ReadonlySet<string>;
}

function findConflict(names: Sides, patterns: Sides): string | undefined {
  return (
    firstMatch(patterns.audit, names.enforce, 'matches with namespace') ??
    firstMatch(patterns.enforce, names.audit, 'matches with namespace') ??
    firstMatch(patterns.audit, patterns.enforce, 'conflicts with the pattern') ??
    firstMatch(patterns.enforce, patterns.audit, 'conflicts with the pattern')
  );
}

function firstMatch(
  patterns: ReadonlySet<string>,
  texts: ReadonlySet<string>,
  verb: string,
): string | undefined {
  for (const text of [...texts].toSorted())
    for (const pattern of [...patterns].toSorted())
      if (matchWildcard(pattern, text)) return `wildcard pattern '${pattern}' ${verb} '${text}'`;
  return undefined;
}
