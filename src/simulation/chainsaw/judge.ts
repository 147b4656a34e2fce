import { get, getList, getString, type Json, type JsonObject } from '../../base/json.ts';
import { assertTree, type EvaluateStatement } from '../../expressions/assertion/assert-tree.ts';
import { type AssertionError, formatAssertionError } from '../../expressions/assertion/assertion-error.ts';
import { type Bindings, bind } from '../../expressions/assertion/bindings.ts';
import { templateValue } from '../../expressions/assertion/templating.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';

/** What an operation came to. */
export type Verdict =
  | { readonly type: 'met' }
  | {
      readonly type: 'missed' | 'unsupported';
      readonly reason: string;
      /** The first place at which an assertion does not hold. */
      readonly difference?: AssertionError;
    };

/** What expressions are evaluated with. */
export interface Sight {
  readonly evaluate: EvaluateStatement;
  readonly bindings: Bindings;
}

/** A name that an operation puts out, for the operations after it. */
export interface Output {
  readonly name: string;
  readonly value: Json;
}

export const MET: Verdict = { type: 'met' };
export const missed = (reason: string, difference?: AssertionError): Verdict => ({
  type: 'missed',
  reason,
  ...(difference === undefined ? {} : { difference }),
});
export const unsupported = (reason: string): Verdict => ({ type: 'unsupported', reason });

/** How a value differs from an assertion tree; a form that is not known is told apart. */
export function compare(
  tree: Json,
  value: Json,
  { evaluate, bindings }: Sight,
): { readonly difference: AssertionError | undefined } | { readonly unsupported: string } {
  const asserted = assertTree(tree, value, bindings, { compilers: { jp: evaluate } });
  if ('errors' in asserted) return { difference: asserted.errors[0] };
  const text = formatAssertionError(asserted.failure);
  return /not simulated|unknown function|not found: function|nested too deeply/i.test(text)
    ? { unsupported: text }
    : { difference: asserted.failure };
}

/**
 * What a write came to: the first `expect` that applies decides instead of the error, `match` saying to which objects it
 * does (pkg/engine/operations).
 */
export function judgeWrite(
  object: KubernetesObject,
  body: JsonObject,
  error: string | undefined,
  sight: Sight,
): Verdict {
  const seen = { ...sight, bindings: bind(sight.bindings, 'error', error ?? null) };
  let applied = false;
  for (const entry of getList(body, 'expect')) {
    const match = get(entry, 'match');
    if (match !== undefined) {
      const matches = compare(match, object, seen);
      if ('unsupported' in matches) return unsupported(matches.unsupported);
      if (matches.difference !== undefined) continue;
    }
    applied = true;
    const checked = compare(get(entry, 'check') ?? null, object, seen);
    if ('unsupported' in checked) return unsupported(checked.unsupported);
    if (checked.difference !== undefined)
      return missed(
        `${titleOf(object)}: expected ${formatAssertionError(checked.difference)}; the server answered ${error ?? 'that it is done'}`,
        checked.difference,
      );
  }
  if (applied || error === undefined) return MET;
  return missed(`${titleOf(object)}: ${error}`);
}

/** What a script or a command printed and came to; `error` is null if it succeeded. */
export interface Told {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: string | null;
}

/** The names that the `check` and the `outputs` of a script see. */
export const bindTold = (bindings: Bindings, { stdout, stderr, error }: Told): Bindings =>
  bind(bind(bind(bindings, 'stdout', stdout), 'stderr', stderr), 'error', error);

/** What a script came to: its `check` decides instead of the error. */
export function judgeScript(body: JsonObject, told: Told, sight: Sight): Verdict {
  const check = get(body, 'check');
  const printed = told.stderr.trim() || told.stdout.trim();
  if (check === undefined) return told.error === null ? MET : missed(`${told.error}: ${printed}`);
  const compared = compare(check, null, { ...sight, bindings: bindTold(sight.bindings, told) });
  if ('unsupported' in compared) return unsupported(compared.unsupported);
  return compared.difference === undefined
    ? MET
    : missed(`${formatAssertionError(compared.difference)}; ${printed}`, compared.difference);
}

/** `outputs` of an operation that succeeded (pkg/engine/outputs); `sight`: what its check saw. */
export function readOutputs(
  body: JsonObject,
  input: Json,
  { evaluate, bindings }: Sight,
): { readonly outputs: readonly Output[] } | { readonly unsupported: string } {
  let known = bindings;
  const outputs: Output[] = [];
  for (const entry of getList(body, 'outputs')) {
    const match = get(entry, 'match');
    const matched =
      match === undefined ? { difference: undefined } : compare(match, input, { evaluate, bindings: known });
    if ('unsupported' in matched) return matched;
    if (matched.difference !== undefined) continue;
    const name = getString(entry, 'name') ?? '';
    const output = templateValue(get(entry, 'value') ?? null, { evaluate, bindings: known, input });
    if ('error' in output) return { unsupported: output.error };
    known = bind(known, name, output.value);
    outputs.push({ name, value: output.value });
  }
  return { outputs };
}

/** Binds the entries of a `bindings` list, each seeing those before it; a text says what cannot be evaluated. */
export function bindAll(
  entries: readonly Json[],
  { evaluate, bindings }: Sight,
  input?: Json,
): { readonly bindings: Bindings } | { readonly error: string } {
  let known = bindings;
  for (const entry of entries) {
    const value = templateValue(get(entry, 'value') ?? null, {
      evaluate,
      bindings: known,
      ...(input === undefined ? {} : { input }),
    });
    if ('error' in value) return value;
    known = bind(known, getString(entry, 'name') ?? '', value.value);
  }
  return { bindings: known };
}

/** `Namespace good-namespace`, `Pod default/*`. */
export function titleOf(object: KubernetesObject): string {
  const namespace = getString(object.metadata, 'namespace');
  const name = nameOf(object) || '*';
  return `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
