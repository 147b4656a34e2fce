import { get, getList, getString, type Json } from '../base/json.ts';
import type { ApiServer, ResourceInfo } from '../cluster/api.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import { formatApiVersion, gvkOf } from '../kubernetes/object.ts';
import { containsWildcard, matchWildcard } from '../kubernetes/wildcard.ts';
import { type Behaviour, behaviourOf } from '../kyverno/behaviour.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import {
  ADMISSION_CONTROLLER,
  BACKGROUND_CONTROLLER,
  REPORTS_CONTROLLER,
} from '../kyverno/service-accounts.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';

/** What the permission checks of the policy webhook find (lifecycle F.5; versions.md, F.5). */
export interface PermissionFindings {
  readonly error?: string;
  readonly warnings: readonly string[];
}

/** The server as the checks see it: its authoriser, and the discovery that Kyverno has cached. */
export type PermissionServer = Pick<ApiServer, 'authorize' | 'discovery'>;

/** What Kyverno's service accounts may do for one rule: to its targets, and to watch what it matches. */
export function checkRulePermissions(
  server: PermissionServer,
  behaviour: Behaviour,
  rule: Rule,
  index: number,
): PermissionFindings {
  const isLooked = rule.type !== 'mutate' || looksAtTargets(rule);
  const warnings = behaviour.checksReportPermissions && isLooked ? reportWarnings(server, rule) : [];
  const found = rule.type === 'mutate' ? checkMutate(server, rule) : checkGenerate(server, behaviour, rule);
  return found === undefined
    ? { warnings }
    : { error: `path: spec.rules[${index}].${rule.type}.${found.at}.: ${found.error}`, warnings };
}

interface PermissionProblem {
  /** Kyverno's path below the action. */
  readonly at: string;
  readonly error: string;
}

function checkGenerate(
  server: PermissionServer,
  behaviour: Behaviour,
  rule: Rule,
): PermissionProblem | undefined {
  if (rule.type !== 'generate') return undefined;
  const generate = get(rule.raw, 'generate');
  const foreach = getList(generate, 'foreach');
  const synchronize = get(generate, 'synchronize') === true;
  for (const body of foreach.length > 0 ? foreach : [generate ?? {}]) {
    const error = checkTarget(server, behaviour, body, synchronize);
    if (error !== undefined) return { at: foreach.length > 0 ? 'foreach' : '', error };
  }
  return undefined;
}

/** A rule with foreach is let pass without a look at its targets (policy/mutate/validate.go). */
const looksAtTargets = (rule: Rule): boolean => getList(get(rule.raw, 'mutate'), 'foreach').length === 0;

/** Targets of mutate-existing rules; all that is missing is told, but an unknown kind ends the search. */
function checkMutate(server: PermissionServer, rule: Rule): PermissionProblem | undefined {
  const mutate = get(rule.raw, 'mutate');
  if (!looksAtTargets(rule)) return undefined;
  const missing: string[] = [];
  for (const target of getList(mutate, 'targets')) {
    const checked = checkMutateTarget(server, target);
    if (checked.unknown !== undefined) return forTargets([checked.unknown]);
    if (checked.missing !== undefined) missing.push(checked.missing);
  }
  return missing.length === 0 ? undefined : forTargets(missing);
}

const forTargets = (errors: readonly string[]): PermissionProblem => ({
  at: 'targets',
  error: `auth check fails, additional privileges are required for the service account '${BACKGROUND_CONTROLLER.username}': ${errors.join('; ')}`,
});

interface TargetCheck {
  readonly unknown?: string | undefined;
  readonly missing?: string | undefined;
}

function checkMutateTarget(server: PermissionServer, target: Json): TargetCheck {
  const text = getString(target, 'kind') ?? '';
  if (text.includes('{{')) return {};
  const { kind, subresource } = parseKindSelector(text);
  const apiVersion = getString(target, 'apiVersion') ?? '';
  const written = `${apiVersion}/${kind}`;
  const info =
    server.discovery().byKind(gvkOf({ apiVersion, kind })) ??
    (containsWildcard(apiVersion) ? kindOf(server, written) : undefined);
  if (info === undefined) return { unknown: `failed to get GVR for kind ${written}` };
  const namespace = getString(target, 'namespace') ?? '';
  const name = getString(target, 'name') ?? '';
  const asked = `${written}${subresource === '' ? '' : `/${subresource}`}`;
  const verbs = ['get', 'update'];
  return {
    missing: requires(server, BACKGROUND_CONTROLLER, verbs, info, namespace, asked, { name, subresource }),
  };
}

function checkTarget(
  server: PermissionServer,
  behaviour: Behaviour,
  body: Json,
  synchronize: boolean,
): string | undefined {
  const cloneKind = getList(get(body, 'cloneList'), 'kinds')[0];
  const kind = cloneKind === undefined ? (getString(body, 'kind') ?? '') : String(cloneKind);
  const apiVersion = getString(body, 'apiVersion') ?? '';
  const namespace = getString(body, 'namespace') ?? '';
  const text = cloneKind === undefined ? `${apiVersion}/${kind}` : kind;
  if (kind === '' || text.includes('{{')) return undefined;
  const info =
    cloneKind === undefined
      ? server.discovery().byKind(gvkOf({ apiVersion, kind }))
      : kindOf(server, String(cloneKind));
  if (info === undefined) return `failed to get GVR for kind ${text}`;
  const asked = `${formatApiVersion(info)}/${info.kind}`;
  if (synchronize && !behaviour.updateRequestPerRule) {
    const error = requires(server, ADMISSION_CONTROLLER, ['list', 'get'], info, namespace, asked);
    if (error !== undefined) return error;
  }
  if (behaviour.updateRequestPerRule) return legacyCheck(server, info, namespace, asked, synchronize);
  const verbs = synchronize ? ['get', 'create', 'update', 'delete'] : ['get', 'create'];
  return requires(server, BACKGROUND_CONTROLLER, verbs, info, namespace, asked);
}

/** What an access check asks for besides kind and namespace; empty texts ask for any. */
interface Narrowed {
  readonly name?: string;
  readonly subresource?: string;
}

function missingVerbs(
  server: PermissionServer,
  user: UserInfo,
  verbs: readonly string[],
  info: ResourceInfo,
  namespace: string,
  { name = '', subresource = '' }: Narrowed = {},
): readonly string[] {
  const { group, resource } = info;
  const place = {
    group,
    resource,
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' ? {} : { name }),
    ...(subresource === '' || subresource === '*' ? {} : { subresource }),
  };
  return verbs.filter((verb) => !server.authorize(user, { verb, ...place }));
}

/** The namespace is printed as it is written, variables and all. */
function requires(
  server: PermissionServer,
  user: UserInfo,
  verbs: readonly string[],
  info: ResourceInfo,
  namespace: string,
  text: string,
  narrowed: Narrowed = {},
): string | undefined {
  const missing = missingVerbs(server, user, verbs, info, namespace, narrowed);
  if (missing.length === 0) return undefined;
  const place = namespace === '' ? '' : ` in namespace ${namespace}`;
  return `${user.username} requires permissions ${missing.join(',')} for resource ${text}${place}`;
}

/** Up to 1.12 the first verb that is missing is named, the rights to read being given anyhow. */
function legacyCheck(
  server: PermissionServer,
  info: ResourceInfo,
  namespace: string,
  text: string,
  synchronize: boolean,
): string | undefined {
  const verbs = synchronize ? ['create', 'update', 'get', 'delete'] : ['create', 'get'];
  const [missing] = missingVerbs(server, BACKGROUND_CONTROLLER, verbs, info, namespace);
  return missing === undefined
    ? undefined
    : `${BACKGROUND_CONTROLLER.username} does not have permissions to '${missing}' resource ${text}/${namespace}/. Grant proper permissions to the background controller`;
}

function kindOf(server: PermissionServer, text: string): ResourceInfo | undefined {
  const selector = parseKindSelector(text);
  return server
    .discovery()
    .resources.find(
      (info) =>
        matchWildcard(selector.group, info.group) &&
        matchWildcard(selector.version, info.version) &&
        selector.kind === info.kind,
    );
}

/** Kinds that the reports controller may not watch. */
function reportWarnings(server: PermissionServer, rule: Rule): readonly string[] {
  const match = get(rule.raw, 'match');
  const kinds = [match, ...getList(match, 'any'), ...getList(match, 'all')].flatMap((filter) =>
    getList(get(filter, 'resources'), 'kinds').map(String),
  );
  if (rule.type === 'mutate' && kinds.some((kind) => containsWildcard(kind))) return [];
  return [...new Set(kinds)].flatMap((kind) => {
    const info = kindOf(server, kind);
    if (info === undefined) return [];
    return requires(server, REPORTS_CONTROLLER, ['get', 'list', 'watch'], info, '', kind) ?? [];
  });
}

const MIGRATION =
  'is deprecated and will be removed in a future release; migrate to ValidatingPolicy, MutatingPolicy, GeneratingPolicy or ImageValidatingPolicy (policies.kyverno.io), see https://kyverno.io/docs/guides/migration-to-cel/';
const NAMESPACED_MIGRATION =
  'is deprecated and will be removed in a future release; migrate to NamespacedValidatingPolicy, NamespacedMutatingPolicy, NamespacedGeneratingPolicy or NamespacedImageValidatingPolicy (policies.kyverno.io), see https://kyverno.io/docs/guides/migration-to-cel/';

/** What kubectl is warned of when it writes an object of this kind to this Kyverno; undefined if of nothing. */
export function writeWarning(apiVersion: string, kind: string, version: KyvernoVersion): string | undefined {
  const isClassic = apiVersion.startsWith('kyverno.io/') && (kind === 'ClusterPolicy' || kind === 'Policy');
  return isClassic && behaviourOf(version).warnsOfDeprecatedPolicies ? deprecationWarning(kind) : undefined;
}

/** The warning on every write of a classic policy since 1.19 (lifecycle A.12). */
export const deprecationWarning = (kind: Policy['kind']): string =>
  `${kind} (kyverno.io) ${kind === 'ClusterPolicy' ? MIGRATION : NAMESPACED_MIGRATION}`;
