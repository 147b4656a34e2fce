import type { ResourceInfo } from '../cluster/api.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import { formatApiVersion } from '../kubernetes/object.ts';
import { matchWildcard } from '../kubernetes/wildcard.ts';
import type { PolicyValidationEnvironment } from '../kyverno/validate-policy.ts';

const REMEMBERED = 1000;

/** Served resources as the checks of policies ask for them, by kind selectors (`Pod`, `apps/v1/Deployment`, `Pod/exec`). */
export function kindLookup(
  resources: readonly ResourceInfo[],
): Required<Pick<PolicyValidationEnvironment, 'isClusterScoped' | 'findKind'>> {
  const known = new Map<string, readonly ResourceInfo[]>();
  const named = (text: string): readonly ResourceInfo[] => {
    const found = known.get(text) ?? findResources(resources, text);
    // Half-typed names come and go.
    if (known.size >= REMEMBERED) known.clear();
    known.set(text, found);
    return found;
  };
  // Kyverno keeps a set of names: a wildcard is in no set.
  const clusterWide = new Set(
    resources.flatMap((info) =>
      info.namespaced ? [] : [info.kind, `${formatApiVersion(info)}/${info.kind}`],
    ),
  );
  return {
    isClusterScoped: (kind) => clusterWide.has(kind),
    findKind: (text) => {
      const { subresource } = parseKindSelector(text);
      const resourcesOf = named(text);
      if (resourcesOf.length === 0) return subresource === '' ? findSubresource(resources, text) : undefined;
      const found = resourcesOf.flatMap(({ subresources }) =>
        ['', ...subresources].filter((one) => matchWildcard(subresource, one)),
      );
      const [first] = found;
      return first === undefined ? undefined : { subresource: found.find((one) => one !== '') ?? '' };
    },
  };
}

function findResources(resources: readonly ResourceInfo[], text: string): readonly ResourceInfo[] {
  const { group, version, kind } = parseKindSelector(text);
  return resources.filter(
    (info) =>
      matchWildcard(kind, info.kind) &&
      matchWildcard(version, info.version) &&
      matchWildcard(group, info.group),
  );
}

/** Kinds that are served as subresources alone. */
const SUBRESOURCE_KINDS = [
  { group: 'autoscaling', version: 'v1', kind: 'Scale', subresource: 'scale' },
  { group: 'policy', version: 'v1', kind: 'Eviction', subresource: 'eviction' },
  { group: '', version: 'v1', kind: 'PodExecOptions', subresource: 'exec' },
  { group: '', version: 'v1', kind: 'PodAttachOptions', subresource: 'attach' },
  { group: '', version: 'v1', kind: 'PodPortForwardOptions', subresource: 'portforward' },
  { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', subresource: 'token' },
];

/** Where no resource is of the kind, Kyverno looks among the subresources (pkg/clients/dclient, FindResources). */
function findSubresource(
  resources: readonly ResourceInfo[],
  text: string,
): { readonly subresource: string } | undefined {
  const { group, version, kind } = parseKindSelector(text);
  const found = SUBRESOURCE_KINDS.find(
    (one) =>
      matchWildcard(kind, one.kind) &&
      matchWildcard(version, one.version) &&
      matchWildcard(group, one.group) &&
      resources.some((info) => info.subresources.includes(one.subresource)),
  );
  return found === undefined ? undefined : { subresource: found.subresource };
}
