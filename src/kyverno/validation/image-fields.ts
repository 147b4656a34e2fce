import { get, getList, getString, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { toGoStruct } from '../go-types.ts';
import { child, type FieldPath, invalid, item } from './field-error.ts';
import type { Problem } from './problem.ts';

const text = (value: Json | undefined, name: string): string => getString(value, name) ?? '';

/** Checks of one image verification (ImageVerification.Validate). */
export function checkImageVerification(
  image: JsonObject,
  isAudit: boolean,
  path: FieldPath,
): readonly Problem[] {
  const problems: Problem[] = [];
  const attestors = child(path, 'attestors');
  if (isAudit && get(image, 'mutateDigest') === true)
    problems.push(
      invalid(
        child(path, 'mutateDigest'),
        true,
        'mutateDigest must be set to false for ‘Audit’ failure action',
      ),
    );
  if (getList(image, 'imageReferences').length === 0 && text(image, 'image') === '')
    problems.push(invalid(path, image, 'An image reference is required'));
  for (const [index, attestation] of getList(image, 'attestations').entries()) {
    const place = child(item(child(path, 'attestations'), index), 'attestors');
    problems.push(...getList(attestation, 'attestors').flatMap((set, i) => checkSet(set, item(place, i))));
  }
  problems.push(...getList(image, 'attestors').flatMap((set, i) => checkSet(set, item(attestors, i))));
  if (text(image, 'type') !== 'Notary') return problems;
  for (const attestor of getList(image, 'attestors').flatMap((set) => getList(set, 'entries'))) {
    if (get(attestor, 'keyless') !== undefined)
      problems.push(invalid(attestors, image, 'Keyless field is not allowed for type notary'));
    if (get(attestor, 'keys') !== undefined)
      problems.push(invalid(attestors, image, 'Keys field is not allowed for type notary'));
  }
  return problems;
}

function checkSet(set: Json, path: FieldPath): readonly Problem[] {
  const printed = toGoStruct('AttestorSet', set);
  const entries = getList(set, 'entries');
  const count = get(set, 'count');
  const problems: Problem[] = [];
  if (typeof count === 'number' && count > entries.length)
    problems.push(invalid(path, printed, 'Count cannot exceed length of entries'));
  if (entries.length === 0) problems.push(invalid(path, printed, 'An entry is required'));
  const place = child(path, 'entries');
  return [...problems, ...entries.flatMap((entry, index) => checkAttestor(entry, item(place, index)))];
}

const ATTESTORS = ['keys', 'certificates', 'keyless', 'attestor'] as const;
const ALGORITHMS = ['', 'sha224', 'sha256', 'sha384', 'sha512'];

function checkAttestor(attestor: Json, path: FieldPath): readonly Problem[] {
  const given = ATTESTORS.filter((name) => (get(attestor, name) ?? null) !== null);
  const problems: Problem[] = [];
  if (given.length !== 1)
    problems.push(
      invalid(
        path,
        toGoStruct('Attestor', attestor),
        'keys, certificates, keyless, or a nested attestor is required',
      ),
    );
  for (const name of given) problems.push(...checkPart(name, get(attestor, name) ?? null, child(path, name)));
  return problems;
}

function checkPart(name: (typeof ATTESTORS)[number], part: Json, path: FieldPath): readonly Problem[] {
  switch (name) {
    case 'keys':
      return checkKeys(toGoStruct('StaticKeyAttestor', part), path);
    case 'certificates':
      return text(part, 'cert') === '' && text(part, 'certChain') === ''
        ? [invalid(path, toGoStruct('CertificateAttestor', part), 'cert or certChain required')]
        : [];
    case 'keyless':
      return checkKeyless(toGoStruct('KeylessAttestor', part), path);
    case 'attestor':
      return isObject(part) ? checkSet(part, path) : [];
  }
}

function checkKeys(keys: JsonObject, path: FieldPath): readonly Problem[] {
  const publicKeys = text(keys, 'publicKeys');
  const problems: Problem[] = [];
  if (publicKeys === '' && text(keys, 'kms') === '' && get(keys, 'secret') === undefined)
    problems.push(invalid(path, keys, 'A public key, kms key or secret is required'));
  if (publicKeys !== '' && !ALGORITHMS.includes(text(keys, 'signatureAlgorithm')))
    problems.push(invalid(path, keys, 'Invalid signature algorithm provided'));
  return problems;
}

function checkKeyless(keyless: JsonObject, path: FieldPath): readonly Problem[] {
  const rekor = get(keyless, 'rekor');
  if (rekor === undefined)
    return text(keyless, 'roots') === ''
      ? [invalid(path, keyless, 'Either Rekor URL or roots are required')]
      : [];
  return text(rekor, 'url') === '' ? [invalid(path, keyless, 'An URL is required')] : [];
}
