import { getList, getString } from '../base/json.ts';
import type { ResourceInfo, StatusFailure } from '../cluster/api.ts';

/** Why a kubectl command fails: the server's answer, or kubectl's own text. */
export type Failure =
  | { readonly kind: 'status'; readonly status: StatusFailure }
  | { readonly kind: 'text'; readonly text: string };

export const textFailure = (text: string): Failure => ({ kind: 'text', text });
export const statusFailure = (status: StatusFailure): Failure => ({ kind: 'status', status });

/** The failure's own message, without a prefix. */
export const messageOf = (failure: Failure): string =>
  failure.kind === 'text' ? failure.text : failure.status.message;

/** Adds what was done to which file: `error when creating "x.yaml": …` (cmdutil.AddSourceToErr). */
export function withSource(failure: Failure, verb: string, source: string): Failure {
  const text = `error when ${verb} "${source}": ${messageOf(failure)}`;
  if (failure.kind === 'text') return textFailure(text);
  return statusFailure({ ...failure.status, message: text });
}

/** What kubectl writes to stderr at the end (cmdutil.CheckErr): one failure, or each on its own line. */
export function formatFailures(failures: readonly Failure[]): string {
  const [first] = failures;
  if (first === undefined) return '';
  if (failures.length === 1) return withNewline(formatOne(first));
  return failures.map((failure) => `${standardMessage(failure) ?? messageOf(failure)}\n`).join('');
}

function formatOne(failure: Failure): string {
  if (failure.kind === 'status' && failure.status.reason === 'Invalid') return formatInvalid(failure.status);
  const text = standardMessage(failure) ?? messageOf(failure);
  return failure.kind === 'status' || text.startsWith('error: ') ? text : `error: ${text}`;
}

function standardMessage(failure: Failure): string | undefined {
  if (failure.kind === 'text') return undefined;
  const { reason, message } = failure.status;
  return reason === '' ? `Error from server: ${message}` : `Error from server (${reason}): ${message}`;
}

/** An Invalid status is told by its causes, and without the file it came from. */
function formatInvalid(status: StatusFailure): string {
  const kind = getString(status.details, 'kind') ?? '';
  const name = getString(status.details, 'name') ?? '';
  const subject = kind === '' && name === '' ? 'The request is invalid' : `The ${kind} "${name}" is invalid`;
  const causes = [
    ...new Set(
      getList(status.details, 'causes').map(
        (cause) => `${getString(cause, 'field') ?? ''}: ${getString(cause, 'message') ?? ''}`,
      ),
    ),
  ];
  if (causes.length === 0) return subject;
  if (causes.length === 1) return `${subject}: ${causes[0]}`;
  return `${subject}: \n${causes.map((cause) => `* ${cause}\n`).join('')}`;
}

const withNewline = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

/** Info.String of cli-runtime. */
export function formatInfo(info: ResourceInfo, name: string, namespace: string): string {
  const groupVersion = `${info.group}/${info.version}`;
  return `Resource: "${groupVersion}, Resource=${info.resource}", GroupVersionKind: "${groupVersion}, Kind=${info.kind}"\nName: "${name}", Namespace: "${namespace}"`;
}

/** A type that discovery does not know; kubectl names it without its group. */
export const unknownType = (type: string): Failure =>
  textFailure(`the server doesn't have a resource type "${type.split('.')[0] ?? ''}"`);
