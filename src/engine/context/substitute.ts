import type { Json, JsonObject } from '../../base/json.ts';
import { oncePerObject, rememberRecent } from '../../base/remember.ts';
import { marshalGo } from '../../expressions/jmespath/go-marshal.ts';
import { Failure, formatGo } from '../../expressions/jmespath/value.ts';
import type { Loaded } from '../policy-context.ts';
import { currentNodePath } from './node-path.ts';
import { substituteReferences } from './references.ts';
import { mentions, partsWithout, type Traversed, traverse } from './traversal.ts';
import { type FoundVariable, findVariables, isVariable, leftoverOf } from './variable-pattern.ts';

/** Answers the expressions between braces. */
export interface VariableResolver {
  /** Value of a JMESPath expression over the rule's context; the error is Kyverno's text. */
  query(expression: string): Loaded;
  /** Whether the request is a deletion: then `request.object` means `request.oldObject`. */
  readonly isDelete: boolean;
}

/** Bounds of ours on values that hold variables again: Kyverno would go on for ever. */
const MAX_ROUNDS = 100;
const MAX_VARIABLES = 10_000;
const MAX_LENGTH = 8 * 1024 * 1024;

interface Expression {
  readonly text: string;
  /** `{{- … }}`: what comes in is not searched for variables. */
  readonly shallow: boolean;
}

function expressionOf(variable: string): Expression {
  const text = variable.replaceAll('{{', '').replaceAll('}}', '').trim();
  return text.startsWith('-') ? { text: text.slice(1).trim(), shallow: true } : { text, shallow: false };
}

/** What is queried for an expression: `@` is the place of the text itself. */
function queryOf(text: string, path: string, resolver: VariableResolver): string {
  let query = text;
  if (text === '@') {
    const prefix = 'error' in resolver.query('target') ? ['request', 'object'] : ['target'];
    query = currentNodePath(path, prefix);
  }
  return resolver.isDelete ? query.replaceAll('request.object', 'request.oldObject') : query;
}

type TextOf = { readonly text: string } | { readonly error: string };

function textOfValue(value: Json, shallow: boolean): TextOf {
  if (typeof value !== 'string') {
    // Kyverno panics here: it takes the value for a text.
    if (shallow && value !== null) return { error: `interface conversion: ${formatGo(value)} is not string` };
    const marshalled = marshalGo(value);
    return marshalled instanceof Failure
      ? { error: `failed to marshal ${formatGo(value)}: ${marshalled.message}` }
      : { text: marshalled };
  }
  return { text: shallow ? value.replaceAll('{{', '\\{{') : value };
}

/** A text with variables, taken apart. */
interface TextPlan {
  readonly variables: readonly PlannedVariable[];
  /** The text is one variable and nothing else. */
  readonly isWhole: boolean;
}

interface PlannedVariable extends FoundVariable {
  readonly expression: Expression;
}

/** Texts repeat from resource to resource. */
const planText = rememberRecent(2000, (text): TextPlan => {
  const variables = findVariables(text).map((variable) => ({
    ...variable,
    expression: expressionOf(leftoverOf(variable.prefix) + variable.text),
  }));
  return { variables, isWhole: isVariable(text) };
});

interface Round {
  readonly text: string;
  /** The whole text was one variable, and this is its value. */
  readonly whole?: { readonly value: Json };
  readonly shallow: boolean;
}

/** Replaces the variables that were found in a text, one after the other. */
function replaceAll(
  text: string,
  { variables, isWhole }: TextPlan,
  path: string,
  resolver: VariableResolver,
): Round | { readonly error: string } {
  const pieces: string[] = [];
  let length = 0;
  let copied = 0;
  let shallow = false;
  for (const variable of variables) {
    const { expression } = variable;
    shallow = expression.shallow;
    const query = queryOf(expression.text, path, resolver);
    const failed = (problem: string) => ({
      error: `failed to resolve ${query} at path ${path}: ${problem}`,
    });
    const found = resolver.query(query);
    if ('error' in found) return failed(found.error);
    if (isWhole && text === variable.text) return { text, whole: found, shallow };
    const replacement = textOfValue(found.value, shallow);
    if ('error' in replacement) return failed(replacement.error);
    pieces.push(text.slice(copied, variable.start), replacement.text);
    copied = variable.start + variable.text.length;
    length += replacement.text.length;
    if (length > MAX_LENGTH) return failed('the text becomes too long');
  }
  return { text: pieces.join('') + text.slice(copied), shallow };
}

function substituteText(text: string, path: string, resolver: VariableResolver): Traversed {
  let current = text;
  let plan = planText(current);
  let resolved = 0;
  for (let round = 0; plan.variables.length > 0; round += 1) {
    resolved += plan.variables.length;
    if (round === MAX_ROUNDS || resolved > MAX_VARIABLES)
      return {
        error: `failed to resolve ${text.slice(0, 200)} at path ${path}: variables are nested without end`,
      };
    const replaced = replaceAll(current, plan, path, resolver);
    if ('error' in replaced) return replaced;
    if (replaced.whole) return { value: replaced.whole.value };
    current = replaced.text;
    if (replaced.shallow) break;
    plan = planText(current);
  }
  return { value: current.replaceAll('\\{{', '{{') };
}

/** Substitutes variables in all leaves and keys of a document, but for the parts that hold none. */
function substituteVariables(
  document: Json,
  resolver: VariableResolver,
  plain?: ReadonlySet<Json>,
): Traversed {
  return traverse(
    document,
    (element, path) =>
      typeof element === 'string' && element.includes('{{')
        ? substituteText(element, path, resolver)
        : { value: element },
    plain,
  );
}

/** What is to be done in a document of a policy. */
interface DocumentPlan {
  readonly hasReferences: boolean;
  /** Parts without variables; undefined if that is the whole document. */
  readonly plain: ReadonlySet<Json> | undefined;
}

const planDocument = oncePerObject(
  (document: JsonObject | readonly Json[]): DocumentPlan => ({
    hasReferences: mentions(document, '$('),
    plain: mentions(document, '{{') ? partsWithout(document, '{{') : undefined,
  }),
);

/**
 * Substitutes references `$(…)`, then variables `{{ … }}` in all texts and keys of a document (lifecycle I.3,
 * variables.SubstituteAll). A text that is one variable becomes its value, whatever its type. The document itself comes
 * back if nothing is to be done.
 */
export function substituteAll(document: Json, resolver: VariableResolver): Traversed {
  if (typeof document === 'object' && document !== null) {
    const { hasReferences, plain } = planDocument(document);
    if (!hasReferences) return plain ? substituteVariables(document, resolver, plain) : { value: document };
  }
  const referenced: Traversed = mentions(document, '$(')
    ? substituteReferences(document)
    : { value: document };
  if ('error' in referenced || !mentions(referenced.value, '{{')) return referenced;
  return substituteVariables(referenced.value, resolver);
}
