import { get, getList } from '../../base/json.ts';
import type { RecordedStep, RecordedUpdateRequest } from './recording.ts';

/** What counts in a step, in the simulation and in a recording alike. */
export interface StepFacts {
  /** What the request is refused with, from the server's own words on; '' if it is not. */
  readonly refusal: string;
  /** One a life: type, states, messages, what was generated. */
  readonly updateRequests: readonly string[];
  /** Changes of what Kyverno makes, in order per object. */
  readonly downstreams: readonly string[];
  /** `PolicyError ×5: policy a/b error: …` */
  readonly events: readonly string[];
}

type Step = Pick<RecordedStep, 'stderr' | 'updateRequests' | 'objects' | 'events'>;

/** Without what chance decides: uids, resource versions, where a line of a denial is folded. */
const plain = (text: string): string =>
  text
    .replaceAll(/<uid-\d+>|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, '<uid>')
    .replaceAll(/-(?:<rv-\d+>|\d+)"/g, '-<rv>"')
    .replaceAll("''", "'")
    .replaceAll(/\s+/g, ' ')
    .trim();

const REFUSAL =
  /^(?:error|Error from server)[^:]*: (?:error when creating "[^"]*": )?(?:admission webhook "[^"]*" denied the request: )?([\s\S]*)$/m;

const FIVE =
  'NEW Pending Failed(1) Pending(1) Failed(2) Pending(2) Failed(3) Pending(3) Failed(4) Pending(4) DELETED';
const DONE = 'NEW Pending Completed DELETED';

function lifeOf(request: RecordedUpdateRequest): string {
  const states = request.states.map(({ state }) => state).join(' ');
  const made = getList({ made: request.generatedResources }, 'made').map(
    (one) => `${get(one, 'kind')}/${get(one, 'name')}`,
  );
  return plain(
    [
      request.type,
      request.operation ?? 'no request',
      states === FIVE ? 'fails five times' : states === DONE ? 'completes' : states,
      ...request.messages,
      ...(made.length === 0 ? [] : [`with ${made.join(', ')}`]),
    ].join(' · '),
  );
}

/** The facts of a step, told in a few words. */
export function factsOf({ stderr = '', updateRequests, objects, events }: Step): StepFacts {
  const counts = new Map<string, number>();
  for (const { reason, message } of events) {
    const key = plain(`${reason}: ${message}`);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return {
    refusal: plain(REFUSAL.exec(stderr)?.[1] ?? ''),
    updateRequests: updateRequests.map(lifeOf).sort(),
    downstreams: objects
      .filter(({ labels }) => get(labels, 'app.kubernetes.io/managed-by') === 'kyverno')
      .map(({ change, kind, name, body }) => {
        const data = get(body, 'data');
        return `${change} ${kind}/${name}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`;
      }),
    events: [...counts].map(([text, count]) => text.replace(':', ` ×${count}:`)).sort(),
  };
}
