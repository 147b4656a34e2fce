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
      const found = named(text).flatMap(({ subresources }) =>
        ['', ...subresources].filter((one) => matchWildcard(subresource, one)),
      );
      const [first] = found;
      return first === undefined ? undefined : { subresource: found.find((one) => one !== '') ?? '' };
    },
  };
}

/** As FindResources of pkg/clients/dclient: kinds that are served as subresources alone (`Scale`, `PodExecOptions`) are not found. */
function findResources(resources: readonly ResourceInfo[], text: string): readonly ResourceInfo[] {
  const { group, version, kind } = parseKindSelector(text);
  return resources.filter(
    (info) =>
      matchWildcard(kind, info.kind) &&
      matchWildcard(version, info.version) &&
      matchWildcard(group, info.group),
  );
}
