/** Parts of an image reference as Kyverno keeps them (pkg/utils/image); empty texts where there is nothing. */
export interface ImageInfo {
  readonly registry: string;
  readonly name: string;
  readonly path: string;
  readonly tag: string;
  readonly digest: string;
  readonly reference: string;
  readonly referenceWithTag: string;
}

/** Kyverno's defaults; its ConfigMap can change them. */
const DEFAULT_REGISTRY = 'docker.io';
const MAX_NAME = 255;
/** Bound of ours, far above what a reference can have. */
const MAX_TEXT = 2000;

const DOMAIN =
  '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const TAG = '[\\w][\\w.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
/** The grammar of distribution/reference. */
const REFERENCE = new RegExp(
  `^(?:(${DOMAIN})/)?(${COMPONENT}(?:/${COMPONENT})*)(?::(${TAG}))?(?:@(${DIGEST}))?$`,
);
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

function addDefaultRegistry(image: string): string {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  const isPath = !/[.:]/.test(first) && first !== 'localhost' && first.toLowerCase() === first;
  return slash < 0 || isPath ? `${DEFAULT_REGISTRY}/${image}` : image;
}

function digestProblem(digest: string): string | undefined {
  const [algorithm = '', hex = ''] = digest.split(':');
  const length = DIGEST_LENGTHS.get(algorithm);
  if (length === undefined) return 'unsupported digest algorithm';
  if (hex.length !== length) return 'invalid checksum digest length';
  return /^[0-9a-f]+$/.test(hex) ? undefined : 'invalid checksum digest format';
}

function referenceProblem(full: string, match: RegExpExecArray | null): string | undefined {
  if (!match)
    return REFERENCE.test(full.toLowerCase())
      ? 'repository name must be lowercase'
      : 'invalid reference format';
  const [, domain = '', path = '', , digest] = match;
  if (`${domain}/${path}`.length - (domain === '' ? 1 : 0) > MAX_NAME)
    return `repository name must not be more than ${MAX_NAME} characters`;
  return digest === undefined ? undefined : digestProblem(digest);
}

/** Splits an image reference with Kyverno's default registry and tag (pkg/utils/image GetImageInfo). */
export function parseImage(image: string): { readonly value: ImageInfo } | { readonly error: string } {
  const full = addDefaultRegistry(image);
  const match = full.length > MAX_TEXT ? null : REFERENCE.exec(full);
  const problem = full.length > MAX_TEXT ? 'invalid reference format' : referenceProblem(full, match);
  if (problem !== undefined)
    return {
      error: `bad image: ${full}, defaultRegistry: ${DEFAULT_REGISTRY}, enableDefaultRegistryMutation: true: ${problem}`,
    };
  const [, registry = '', path = '', written = '', digest = ''] = match ?? [];
  const tag = written === '' && digest === '' ? 'latest' : written;
  const repository = registry === '' ? path : `${registry}/${path}`;
  return {
    value: {
      registry,
      path,
      name: path.slice(path.lastIndexOf('/') + 1),
      tag,
      digest,
      reference: digest === '' ? `${repository}:${tag}` : `${repository}@${digest}`,
      referenceWithTag: `${repository}:${tag}`,
    },
  };
}
