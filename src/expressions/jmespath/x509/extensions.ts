import type { Json, JsonObject } from '../../../base/json.ts';
import { encodeBase64 } from '../base64.ts';
import { bitsOf, childrenOf, type Der, integerOf, oidOf, readAll, sequenceIn, TAG, textOf } from './der.ts';

/** One extension: what it is, whether one must understand it, and its content. */
interface Extension {
  readonly oid: readonly number[];
  readonly critical: boolean;
  readonly value: Uint8Array;
}

export function readExtensions(list: Der | undefined): readonly Extension[] {
  return childrenOf(list).map((extension) => {
    const parts = childrenOf(extension);
    const critical = parts[1]?.tag === TAG.boolean && (parts[1].content[0] ?? 0) !== 0;
    return { oid: oidOf(parts[0]), critical, value: parts.at(-1)?.content ?? new Uint8Array() };
  });
}

/** The `Extensions` of Go's certificate. */
export const listExtensions = (extensions: readonly Extension[]): Json =>
  extensions.length === 0
    ? null
    : extensions.map(({ oid, critical, value }) => ({
        Id: oid,
        Critical: critical,
        Value: encodeBase64(value),
      }));

const orNull = (list: readonly Json[]): Json => (list.length > 0 ? list : null);

function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16),
  );
  const zeros = [...groups.join(':').matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].sort(
    (a, b) => b[0].length - a[0].length,
  )[0];
  const text = groups.join(':');
  if (!zeros) return text;
  const before = text.slice(0, zeros.index).replace(/:$/, '');
  const after = text.slice(zeros.index + zeros[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** A URI as the JSON of Go's url.URL. */
function readUri(text: string): Json {
  const [, scheme = '', host = '', path = '', query = '', fragment = ''] =
    /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text) ?? [];
  return {
    Scheme: scheme,
    Opaque: '',
    User: null,
    Host: host,
    Path: path,
    RawPath: '',
    OmitHost: false,
    ForceQuery: false,
    RawQuery: query,
    Fragment: fragment,
    RawFragment: '',
  };
}

/** Subject alternative names by kind; nulls where there are none. */
export function readAlternativeNames(extensions: readonly Extension[]): JsonObject {
  const found = extensions.find(({ oid }) => oid.join('.') === '2.5.29.17');
  const names = found ? sequenceIn(found.value) : [];
  const ofTag = (tag: number): readonly Der[] => names.filter((name) => name.tag === TAG.implicit(tag));
  return {
    DNSNames: orNull(ofTag(2).map(textOf)),
    EmailAddresses: orNull(ofTag(1).map(textOf)),
    URIs: orNull(ofTag(6).map((name) => readUri(textOf(name)))),
    IPAddresses: orNull(ofTag(7).map((name) => formatAddress(name.content))),
  };
}

const EXTENDED_USAGES: ReadonlyMap<string, number> = new Map([
  ['2.5.29.37.0', 0],
  ['1.3.6.1.5.5.7.3.1', 1],
  ['1.3.6.1.5.5.7.3.2', 2],
  ['1.3.6.1.5.5.7.3.3', 3],
  ['1.3.6.1.5.5.7.3.4', 4],
  ['1.3.6.1.5.5.7.3.5', 5],
  ['1.3.6.1.5.5.7.3.6', 6],
  ['1.3.6.1.5.5.7.3.7', 7],
  ['1.3.6.1.5.5.7.3.8', 8],
  ['1.3.6.1.5.5.7.3.9', 9],
]);

/** The bits of a key usage, the first one lowest. */
function readKeyUsage(value: Uint8Array): number {
  const bits = bitsOf(readAll(value)?.[0]);
  let usage = 0;
  for (let i = 0; i < 9; i += 1) if (((bits[i >> 3] ?? 0) >> (7 - (i & 7))) & 1) usage |= 1 << i;
  return usage;
}

function readBasicConstraints(value: Uint8Array): JsonObject {
  const parts = sequenceIn(value);
  const isCa = parts[0]?.tag === TAG.boolean && (parts[0].content[0] ?? 0) !== 0;
  const limit = parts.find((part) => part.tag === TAG.integer);
  const length = limit ? Number(integerOf(limit)) : -1;
  return { BasicConstraintsValid: true, IsCA: isCa, MaxPathLen: length, MaxPathLenZero: length === 0 };
}

function readExtendedUsage(value: Uint8Array): JsonObject {
  const oids = sequenceIn(value).map(oidOf);
  const known = oids.flatMap((oid) => EXTENDED_USAGES.get(oid.join('.')) ?? []);
  const unknown = oids.filter((oid) => !EXTENDED_USAGES.has(oid.join('.')));
  return { ExtKeyUsage: orNull(known), UnknownExtKeyUsage: orNull(unknown) };
}

/** Where the issuer's certificate and its OCSP server are. */
function readAuthorityAccess(value: Uint8Array): JsonObject {
  const places = sequenceIn(value).map((access) => childrenOf(access));
  const urls = (method: string): Json =>
    orNull(
      places
        .filter(([oid, place]) => oidOf(oid).join('.') === method && place?.tag === TAG.implicit(6))
        .map(([, place]) => textOf(place)),
    );
  return { OCSPServer: urls('1.3.6.1.5.5.7.48.1'), IssuingCertificateURL: urls('1.3.6.1.5.5.7.48.2') };
}

function readDistributionPoints(value: Uint8Array): JsonObject {
  const urls = sequenceIn(value).flatMap((point) =>
    childrenOf(childrenOf(childrenOf(point)[0], TAG.context(0))[0], TAG.context(0))
      .filter((name) => name.tag === TAG.implicit(6))
      .map(textOf),
  );
  return { CRLDistributionPoints: orNull(urls) };
}

function readPolicies(value: Uint8Array): JsonObject {
  const oids = sequenceIn(value).map((policy) => oidOf(childrenOf(policy)[0]));
  return { PolicyIdentifiers: orNull(oids), Policies: orNull(oids.map((oid) => oid.join('.'))) };
}

/** Approximation: of name constraints only DNS names are read. */
function readNameConstraints(value: Uint8Array, critical: boolean): JsonObject {
  const dnsNames = (tag: number): Json =>
    orNull(
      sequenceIn(value)
        .filter((part) => part.tag === TAG.context(tag))
        .flatMap((part) => childrenOf(part, TAG.context(tag)))
        .map((subtree) => childrenOf(subtree)[0])
        .filter((name) => name?.tag === TAG.implicit(2))
        .map(textOf),
    );
  return {
    PermittedDNSDomainsCritical: critical,
    PermittedDNSDomains: dnsNames(0),
    ExcludedDNSDomains: dnsNames(1),
  };
}

const READERS: ReadonlyMap<string, (value: Uint8Array, critical: boolean) => JsonObject> = new Map([
  [
    '2.5.29.14',
    (value: Uint8Array) => ({ SubjectKeyId: encodeBase64(readAll(value)?.[0]?.content ?? new Uint8Array()) }),
  ],
  [
    '2.5.29.35',
    (value: Uint8Array) => {
      const id = sequenceIn(value).find((part) => part.tag === TAG.implicit(0));
      return { AuthorityKeyId: id ? encodeBase64(id.content) : null };
    },
  ],
  ['2.5.29.15', (value: Uint8Array) => ({ KeyUsage: readKeyUsage(value) })],
  ['2.5.29.19', readBasicConstraints],
  ['2.5.29.37', readExtendedUsage],
  ['1.3.6.1.5.5.7.1.1', readAuthorityAccess],
  ['2.5.29.31', readDistributionPoints],
  ['2.5.29.32', readPolicies],
  ['2.5.29.30', readNameConstraints],
  ['2.5.29.17', () => ({})],
]);

/** Fields of Go's certificate that come from extensions, those that are absent with Go's zero values. */
export function readCertificateExtensions(extensions: readonly Extension[]): JsonObject {
  const unhandled: Json[] = [];
  let fields: JsonObject = {};
  for (const { oid, critical, value } of extensions) {
    const reader = READERS.get(oid.join('.'));
    if (reader) fields = { ...fields, ...reader(value, critical) };
    else if (critical) unhandled.push(oid);
  }
  return {
    ...ABSENT,
    ...fields,
    ...readAlternativeNames(extensions),
    UnhandledCriticalExtensions: orNull(unhandled),
  };
}

const ABSENT: JsonObject = {
  AuthorityKeyId: null,
  SubjectKeyId: null,
  BasicConstraintsValid: false,
  IsCA: false,
  MaxPathLen: 0,
  MaxPathLenZero: false,
  KeyUsage: 0,
  ExtKeyUsage: null,
  UnknownExtKeyUsage: null,
  OCSPServer: null,
  IssuingCertificateURL: null,
  CRLDistributionPoints: null,
  PolicyIdentifiers: null,
  Policies: null,
  PolicyMappings: null,
  InhibitAnyPolicy: 0,
  InhibitAnyPolicyZero: false,
  InhibitPolicyMapping: 0,
  InhibitPolicyMappingZero: false,
  RequireExplicitPolicy: 0,
  RequireExplicitPolicyZero: false,
  PermittedDNSDomainsCritical: false,
  PermittedDNSDomains: null,
  PermittedEmailAddresses: null,
  PermittedIPRanges: null,
  PermittedURIDomains: null,
  ExcludedDNSDomains: null,
  ExcludedEmailAddresses: null,
  ExcludedIPRanges: null,
  ExcludedURIDomains: null,
};
