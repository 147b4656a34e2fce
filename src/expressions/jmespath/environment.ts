import type { Json } from '../../base/json.ts';
import type { Random } from '../../base/random.ts';

/** A compiled regular expression of Go's syntax, matched in linear time. */
export interface RegexProgram {
  /** Whether it matches anywhere in the text. */
  matches(text: string): boolean;
  /**
   * The first match at or after UTF-16 index `from`: start and end of the whole match and of each group, -1 for groups
   * that took no part.
   */
  find(text: string, from: number): readonly number[] | undefined;
  /** Index of the groups with this name. */
  groupsNamed(name: string): readonly number[];
}

/** Go's regexp package: the errors are its texts (`error parsing regexp: missing closing ): …`). */
export interface RegexLibrary {
  compile(pattern: string): RegexProgram | { readonly error: string };
}

/** Go's crypto/x509, as far as `x509_decode` shows it. */
export interface X509Library {
  /** Decodes a PEM text to the JSON of Go's Certificate or CertificateRequest. */
  decode(pem: string): { readonly value: Json } | { readonly error: string };
}

/** What is loaded only when a policy needs it. */
export interface Libraries {
  readonly regex?: RegexLibrary;
  readonly x509?: X509Library;
}
export type LibraryName = keyof Libraries;

/** What functions may know of the world. */
export interface JmesPathEnvironment {
  /** Virtual wall clock, milliseconds since the Unix epoch. */
  readonly now: number;
  readonly random: Random;
  readonly libraries: Libraries;
}
