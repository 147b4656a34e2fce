import type { Json } from '../base/json.ts';
import { get, getObject, setKey } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { createMergePatch } from '../kubernetes/patch/merge-patch.ts';
import { statusFailure, textFailure } from './failure.ts';
import { formatGoJson } from './go-json.ts';
import { placeOf, type Session } from './session.ts';
import { fetchTarget, type Target, targetsOf } from './targets.ts';

interface Changes {
  readonly set: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

/** What sets `kubectl label` and `kubectl annotate` apart. */
interface Kind {
  readonly field: 'labels' | 'annotations';
  readonly manager: string;
  readonly noun: 'label' | 'annotation';
}

const LABEL: Kind = { field: 'labels', manager: 'kubectl-label', noun: 'label' };
const ANNOTATE: Kind = { field: 'annotations', manager: 'kubectl-annotate', noun: 'annotation' };

export const labelTargets = (session: Session, words: readonly string[]): Process<void> =>
  change(session, words, LABEL);
export const annotateTargets = (session: Session, words: readonly string[]): Process<void> =>
  change(session, words, ANNOTATE);

function* change(session: Session, words: readonly string[], kind: Kind): Process<void> {
  const isChange = (word: string, index: number): boolean =>
    index > 0 && (word.includes('=') || (word.endsWith('-') && word.length > 1));
  const resources = words.filter((word, index) => !isChange(word, index));
  const changes = readChanges(words.filter(isChange));
  if (changes.set.size === 0 && changes.remove.length === 0)
    return session.fail(textFailure(`at least one ${kind.noun} update is required`));
  const both = changes.remove.filter((key) => changes.set.has(key));
  if (both.length > 0)
    return session.fail(
      textFailure(
        `can not both modify and remove ${kind.noun === 'label' ? 'a label' : 'an annotation'} in the same command`,
      ),
    );
  const found = yield* targetsOf(session, resources);
  if ('failure' in found) return session.fail(found.failure);
  for (const target of found.targets) yield* changeOne(session, target, changes, kind);
}

function readChanges(words: readonly string[]): Changes {
  const set = new Map<string, string>();
  const remove: string[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) set.set(word.slice(0, equals), word.slice(equals + 1));
    else remove.push(word.slice(0, -1));
  }
  return { set, remove };
}

function* changeOne(session: Session, target: Target, changes: Changes, kind: Kind): Process<void> {
  const { info, name, namespace } = target;
  const fetched = yield* fetchTarget(session, target);
  if ('failure' in fetched) return session.fail(fetched.failure);
  const { object } = fetched;
  const current = getObject(object, 'metadata', kind.field);
  if (kind === LABEL)
    for (const key of changes.remove)
      if (get(current, key) === undefined) session.print(`label "${key}" not found.`);
  const overwritten = [...changes.set].filter(([key, value]) => (get(current, key) ?? value) !== value);
  if (overwritten.length > 0 && !session.isOn('overwrite'))
    return session.fail(
      textFailure(
        overwriteText(
          overwritten.map(([key]) => [key, String(get(current, key))]),
          kind,
        ),
      ),
    );
  const changed = withChanges(object, changes, kind);
  const done = kind === LABEL ? labelVerb(object, changed, session.isOn('overwrite')) : 'annotated';
  if (session.dryRun === 'client') return session.printDone(info, name, done);
  const response = yield* session.send(
    {
      verb: 'patch',
      ...placeOf(info, namespace),
      name,
      patch: { type: 'merge', body: createMergePatch(object, changed) },
    },
    kind.manager,
  );
  if (response.failure === undefined) session.printDone(info, name, done);
  else session.fail(statusFailure(response.failure));
}

function overwriteText(overwritten: readonly (readonly [string, string])[], kind: Kind): string {
  const each = overwritten.map(([key, value]) => `'${key}' already has a value (${value})`);
  if (kind === ANNOTATE)
    return `--overwrite is false but found the following declared annotation(s): ${each.join('; ')}`;
  const texts = each.map((text) => `${text}, and --overwrite is false`);
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

function withChanges(object: KubernetesObject, changes: Changes, kind: Kind): KubernetesObject {
  const values: Record<string, Json> = {};
  const current = getObject(object, 'metadata', kind.field);
  for (const key of Object.keys(current))
    if (!changes.remove.includes(key)) setKey(values, key, current[key] ?? '');
  for (const [key, value] of changes.set) setKey(values, key, value);
  const untouched = Object.keys(values).length === 0 && get(object.metadata, kind.field) === undefined;
  return untouched ? object : { ...object, metadata: { ...object.metadata, [kind.field]: values } };
}

/** kubectl judges by the length of the object's JSON: without --overwrite, shorter means something was taken away. */
function labelVerb(before: KubernetesObject, after: KubernetesObject, overwrite: boolean): string {
  const [old, now] = [formatGoJson(before), formatGoJson(after)];
  if (old === now) return 'not labeled';
  return !overwrite && now.length < old.length ? 'unlabeled' : 'labeled';
}
