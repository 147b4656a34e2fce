import { getList, isObject, type Json, type PathSegment } from '../../base/json.ts';
import { AUTOGEN_ANNOTATION } from '../autogen.ts';
import type { Policy } from '../policy.ts';

type Path = readonly PathSegment[];

/** A member of a document with where it stands. */
interface Member {
  readonly key: PathSegment;
  readonly value: Json;
  readonly path: Path;
}

function* membersOf(value: Json, path: Path): Generator<Member> {
  const members: readonly (readonly [PathSegment, Json])[] = Array.isArray(value)
    ? [...(value as readonly Json[]).entries()]
    : isObject(value)
      ? Object.entries(value)
      : [];
  for (const [key, member] of members) {
    const here = [...path, key];
    yield { key, value: member, path: here };
    yield* membersOf(member, here);
  }
}

const ACTIONS = new Set<PathSegment>(['validationFailureAction', 'failureAction', 'action']);

/** By the beginning of a warning, what it is about: of all that fits, the first one not yet named is its place. */
const ABOUT: readonly (readonly [RegExp, (member: Member, match: RegExpExecArray) => boolean])[] = [
  [
    /^Validation failure actions enforce\/audit/,
    ({ key, value }) => ACTIONS.has(key) && (value === 'enforce' || value === 'audit'),
  ],
  [/^Pods managed by workload controllers/, ({ key }) => key === 'patchesJson6902'],
  [
    /^Operator (\w+) has been deprecated/,
    ({ key, value }, match) => key === 'operator' && value === match[1],
  ],
  [/^predicateType has been deprecated/, ({ key }) => key === 'predicateType'],
  [
    /^You are matching on (replicas|status) /,
    ({ key, value }, match) => mentions(key, value, match[1] ?? ''),
  ],
  [/^variables in /, ({ key, value, path }) => isVariableOfSource(key, value, path)],
];

const mentions = (key: PathSegment, value: Json, word: string): boolean =>
  String(key).includes(word) || (typeof value === 'string' && value.includes(word));

const isVariableOfSource = (_: PathSegment, value: Json, path: Path): boolean =>
  typeof value === 'string' &&
  value.includes('{{') &&
  path.includes('generate') &&
  (path.includes('clone') || path.includes('cloneList'));

/** Where each warning of the policy webhook is about, one path a warning; the kind where nothing more is known. */
export function placesOfWarnings(policy: Policy, warnings: readonly string[]): readonly Path[] {
  const members = getList(policy.spec, 'rules').length === 0 ? [] : [...membersOf(policy.spec, ['spec'])];
  const taken = new Set<Path>();
  return warnings.map((warning) => {
    if (warning.startsWith('Policies that match Pods'))
      return ['metadata', 'annotations', AUTOGEN_ANNOTATION];
    for (const [text, isAbout] of ABOUT) {
      const match = text.exec(warning);
      if (match === null) continue;
      const found = members.filter((member) => isAbout(member, match));
      const fresh = found.find(({ path }) => !taken.has(path)) ?? found[0];
      if (fresh === undefined) break;
      taken.add(fresh.path);
      return fresh.path;
    }
    return ['kind'];
  });
}
