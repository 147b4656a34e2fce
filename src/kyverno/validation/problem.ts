import type { PathSegment } from '../../base/json.ts';

/** Why a policy is refused: Kyverno's text, and the place in the policy document that it is about. */
export interface Problem {
  readonly text: string;
  readonly path: readonly PathSegment[];
}

export const problem = (text: string, path: readonly PathSegment[]): Problem => ({ text, path });
