import type { Json } from '../../base/json.ts';
import type { Behaviour } from '../behaviour.ts';
import type { Rule } from '../policy.ts';

/** A variable in a text: `{{ … }}` with the character in front of it. */
export interface VariableInText {
  readonly prefix: string;
  readonly text: string;
  /** Where the braces begin. */
  readonly start: number;
}

/** How variables are found and replaced; the engine knows (engine/context), and whoever validates passes it in. */
export interface VariableLanguage {
  find(text: string): readonly VariableInText[];
  /** Replaces the variables of a document, with the answers of `query`. */
  substitute(
    document: Json,
    resolver: {
      query(expression: string): { readonly value: Json } | { readonly error: string };
      readonly isDelete: boolean;
    },
  ): { readonly value: Json } | { readonly error: string };
}

/** What the permission checks of one rule say: a complete refusal, or warnings. */
export interface RulePermissions {
  readonly error?: string;
  readonly warnings: readonly string[];
}

/**
 * What checking a policy needs beside the policy. The optional parts ask a cluster; without them nothing of the kind is
 * checked, as in Kyverno's own mock mode.
 */
export interface PolicyValidationEnvironment {
  readonly behaviour: Behaviour;
  readonly variables: VariableLanguage;
  /** Whether a kind is cluster-scoped; asked with `Kind` and with `apiVersion/Kind`. Kinds that are not known are not. */
  readonly isClusterScoped?: (kind: string) => boolean;
  /** Looks a kind selector up in discovery: its subresources, or undefined for a kind that nobody serves. */
  readonly findKind?: (selector: string) => { readonly subresource: string } | undefined;
  /** Checks what service accounts may do for one rule (lifecycle F.5). */
  readonly permissions?: (rule: Rule, index: number) => RulePermissions;
}
