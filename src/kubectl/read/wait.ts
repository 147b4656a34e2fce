import type { Json } from '../../base/json.ts';
import { get, getList, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import { milliseconds } from '../../base/units.ts';
import { readDuration } from '../../kubernetes/duration.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Failure, statusFailure, textFailure } from '../failure.ts';
import { flag } from '../flags.ts';
import { placeOf, type Session, typeOf } from '../session.ts';
import { type Target, targetsOf } from '../targets.ts';
import { relaxed } from './get.ts';
import { parseJsonPath, valuesAt } from './json-path.ts';

/** kubectl's own time limit. */
const TIMEOUT = '30s';
/** How often the object is looked at; kubectl watches it. */
const LOOK_EVERY = milliseconds(50);
/** `--timeout` below zero: a week. */
const WEEK = 7 * 24 * 3_600_000;

type Condition =
  | { readonly kind: 'delete' }
  | { readonly kind: 'create' }
  | { readonly kind: 'holds'; readonly holds: (object: KubernetesObject) => boolean };

/** `kubectl wait TYPE/NAME… --for=delete|create|condition=NAME[=VALUE]|jsonpath=…[=VALUE]`, in virtual time. */
export function* waitFor(session: Session, words: readonly string[]): Process<string | undefined> {
  const condition = conditionOf(flag(session.args, 'for') ?? '');
  if ('failure' in condition) {
    session.fail(condition.failure);
    return undefined;
  }
  const asked = flag(session.args, 'timeout');
  const read = readDuration(asked ?? TIMEOUT);
  if ('error' in read) {
    session.fail(
      textFailure(
        `invalid argument "${asked}" for "--timeout" flag: ${read.error}\nSee 'kubectl wait --help' for usage.`,
      ),
    );
    return undefined;
  }
  const found = yield* targetsOf(session, words);
  if ('failure' in found) {
    session.fail(found.failure);
    return undefined;
  }
  if (found.targets.length === 0) {
    if (condition.kind !== 'delete') session.fail(textFailure('no matching resources found'));
    return undefined;
  }
  const length = Number(read.value) / 1e6;
  const end = session.clock + (length < 0 ? WEEK : length);
  for (const target of found.targets) if (!(yield* waitForOne(session, target, condition, end))) break;
  return undefined;
}

/** Whether the next object's turn comes. */
function* waitForOne(
  session: Session,
  target: Target,
  condition: Condition,
  limit: number,
): Process<boolean> {
  let end = limit;
  const place = placeOf(target.info, target.namespace);
  const first = yield* session.send({ verb: 'get', ...place, name: target.name }, 'kubectl');
  if (first.failure !== undefined && (first.failure.code !== 404 || condition.kind === 'holds')) {
    session.fail(statusFailure(first.failure));
    return false;
  }
  for (;;) {
    const object = session.server.lookup(target.info, place.namespace ?? '', target.name);
    if (isMet(condition, object)) {
      session.print(`${typeOf(target.info)}/${target.name} condition met`);
      return true;
    }
    if (session.clock >= end) {
      session.fail(
        textFailure(`timed out waiting for the condition on ${target.info.resource}/${target.name}`),
      );
      return true;
    }
    const before = session.clock;
    yield LOOK_EVERY;
    // Without a clock nothing ever changes: there is nothing to wait for.
    if (session.clock === before) end = before;
  }
}

function isMet(condition: Condition, object: KubernetesObject | undefined): boolean {
  switch (condition.kind) {
    case 'delete':
      return object === undefined;
    case 'create':
      return object !== undefined;
    case 'holds':
      return object !== undefined && condition.holds(object);
  }
}

function conditionOf(text: string): Condition | { readonly failure: Failure } {
  const [word = ''] = text.split('=');
  const rest = text.slice(word.length + 1);
  switch (word.toLowerCase()) {
    case 'delete':
      return { kind: 'delete' };
    case 'create':
      return { kind: 'create' };
    case 'condition': {
      const equals = rest.indexOf('=');
      const [name, value] =
        equals < 0 ? [rest, 'true'] : [rest.slice(0, equals), unquoted(rest.slice(equals + 1))];
      return { kind: 'holds', holds: (object) => hasCondition(object, name, value) };
    }
    case 'jsonpath': {
      const match = /^(\{.*\}|[^=]*)(?:=(.*))?$/s.exec(unquoted(rest));
      const parsed = parseJsonPath(relaxed(unquoted(match?.[1] ?? '')));
      if ('error' in parsed) return { failure: textFailure(parsed.error) };
      const wanted = match?.[2] === undefined ? undefined : unquoted(match[2]);
      return {
        kind: 'holds',
        holds: (object) => {
          const values: readonly Json[] = valuesAt(parsed.template, object);
          if (wanted === undefined) return values.length > 0;
          return values.length === 1 && String(values[0]) === wanted;
        },
      };
    }
    default:
      return { failure: textFailure(`unrecognized condition: "${text}"`) };
  }
}

const unquoted = (text: string): string =>
  /^(['"]).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;

function hasCondition(object: KubernetesObject, name: string, value: string): boolean {
  const found = getList(object, 'status', 'conditions').find(
    (one) => (getString(one, 'type') ?? '').toLowerCase() === name.toLowerCase(),
  );
  if (found === undefined) return false;
  const [generation, seen] = [
    Number(object.metadata['generation'] ?? 0),
    get(found, 'observedGeneration') ?? get(get(object, 'status'), 'observedGeneration'),
  ];
  if (typeof seen === 'number' && seen < generation) return false;
  return (getString(found, 'status') ?? '').toLowerCase() === value.toLowerCase();
}
