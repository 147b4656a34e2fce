import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { observeStep } from './conformance/cluster/observe.ts';
import type { RecordedStep, Recording } from './conformance/cluster/recording.ts';
import { factsOf, type StepFacts } from './conformance/cluster/step-facts.ts';
import {
  findMoment,
  KYVERNO_VERSIONS,
  type KyvernoVersion,
  readClusterBase,
  readStoryLink,
  runScenario,
  type Trace,
} from './index.ts';

/**
 * The shelves "What nobody would guess" and "When things break": each story against its recording, or against its row in
 * corrections.md where the recording is not kept.
 */
const SHELVES = ['What nobody would guess', 'When things break'];
const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Story {
  readonly id: string;
  readonly files: readonly string[];
  readonly version: KyvernoVersion;
  readonly group: string;
  readonly also?: readonly string[];
  readonly notes: readonly string[];
}
const stories = (JSON.parse(read('public/scenarios/index.json')) as readonly Story[]).filter(
  ({ group, also = [] }) => SHELVES.some((shelf) => [group, ...also].includes(shelf)),
);

const runs = new Map<string, Trace>();

function play(id: string, version: KyvernoVersion = '1.19', seed = 1): Trace {
  const key = `${id} ${version} ${seed}`;
  const known = runs.get(key);
  if (known !== undefined) return known;
  const story = stories.find((one) => one.id === id);
  const base = readClusterBase(JSON.parse(read(`public/cluster/base-${version}.json`)), version);
  if (story === undefined || base === undefined) throw new Error(`no ${key}`);
  const files = story.files.map((path) => ({ path, text: read(`public/scenarios/${id}/${path}`) }));
  const { trace, diagnostics } = runScenario(files, { version, seed, base });
  if (trace === undefined || diagnostics.some(({ severity }) => severity === 'error'))
    throw new Error(`${id} has errors`);
  runs.set(key, trace);
  return trace;
}

const observed = (id: string, step: number, version?: KyvernoVersion) =>
  observeStep(play(id, version), step, []);
const factsOfStory = (id: string, step: number, version?: KyvernoVersion): StepFacts =>
  factsOf(observed(id, step, version));
const errorLines = (id: string, step: number): readonly string[] =>
  observed(id, step).logs.flatMap(({ c, line }) =>
    c === 'background' && line.includes(' ERR ') ? [line] : [],
  );

const DROPPED = 'generate · CREATE · fails five times · ';
const REVERTED = 'generate · no request · fails five times · ';
const made = (what: string): string => `generate · CREATE · completes · with ${what}`;
const five = (text: string): string => `PolicyError ×5: ${text}`;
const blocked = (text: string): string => `PolicyViolation ×1: ${text}`;

const NO_USER =
  'failed to resolve request.userInfo.username at path /data/data/user: JMESPath query failed: Unknown key "username" in path';
const NUMBER =
  'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string';
const NUMBERS = `failed to process 0 foreach in rule each: failed to process 0 element: ${NUMBER}; failed to process 1 element: ${NUMBER}`;
const QUOTA =
  'configmaps "settings-shop" is forbidden: exceeded quota: full, requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1';
const CLOSED = 'admission webhook "check.inventory.example.com" denied the request: the inventory is closed';
const CONFLICT =
  'Operation cannot be fulfilled on configmaps "shared": the object has been modified; please apply your changes to the latest version and try again';
const FORBIDDEN =
  'failed to list trigger resources: secrets is forbidden: User "system:serviceaccount:kyverno:kyverno-background-controller" cannot list resource "secrets" in API group "" in the namespace "shop"';

interface Row {
  readonly story: string;
  readonly step: number;
  readonly says: string;
  /** Facts that are not named are none. */
  readonly facts: Partial<StepFacts>;
}

const TABLE: readonly Row[] = [
  {
    story: 'denied-update',
    step: 3,
    says: 'the UPDATE is denied and the downstream deleted (c.2)',
    facts: {
      refusal:
        "resource ConfigMap/shop/orders was blocked due to the following policies require-team: check-team: 'validation error: Label 'team' is required. rule check-team failed at path /metadata/labels/'",
      updateRequests: ['generate · UPDATE · completes'],
      downstreams: ['DELETED ConfigMap/orders-cm {"k":"v"}'],
      events: [
        blocked(
          "ConfigMap shop/orders: [check-team] fail (blocked); validation error: Label 'team' is required. rule check-team failed at path /metadata/labels/",
        ),
      ],
    },
  },
  {
    story: 'denied-update',
    step: 5,
    says: 'an accepted UPDATE makes it again (C.7)',
    facts: {
      updateRequests: ['generate · UPDATE · completes · with ConfigMap/orders-cm'],
      downstreams: ['ADDED ConfigMap/orders-cm {"k":"v"}'],
    },
  },
  {
    story: 'denied-delete-of-source',
    step: 3,
    says: 'the source survives, its clone does not (S24, step 3)',
    facts: {
      refusal:
        'resource ConfigMap/platform/ca-bundle was blocked due to the following policies protect: keep-the-source: The bundle of the platform stays.',
      updateRequests: ['generate · no request · completes'],
      downstreams: ['DELETED ConfigMap/ca-bundle {"ca.crt":"PEM"}'],
      events: [
        blocked(
          'ConfigMap platform/ca-bundle: [keep-the-source] fail (blocked); The bundle of the platform stays.',
        ),
      ],
    },
  },
  {
    story: 'denied-delete-of-source',
    step: 5,
    says: 'only the next trigger event makes the clone again (S24)',
    facts: {
      updateRequests: ['generate · UPDATE · completes · with ConfigMap/ca-bundle'],
      downstreams: ['ADDED ConfigMap/ca-bundle {"ca.crt":"PEM"}'],
    },
  },
  {
    story: 'trigger-not-listable',
    step: 3,
    says: 'five attempts and no Event (c.4)',
    facts: {
      updateRequests: [`${DROPPED}rule copy failed: failed to fetch trigger resource: ${FORBIDDEN}`],
    },
  },
  {
    story: 'trigger-not-listable',
    step: 7,
    says: 'with the right to list them the same Secret is served',
    facts: {
      updateRequests: ['generate · UPDATE · completes · with ConfigMap/login-cm'],
      downstreams: ['ADDED ConfigMap/login-cm {"k":"v"}'],
    },
  },
  {
    story: 'operations-orphan',
    step: 3,
    says: 'an edit is not undone, with five Events (c.5)',
    facts: {
      updateRequests: [`${REVERTED}rule copy failed: policy does not apply to resource`],
      downstreams: ['MODIFIED ConfigMap/orders-cm {"k":"x"}'],
      events: [five('policy on-create/copy error: policy does not apply to resource')],
    },
  },
  {
    story: 'operations-orphan',
    step: 5,
    says: 'the deletion of the trigger writes no UpdateRequest (S22, step 4)',
    facts: {},
  },
  {
    story: 'operations-orphan',
    step: 7,
    says: 'the deletion of the policy cannot clean up (S22, step 6)',
    facts: {
      updateRequests: [
        `${REVERTED}rule copy failed: failed to fetch trigger resource: trigger resource v1/ConfigMap shop/ with uid <uid> not found in the cluster, the corresponding admission request may have been rejected by the API server · with ConfigMap/orders-cm`,
      ],
    },
  },
  {
    story: 'two-owners',
    step: 3,
    says: 'the last writer takes the target (c.7)',
    facts: {
      updateRequests: ['generate · CREATE · completes'],
      downstreams: ['MODIFIED ConfigMap/shared {"from":"right"}'],
    },
  },
  {
    story: 'two-owners',
    step: 5,
    says: 'the deletion of the first trigger deletes nothing (c.7)',
    facts: { updateRequests: ['generate · DELETE · completes'] },
  },
  {
    story: 'made-once-by-name',
    step: 1,
    says: 'the name of the user is known at first (S22, step 33)',
    facts: {
      updateRequests: [made('ConfigMap/who-orders')],
      downstreams: ['ADDED ConfigMap/who-orders {"user":"kubernetes-admin"}'],
    },
  },
  {
    story: 'made-once-by-name',
    step: 3,
    says: 'and not when the downstream is to be made again (c.6)',
    facts: {
      updateRequests: [`${REVERTED}rule note failed: ${NO_USER}`],
      downstreams: ['DELETED ConfigMap/who-orders {"user":"kubernetes-admin"}'],
      events: [five(`policy who/note error: ${NO_USER}`)],
    },
  },
  {
    story: 'number-not-text',
    step: 1,
    says: 'the number is refused, both elements in one message (c.11)',
    facts: {
      updateRequests: [`${DROPPED}rule each failed: ${NUMBERS}`],
      events: [five(`policy number/each error: ${NUMBERS}`)],
    },
  },
  {
    story: 'number-not-text',
    step: 3,
    says: 'text is not',
    facts: {
      updateRequests: [made('ConfigMap/text-0, ConfigMap/text-1')],
      downstreams: ['ADDED ConfigMap/text-0 {"i":"n0"}', 'ADDED ConfigMap/text-1 {"i":"n1"}'],
    },
  },
  {
    story: 'quota-full',
    step: 3,
    says: 'the quota refuses the write of the background controller five times (c.8)',
    facts: {
      updateRequests: [`${DROPPED}rule settings failed: ${QUOTA}`],
      events: [five(`policy settings/settings error: ${QUOTA}`)],
    },
  },
  {
    story: 'quota-full',
    step: 5,
    says: 'nobody tries again when it goes',
    facts: {},
  },
  {
    story: 'quota-full',
    step: 7,
    says: 'the next event of the trigger does',
    facts: {
      updateRequests: ['generate · UPDATE · completes · with ConfigMap/settings-shop'],
      downstreams: ['ADDED ConfigMap/settings-shop {"k":"v"}'],
    },
  },
  {
    story: 'write-denied',
    step: 1,
    says: 'a webhook of others denies the write five times (C.6)',
    facts: {
      updateRequests: [`${DROPPED}rule settings failed: ${CLOSED}`],
      events: [five(`policy settings/settings error: ${CLOSED}`)],
    },
  },
  {
    story: 'write-denied',
    step: 3,
    says: 'and lets it pass later',
    facts: {
      updateRequests: ['generate · UPDATE · completes · with ConfigMap/settings-shop'],
      downstreams: ['ADDED ConfigMap/settings-shop {"k":"v"}'],
    },
  },
  {
    story: 'stale-write',
    step: 1,
    says: 'a conflict has no UpdateRequest (S09, step 6)',
    facts: {
      refusal:
        'error when replacing "stale.yaml": Operation cannot be fulfilled on configmaps "orders": the object has been modified; please apply your changes to the latest version and try again',
    },
  },
  {
    story: 'stale-write',
    step: 3,
    says: 'a write without a version is generated from',
    facts: {
      updateRequests: ['generate · UPDATE · completes · with ConfigMap/orders-cm'],
      downstreams: ['ADDED ConfigMap/orders-cm {"a":"3"}'],
    },
  },
];

const NONE: StepFacts = { refusal: '', updateRequests: [], downstreams: [], events: [] };

it.each(TABLE)('$story, step $step: $says', ({ story, step, facts }) => {
  expect(factsOfStory(story, step)).toEqual({ ...NONE, ...facts });
});

describe('rapid updates', () => {
  const targets = (version: KyvernoVersion) =>
    factsOfStory('rapid-updates', 1, version).downstreams.map((told) => told.replace(/change-\d+/, 'change'));

  it('share the latest object: an old object of one request, an object of another, a name that is taken (c.18)', () => {
    const { updateRequests } = factsOfStory('rapid-updates', 1);
    expect(updateRequests).toHaveLength(4);
    expect(updateRequests.every((life) => life.startsWith('generate · UPDATE · completes'))).toBe(true);
    expect(targets('1.19')).toEqual([
      'ADDED ConfigMap/change {"from":"zero","to":"two"}',
      'ADDED ConfigMap/change {"from":"one","to":"three"}',
      'ADDED ConfigMap/change {"from":"two","to":"four"}',
    ]);
  });
});

describe('a trigger that may not be listed', () => {
  it('is over in some 130 ms, without an error line', () => {
    const trace = play('trigger-not-listable');
    const attempts = trace.events.filter((event) => event.kind === 'attempt' && event.step === 3);
    expect(attempts).toHaveLength(5);
    const [first, last] = [attempts[0]?.time ?? 0, attempts.at(-1)?.time ?? 0];
    expect(last - first).toBeLessThan(200);
    expect(errorLines('trigger-not-listable', 3)).toEqual([]);
  });

  it('warns of the reports controller alone when the policy comes, as recorded', () => {
    const recorded = recordedStep('S04x-secret-trigger-without-list-right', 1);
    expect(
      observed('trigger-not-listable', 1)
        .stderr.split('\n')
        .filter((line) => line !== ''),
    ).toEqual((recorded.stderr ?? '').split('\n').filter((line) => line !== ''));
  });
});

describe('two owners', () => {
  it('conflict once when they write at the same time: Failed(1), then Completed(1), one Event, two error lines (c.7)', () => {
    const { updateRequests, events } = factsOfStory('two-owners', 7);
    expect(updateRequests).toEqual([
      `generate · CREATE · NEW Pending Failed(1) Pending(1) Completed(1) DELETED · rule share failed: ${CONFLICT}`,
      'generate · CREATE · completes',
    ]);
    expect(events.map((told) => told.replace(/policy (left|right)/, 'policy'))).toEqual([
      `PolicyError ×1: policy/share error: ${CONFLICT}`,
    ]);
    expect(errorLines('two-owners', 7).map((line) => / > (.*?) error=/.exec(line)?.[1])).toEqual([
      'failed to update resource',
      'failed to apply generate rule',
    ]);
  });
});

describe('a second webhook for the kind', () => {
  const told = (step: number) => {
    const { events, reports } = observed('told-twice', step);
    const fresh = reports.filter(({ source, change }) => source === 'admission' && change === 'ADDED');
    return {
      events: events.filter(({ reportingComponent }) => reportingComponent === 'kyverno-admission').length,
      reports: fresh.length,
    };
  };

  it('doubles Events and EphemeralReports of the audit (c.9), and the PolicyReport counts once', () => {
    expect([told(1), told(5)]).toEqual([
      { events: 2, reports: 1 },
      { events: 4, reports: 2 },
    ]);
    const lines = observed('told-twice', 7).stdout.trim().split('\n').slice(1);
    expect(lines.map((line) => line.split(/\s+/).slice(1, 5).join(' ')).sort()).toEqual([
      'ConfigMap orders 0 1',
      'ConfigMap orders-too 0 1',
    ]);
  });

  it('as recorded, where two policies of the kind are there', () => {
    const { events, reports } = recordedStep('S16-validate-texts', 13);
    expect([events.length, reports.length]).toEqual([4, 2]);
  });
});

function recordedStep(id: string, step: number): RecordedStep {
  const { steps } = JSON.parse(read(`fixtures/kyverno/cluster/${id}/recording.json`)) as Recording;
  const found = steps.find(({ n }) => n === step);
  if (found === undefined) throw new Error(`no step ${step} in ${id}`);
  return found;
}

/** A step of a recording in the names of its story. */
const RECORDED: readonly (readonly [string, number, string, number, Readonly<Record<string, string>>])[] = [
  [
    'trigger-not-listable',
    3,
    'S04x-secret-trigger-without-list-right',
    2,
    { 'rule gen-cm': 'rule copy', '"s04"': '"shop"' },
  ],
  [
    'operations-orphan',
    3,
    'S22-sync-edge-cases',
    3,
    { 'ops-a': 'orders-cm', 'ops/r': 'on-create/copy', 'rule r': 'rule copy' },
  ],
  ['operations-orphan', 5, 'S22-sync-edge-cases', 4, {}],
  [
    'operations-orphan',
    7,
    'S22-sync-edge-cases',
    6,
    { 'ops-a': 'orders-cm', 'rule r': 'rule copy', 'v1/Secret s22/': 'v1/ConfigMap shop/' },
  ],
  [
    'made-once-by-name',
    3,
    'S22-sync-edge-cases',
    34,
    { 'ui-d': 'who-orders', 'ui/r': 'who/note', 'rule r': 'rule note', '"admin"': '"kubernetes-admin"' },
  ],
  ['number-not-text', 1, 'S19-generate-foreach', 2, { 'fe-pol/fe': 'number/each', 'rule fe': 'rule each' }],
];

it.each(RECORDED)('%s, step %i, is as %s, step %i, has it', (story, step, id, recorded, names) => {
  const rename = (text: string): string =>
    Object.entries(names).reduce((told, [from, to]) => told.replaceAll(from, to), text);
  const facts = factsOf(recordedStep(id, recorded));
  expect(factsOfStory(story, step)).toEqual({
    refusal: rename(facts.refusal),
    updateRequests: facts.updateRequests.map(rename),
    downstreams: facts.downstreams.map(rename),
    events: facts.events.map(rename),
  });
});

describe('under other versions', () => {
  it('a denied update deletes from 1.12 on', () => {
    const deletes = KYVERNO_VERSIONS.filter(
      (version) => factsOfStory('denied-update', 3, version).downstreams.length > 0,
    );
    expect(deletes).toEqual(KYVERNO_VERSIONS.filter((version) => version !== '1.11'));
  });

  it('rapid updates have a message each up to 1.18', () => {
    const counts = new Map(
      KYVERNO_VERSIONS.map((version) => [
        version,
        factsOfStory('rapid-updates', 1, version).downstreams.length,
      ]),
    );
    expect([counts.get('1.18'), counts.get('1.19')]).toEqual([4, 3]);
  });
});

describe.each(stories.map((story) => [story.id, story] as const))('the notes of %s', (id, story) => {
  it('lead to moments that are found by their own words', () => {
    const trace = play(id, story.version);
    const links = story.notes.flatMap((note) =>
      [...note.matchAll(/\]\((#moment=[^)]*)\)/g)].map(([, link = '']) => link),
    );
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) {
      const moment = readStoryLink(link)?.moment;
      if (moment === undefined) throw new Error(link);
      const event = trace.events[findMoment(trace, moment) ?? -1];
      expect([event?.step, event?.kind], link).toEqual([moment.step, moment.kind]);
      const said =
        ['', 'last', 'denied', 'allowed'].includes(moment.word) ||
        JSON.stringify(event).includes(`"${moment.word}"`);
      expect(said, link).toBe(true);
    }
  });

  it('name the recording or the row, or say that there is none', () => {
    expect(story.notes.join('\n')).toMatch(/S\d\d|corrections\.md|not on a recording/);
  });
});
