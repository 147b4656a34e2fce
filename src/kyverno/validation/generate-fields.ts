import { get, getList, getObject, getString, type Json } from '../../base/json.ts';
import { goJson, toGoStruct } from '../go-types.ts';
import { child, type FieldPath, forbidden, item } from './field-error.ts';
import type { Problem } from './problem.ts';

/** What the checks of a generate rule need to know. */
export interface GenerateScope {
  readonly namespaced: boolean;
  readonly policyNamespace: string;
  isClusterScoped(kind: string): boolean;
  hasVariables(text: string): boolean;
}

export interface GenerateFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Checks of a generate rule (Generation.Validate; lifecycle F.2). Paths in the texts are those of the rule, without `generate`. */
export function checkGenerate(generate: Json, rule: FieldPath, scope: GenerateScope): GenerateFindings {
  const foreach = getList(generate, 'foreach');
  const patterns = [
    get(generate, 'data') !== undefined,
    Object.keys(getObject(generate, 'clone')).length > 0,
    getList(generate, 'cloneList', 'kinds').length > 0,
    foreach.length > 0,
  ].filter(Boolean);
  if (patterns.length > 1)
    return {
      problems: [
        forbidden(
          { text: rule.text, path: [...rule.path, 'generate'] },
          'only one of generate patterns(data, clone, cloneList and foreach) can be specified',
        ),
      ],
      warnings: [],
    };
  if (foreach.length === 0) {
    const real: FieldPath = { text: rule.text, path: [...rule.path, 'generate'] };
    return checkPattern(generate, real, scope);
  }
  const found = foreach.map((pattern, index) =>
    checkPattern(pattern, item(child(rule, 'foreach', ['generate', 'foreach']), index), scope),
  );
  return { problems: found.flatMap((one) => one.problems), warnings: found.flatMap((one) => one.warnings) };
}

function checkPattern(pattern: Json, path: FieldPath, scope: GenerateScope): GenerateFindings {
  const text = (name: string): string => getString(pattern, name) ?? '';
  const problems: Problem[] = [];
  const gvk = `${text('apiVersion')}/${text('kind')}`;
  const mismatch = scope.namespaced ? scopeMismatch(pattern, gvk, scope) : undefined;
  if (mismatch !== undefined)
    problems.push(forbidden(child(path, 'namespace'), `target resource scope mismatched: ${mismatch} `));
  if (text('kind') !== '')
    problems.push(...checkNamespace(text('namespace'), scope.isClusterScoped(gvk), path));
  const kinds = getList(pattern, 'cloneList', 'kinds').map(String);
  if (kinds.length === 0)
    for (const name of ['kind', 'name', 'apiVersion'])
      if (text(name) === '') problems.push(forbidden(child(path, name), `${name} can not be empty`));
  problems.push(...checkCloneList(pattern, kinds, child(path, 'cloneList'), scope));
  const source = toGoStruct('GeneratePattern', {
    kind: text('kind'),
    apiVersion: text('apiVersion'),
    clone: getObject(pattern, 'clone'),
    cloneList: getObject(pattern, 'cloneList'),
  });
  const warning = `variables in ${path.text}.clone/cloneList would lead to incorrect synchronization behavior`;
  return { problems, warnings: scope.hasVariables(goJson(source)) ? [warning] : [] };
}

function checkNamespace(namespace: string, isClusterScoped: boolean, path: FieldPath): readonly Problem[] {
  if (isClusterScoped && namespace !== '')
    return [
      forbidden(child(path, 'namespace'), 'target namespace must not be set for a cluster-wide resource'),
    ];
  if (!isClusterScoped && namespace === '')
    return [forbidden(child(path, 'namespace'), 'target namespace must be set for a namespaced resource')];
  return [];
}

/** What a namespaced policy may not generate. */
function scopeMismatch(pattern: Json, gvk: string, scope: GenerateScope): string | undefined {
  const expected = scope.policyNamespace;
  if (scope.isClusterScoped(gvk)) return `the target must be a namespaced resource: ${gvk}`;
  const namespace = getString(pattern, 'namespace') ?? '';
  if (namespace !== expected)
    return `a namespaced policy cannot generate resources in other namespaces, expected: ${expected}, received: ${namespace}`;
  const source = getString(pattern, 'clone', 'namespace') ?? '';
  if ((getString(pattern, 'clone', 'name') ?? '') !== '' && source !== expected)
    return `a namespaced policy cannot clone resources from other namespaces, expected: ${expected}, received: ${source}`;
  return undefined;
}

function checkCloneList(
  pattern: Json,
  kinds: readonly string[],
  path: FieldPath,
  scope: GenerateScope,
): readonly Problem[] {
  const [first, ...others] = kinds;
  if (first === undefined) return [];
  const namespace = getString(pattern, 'cloneList', 'namespace') ?? '';
  const problems: Problem[] = [];
  if (scope.namespaced)
    for (const kind of kinds) {
      if (scope.isClusterScoped(kind))
        problems.push(
          forbidden(child(path, 'kinds'), `the source in cloneList must be a namespaced resource: ${kind}`),
        );
      if (namespace !== scope.policyNamespace)
        problems.push(
          forbidden(
            child(path, 'namespace'),
            `a namespaced policy cannot clone resources from other namespace, expected: ${scope.policyNamespace}, received: ${namespace}`,
          ),
        );
    }
  const isClusterWide = scope.isClusterScoped(first);
  if (others.some((kind) => scope.isClusterScoped(kind) !== isClusterWide))
    problems.push(forbidden(child(path, 'kinds'), 'mixed scope of target resources is forbidden'));
  if (!isClusterWide && namespace === '')
    problems.push(
      forbidden(child(path, 'namespace'), 'namespace is required for namespaced target resources'),
    );
  else if (isClusterWide && !scope.namespaced && namespace !== '')
    problems.push(
      forbidden(child(path, 'namespace'), 'namespace is forbidden for cluster-wide target resources'),
    );
  return problems;
}
