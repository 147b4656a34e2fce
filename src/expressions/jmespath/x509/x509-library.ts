import type { Json, JsonObject } from '../../../base/json.ts';
import { encodeBase64 } from '../base64.ts';
import type { X509Library } from '../environment.ts';
import { bitsOf, childrenOf, type Der, integerOf, oidOf, readAll, TAG, timeOf } from './der.ts';
import {
  listExtensions,
  readAlternativeNames,
  readCertificateExtensions,
  readExtensions,
} from './extensions.ts';
import { readName } from './name.ts';
import { decodePem } from './pem.ts';

type Decoded = { readonly value: Json } | { readonly error: string };

const RSA = '1.2.840.113549.1.1.1';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
/** Go's SignatureAlgorithm numbers. */
const SIGNATURES: ReadonlyMap<string, number> = new Map([
  ['1.2.840.113549.1.1.2', 1],
  ['1.2.840.113549.1.1.4', 2],
  ['1.2.840.113549.1.1.5', 3],
  ['1.2.840.113549.1.1.11', 4],
  ['1.2.840.113549.1.1.12', 5],
  ['1.2.840.113549.1.1.13', 6],
  ['1.2.840.10045.4.1', 9],
  ['1.2.840.10045.4.3.2', 10],
  ['1.2.840.10045.4.3.3', 11],
  ['1.2.840.10045.4.3.4', 12],
  ['1.3.101.112', 16],
]);

const MALFORMED = { error: 'x509: malformed certificate' };

const base64 = (value: Der | undefined): string => encodeBase64(value?.raw ?? new Uint8Array());

const signatureAlgorithm = (value: Der | undefined): number =>
  SIGNATURES.get(oidOf(childrenOf(value)[0]).join('.')) ?? 0;

/** The fields that a certificate and a request share; the error is Kyverno's. */
function readKeyFields(
  whole: Der,
  keyInfo: Der | undefined,
): { readonly fields: JsonObject } | { readonly error: string } {
  const [, algorithm, signature] = childrenOf(whole);
  const [keyAlgorithm, keyBits] = childrenOf(keyInfo);
  if (oidOf(childrenOf(keyAlgorithm)[0]).join('.') !== RSA)
    return { error: 'certificate should use rsa algorithm' };
  const [modulus, exponent] = childrenOf(readAll(bitsOf(keyBits))?.[0]);
  if (!modulus || !exponent) return { error: 'failed to parse subject public key info' };
  return {
    fields: {
      Raw: base64(whole),
      RawSubjectPublicKeyInfo: base64(keyInfo),
      Signature: encodeBase64(bitsOf(signature)),
      SignatureAlgorithm: signatureAlgorithm(algorithm),
      PublicKeyAlgorithm: 1,
      PublicKey: { N: integerOf(modulus).toString(), E: Number(integerOf(exponent)) },
    },
  };
}

function readCertificate(whole: Der): Decoded {
  const body = childrenOf(whole)[0];
  const parts = childrenOf(body);
  const versioned = parts[0]?.tag === TAG.context(0);
  const [serial, , issuer, validity, subject, keyInfo, ...optional] = versioned ? parts.slice(1) : parts;
  const [notBefore, notAfter] = childrenOf(validity).map(timeOf);
  if (serial?.tag !== TAG.integer || notBefore === undefined || notAfter === undefined || !keyInfo)
    return MALFORMED;
  const key = readKeyFields(whole, keyInfo);
  if ('error' in key) return key;
  const extensionList = optional.find((part) => part.tag === TAG.context(3));
  const extensions = readExtensions(childrenOf(extensionList, TAG.context(3))[0]);
  return {
    value: {
      ...key.fields,
      ...readCertificateExtensions(extensions),
      RawTBSCertificate: base64(body),
      RawSubject: base64(subject),
      RawIssuer: base64(issuer),
      Version: versioned ? Number(integerOf(childrenOf(parts[0], TAG.context(0))[0])) + 1 : 1,
      SerialNumber: Number(integerOf(serial)),
      Issuer: readName(issuer),
      Subject: readName(subject),
      NotBefore: notBefore,
      NotAfter: notAfter,
      Extensions: listExtensions(extensions),
      ExtraExtensions: null,
    },
  };
}

function readRequest(whole: Der): Decoded {
  const body = childrenOf(whole)[0];
  const [version, subject, keyInfo, attributes] = childrenOf(body);
  if (version?.tag !== TAG.integer || !keyInfo) return { error: 'asn1: structure error: tags do not match' };
  const key = readKeyFields(whole, keyInfo);
  if ('error' in key) return key;
  const requested = childrenOf(attributes, TAG.context(0)).find(
    (attribute) => oidOf(childrenOf(attribute)[0]).join('.') === EXTENSION_REQUEST,
  );
  const extensions = readExtensions(childrenOf(childrenOf(requested)[1], TAG.set)[0]);
  return {
    value: {
      ...key.fields,
      ...readAlternativeNames(extensions),
      RawTBSCertificateRequest: base64(body),
      RawSubject: base64(subject),
      Version: Number(integerOf(version)),
      Subject: readName(subject),
      Attributes: null,
      Extensions: listExtensions(extensions),
      ExtraExtensions: null,
    },
  };
}

/** Certificates and requests as the JSON of Go's crypto/x509 structs, RSA keys only (lifecycle I.2, x509_decode). */
export const X509_LIBRARY: X509Library = {
  decode(pem) {
    const block = decodePem(pem);
    if (!block) return { error: 'failed to decode PEM block' };
    if (block.type !== 'CERTIFICATE' && block.type !== 'CERTIFICATE REQUEST')
      return { error: 'PEM block neither contains a CERTIFICATE or CERTIFICATE REQUEST' };
    const whole = readAll(block.bytes)?.[0];
    if (whole?.tag !== TAG.sequence) return MALFORMED;
    return block.type === 'CERTIFICATE' ? readCertificate(whole) : readRequest(whole);
  },
};
