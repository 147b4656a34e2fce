import type { Json } from '../base/json.ts';
import { equal } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { statusFailure, textFailure } from './failure.ts';
import { flag } from './flags.ts';
import { placeOf, type Session } from './session.ts';
import { fetchTarget, targetsOf } from './targets.ts';

const TYPES = ['json', 'merge', 'strategic'] as const;

/** `kubectl patch TYPE NAME -p …`. */
export function* patchTargets(session: Session, words: readonly string[]): Process<void> {
  const text = flag(session.args, 'patch');
  const type = TYPES.find((name) => name === (flag(session.args, 'type') ?? 'strategic'));
  if (type === undefined) {
    const text = `--type must be one of [json merge strategic], not "${flag(session.args, 'type')}"`;
    return session.fail(textFailure(text));
  }
  const body = text === undefined ? patchFromFile(session) : parsePatch(text);
  if (body === undefined)
    return session.fail(
      textFailure(
        text === undefined
          ? 'must specify --patch or --patch-file containing the contents of the patch'
          : `unable to parse "${text}"`,
      ),
    );
  const found = yield* targetsOf(session, words);
  if ('failure' in found) return session.fail(found.failure);
  for (const target of found.targets) {
    const before = yield* fetchTarget(session, target);
    if ('failure' in before) {
      session.fail(before.failure);
      continue;
    }
    const { info, name, namespace } = target;
    const subresource = flag(session.args, 'subresource');
    const response = yield* session.send(
      {
        verb: 'patch',
        ...placeOf(info, namespace),
        name,
        patch: { type, body },
        ...(subresource === undefined ? {} : { subresource }),
      },
      'kubectl-patch',
    );
    if (response.failure !== undefined) session.fail(statusFailure(response.failure));
    else
      session.printDone(
        info,
        name,
        equal(before.object, response.object) ? 'patched (no change)' : 'patched',
      );
  }
}

function patchFromFile(session: Session): Json | undefined {
  const file = flag(session.args, 'patch-file');
  return file !== undefined && Object.hasOwn(session.files, file)
    ? session.files[file]?.[0]?.value
    : undefined;
}

/** How deeply a patch may be nested; an object that deep is of no kind. */
const MAX_DEPTH = 100;

/** Patches are JSON here; kubectl would take YAML as well. */
function parsePatch(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isDeeper(value, MAX_DEPTH) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((item: Json) => isDeeper(item, depth - 1));
}
