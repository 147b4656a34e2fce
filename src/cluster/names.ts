import type { GroupVersionKind } from '../kubernetes/object.ts';
import type { FieldError } from './status.ts';
import { invalidValue, required } from './status.ts';

/** How the name of a kind is checked (apimachinery, pkg/api/validation and the registries of the kinds). */
type NameRule = 'subdomain' | 'label' | 'label-1035' | 'path';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const tooLong = (limit: number): string => `must be no more than ${limit} characters`;

/** RBAC names are path segments; everything else is a subdomain save the kinds named here. */
function ruleOf({ group, kind }: Pick<GroupVersionKind, 'group' | 'kind'>): NameRule {
  if (group === 'rbac.authorization.k8s.io') return 'path';
  if (group === '' && kind === 'Namespace') return 'label';
  if (group === '' && kind === 'Service') return 'label-1035';
  return 'subdomain';
}

/** Why `name` cannot be a name of this kind: none, one or two texts. */
export function nameProblems(gvk: Pick<GroupVersionKind, 'group' | 'kind'>, name: string): readonly string[] {
  const rule = ruleOf(gvk);
  switch (rule) {
    case 'path':
      return pathProblems(name);
    case 'label':
      return dnsProblems(name, MAX_LABEL, LABEL.test(name), LABEL_TEXT);
    case 'label-1035':
      return dnsProblems(name, MAX_LABEL, LABEL_1035.test(name), LABEL_1035_TEXT);
    case 'subdomain':
      return dnsProblems(name, MAX_SUBDOMAIN, isSubdomain(name), SUBDOMAIN_TEXT);
  }
}

/** Label by label: one expression over a long hostile name would backtrack. */
const isSubdomain = (name: string): boolean => name.split('.').every((part) => LABEL.test(part));

function dnsProblems(name: string, limit: number, shaped: boolean, text: string): readonly string[] {
  return [...(name.length > limit ? [tooLong(limit)] : []), ...(shaped ? [] : [text])];
}

function pathProblems(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
}

/** What is wrong with the name that an object has when it is to be created. */
export function nameErrors(
  gvk: Pick<GroupVersionKind, 'group' | 'kind'>,
  name: string,
): readonly FieldError[] {
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  return nameProblems(gvk, name).map((problem) => invalidValue('metadata.name', name, problem));
}
