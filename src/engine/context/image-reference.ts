/** An image reference as registries know it: with everything that a short form leaves out. */
export interface ImageReference {
  readonly registry: string;
  readonly repository: string;
  /** Empty where there is a digest. */
  readonly tag: string;
  readonly digest: string;
}

const DEFAULT_REGISTRY = 'index.docker.io';
/** Bound of ours, far above what a reference can have. */
const MAX_LENGTH = 2000;

/** Reads a reference as go-containerregistry does: `nginx` is index.docker.io/library/nginx:latest. Undefined if it is none. */
export function parseReference(text: string): ImageReference | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const at = text.indexOf('@');
  const digest = at < 0 ? '' : text.slice(at + 1);
  const tagged = at < 0 ? text : text.slice(0, at);
  const colon = tagged.lastIndexOf(':');
  const hasTag = colon > tagged.lastIndexOf('/');
  const tag = hasTag ? tagged.slice(colon + 1) : '';
  const path = hasTag ? tagged.slice(0, colon) : tagged;
  if (digest !== '' && !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  if (tag.length > 128 || !/^[\w.-]*$/.test(tag)) return undefined;
  const slash = path.indexOf('/');
  const first = path.slice(0, Math.max(slash, 0));
  const isRegistry = /[.:]/.test(first) || first === 'localhost';
  const named = isRegistry ? first : '';
  const repository = isRegistry ? path.slice(slash + 1) : path;
  if (!/^[a-z0-9_./-]{1,255}$/.test(repository)) return undefined;
  const registry = named === '' || named === 'docker.io' ? DEFAULT_REGISTRY : named;
  const isLibrary = registry === DEFAULT_REGISTRY && !repository.includes('/');
  return {
    registry,
    repository: isLibrary ? `library/${repository}` : repository,
    tag: digest === '' ? tag || 'latest' : '',
    digest,
  };
}

/** Tag, digest, or `tag@digest` where a reference has both (engine/adapters/rclient.go). */
export function identifierOf(text: string, { tag, digest }: ImageReference): string {
  if (digest === '') return tag;
  const before = text.slice(0, text.indexOf('@'));
  const colon = before.lastIndexOf(':');
  return colon < 0 ? digest : `${before.slice(colon + 1)}@${digest}`;
}
