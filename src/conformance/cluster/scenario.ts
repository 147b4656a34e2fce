import { assert } from '../../base/assert.ts';
import { get, getString, isObject, type Json } from '../../base/json.ts';
import { milliseconds } from '../../base/units.ts';
import type { WebhookBehaviour } from '../../cluster/webhook-dispatch.ts';
import { splitShell } from '../../kubectl/split-shell.ts';
import { nameOf, type UserInfo } from '../../kubernetes/object.ts';
import { NO_MOCKS } from '../../kyverno/mocks.ts';
import type { ManifestDocument } from '../../manifest/manifest.ts';
import { parseFile } from '../../manifest/parse.ts';
import type { Scenario, ScenarioStep } from '../../simulation/scenario.ts';
import type { TypedStep } from './recording.ts';

/** The people of the recordings (their README, "Users"). */
const USERS: Readonly<Record<string, UserInfo>> = {
  admin: { username: 'admin', uid: 'u-admin', groups: ['system:masters', 'system:authenticated'] },
  alice: { username: 'alice', uid: 'u-alice', groups: ['system:authenticated', 'devs'] },
};

/** A step's own processes take about this long on the recorded machine; only what is left of the pause is waited. */
const STEP_MS = 1000;

/** A recording's input, read. */
export interface RecordedScenario {
  readonly scenario: Scenario;
  /** For each step of the recording the index of its step in the trace. */
  readonly indexOf: ReadonlyMap<number, number>;
}

/** A recording's input as a scenario, and for each of its steps the index of its step in the trace. */
export function readRecordedScenario(
  name: string,
  files: Readonly<Record<string, string>>,
  steps: readonly TypedStep[],
): RecordedScenario {
  const parsed: Record<string, readonly ManifestDocument[]> = {};
  for (const [path, text] of Object.entries(files))
    if (path.endsWith('.yaml')) parsed[path] = parseFile({ path, text }).documents;
  const before = (parsed['before.yaml'] ?? []).map((document) => asRestored(document, steps, parsed));
  const indexOf = new Map<number, number>();
  const scenarioSteps: ScenarioStep[] = [];
  let clock: number | undefined;
  for (const step of steps) {
    if (typeof step.cmd !== 'string') continue;
    const pause = step.t === undefined || clock === undefined ? 0 : (step.t - clock) * 1000 - STEP_MS;
    if (pause > 0) scenarioSteps.push(wait(pause));
    clock = step.t ?? clock;
    scenarioSteps.push(typed(step, step.cmd, parsed));
    indexOf.set(step.n, scenarioSteps.length);
  }
  return {
    scenario: { name, before, steps: scenarioSteps, actors: [], mocks: NO_MOCKS, diagnostics: [] },
    indexOf,
  };
}

/**
 * A role that a step restores was before what it is afterwards: `before.yaml` leaves out labels that the older charts'
 * aggregated roles are found by.
 */
function asRestored(
  document: ManifestDocument,
  steps: readonly TypedStep[],
  parsed: Readonly<Record<string, readonly ManifestDocument[]>>,
): ManifestDocument {
  const { object } = document;
  if (object?.kind !== 'ClusterRole') return document;
  const restored = steps
    .filter(({ title }) => title.startsWith('restore '))
    .flatMap(({ file }) => parsed[file ?? ''] ?? [])
    .find((other) => other.object?.kind === object.kind && nameOf(other.object) === nameOf(object))?.object;
  return restored === undefined ? document : { ...document, object: restored, value: restored };
}

function wait(duration: number): ScenarioStep {
  return {
    title: 'wait',
    user: USERS['admin'] as UserInfo,
    action: { type: 'wait', duration: milliseconds(duration) },
  };
}

function typed(
  step: TypedStep,
  cmd: string,
  files: Readonly<Record<string, readonly ManifestDocument[]>>,
): ScenarioStep {
  const split = splitShell(cmd);
  const words = 'words' in split ? split.words : [];
  const text = typeof step.backgroundController === 'string' ? step.backgroundController : '';
  const mark = text.startsWith('stops') ? 'stops-at-failure' : text === '' ? undefined : 'goes-on';
  assert(words[0] === 'kubectl', `a recorded command is a kubectl line: ${cmd}`);
  return {
    title: step.title,
    user: USERS[step.user ?? 'admin'] ?? (USERS['admin'] as UserInfo),
    action: { type: 'kubectl', argv: words.slice(1), files },
    ...(step.webhooks === undefined ? {} : { webhooks: behavioursOf(step.webhooks) }),
    ...(mark === undefined ? {} : { backgroundController: mark }),
  };
}

/** `webhooks` of a step: by name, how long it takes and what it answers. */
function behavioursOf(webhooks: Json): Readonly<Record<string, WebhookBehaviour>> {
  if (!isObject(webhooks)) return {};
  return Object.fromEntries(
    Object.entries(webhooks).map(([name, said]) => {
      const message = getString(said, 'message');
      const delay = milliseconds(Number(get(said, 'delayMs') ?? 0));
      const verdict = get(said, 'allowed') === false ? 'deny' : 'allow';
      return [name, { delay, verdict, ...(message === undefined ? {} : { message }) }];
    }),
  );
}
