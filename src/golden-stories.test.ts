import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { observeStep } from './conformance/cluster/observe.ts';
import type { Recording } from './conformance/cluster/recording.ts';
import { type StepFacts as Facts, factsOf } from './conformance/cluster/step-facts.ts';
import {
  findMoment,
  KYVERNO_VERSIONS,
  type KyvernoVersion,
  readClusterBase,
  readRunLink,
  readStoryLink,
  runScenario,
  type Trace,
} from './index.ts';

/**
 * The shelf "How does it behave?": the golden scenarios for classic policies (lifecycle K), each under every version. What
 * comes of a step is told in a few words a version; where a recording of the very step exists, the two are held against
 * each other by their meaning.
 */
const SHELF = 'How does it behave?';
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
  ({ group, also = [] }) => [group, ...also].includes(SHELF),
);
const storyOf = (id: string): Story => {
  const story = stories.find((one) => one.id === id);
  if (story === undefined) throw new Error(`no story ${id} on the shelf`);
  return story;
};

const runs = new Map<string, Trace>();

function play(id: string, version: KyvernoVersion): Trace {
  const known = runs.get(`${id} ${version}`);
  if (known !== undefined) return known;
  const base = readClusterBase(JSON.parse(read(`public/cluster/base-${version}.json`)), version);
  if (base === undefined) throw new Error(`no base ${version}`);
  const files = storyOf(id).files.map((path) => ({ path, text: read(`public/scenarios/${id}/${path}`) }));
  const { trace } = runScenario(files, { version, seed: 1, base });
  if (trace === undefined) throw new Error(`${id} cannot be read`);
  runs.set(`${id} ${version}`, trace);
  return trace;
}

const seen = (story: string, version: KyvernoVersion, step: number): Facts =>
  factsOf(observeStep(play(story, version), step, ['NotificationMessage']));

// --- The table ---

interface Row {
  readonly story: string;
  readonly step: number;
  readonly says: string;
  /** The recording of the step, for every version that has it, and how its names are told here. */
  readonly recorded?: {
    readonly id: string;
    readonly step: number;
    readonly names?: Readonly<Record<string, string>>;
  };
  /** By the first version that does so; the facts that are not named are none. */
  readonly since: Readonly<Partial<Record<KyvernoVersion, Partial<Facts>>>>;
}

const NOT_FOUND = (rule: string, name: string): string =>
  `rule ${rule} failed: failed to fetch trigger resource: trigger resource v1/Namespace /${name} with uid <uid> not found in the cluster, the corresponding admission request may have been rejected by the API server`;
const DENIED = (name: string): string =>
  `resource Namespace//${name} was blocked due to the following policies require-team: check-team: 'validation error: Label 'team' is required. rule check-team failed at path /metadata/labels/team/'`;
const BLOCKED = (name: string): string =>
  `PolicyViolation ×1: Namespace ${name}: [check-team] fail (blocked); validation error: Label 'team' is required. rule check-team failed at path /metadata/labels/team/`;
/** 1.11 tells of what it generated; later charts leave these Events out. */
const APPLIED = (made: string, rule: string): readonly string[] => [
  `PolicyApplied ×1: Created ${made} as a result of applying policy ${rule}`,
  'PolicyApplied ×1: resource generated',
];

const TEAM = {
  'add-networkpolicy': 'add-default-deny',
  'label team is required on namespaces': "Label 'team' is required",
};
const S09 = {
  '{"lab":"payload","name":"s09-x"}': '{"name":"shop-old","revision":"late"}',
  '{"lab":"2","name":"s09-y"}': '{"name":"shop-new","revision":"2"}',
  '{"lab":"5","name":"s09-y"}': '{"name":"shop-new","revision":"5"}',
  's09-x': 'shop-old',
  's09-y': 'shop-new',
};
const S04 = { 'trig1-cm': 'orders-cm', '"v2"': '"v1"' };

const SERVICE_ACCOUNT = 'system:serviceaccount:kyverno:kyverno-background-controller';
const NOTIFY = 'generate-notificationmessage-on-configmap-change/generate-email-notificationmessage';
const forbidden = (what: string, verb: string): string =>
  `${what} is forbidden: User "${SERVICE_ACCOUNT}" cannot ${verb} resource "notificationmessages" in API group "aitextensions.alauda.io" in the namespace "cpaas-system"`;
const FORBIDDEN_CREATE = forbidden('notificationmessages.aitextensions.alauda.io', 'create');
const FORBIDDEN_GET = forbidden(
  'notificationmessages.aitextensions.alauda.io "cm-change-app-team-a-app-notification-source-<rv>"',
  'get',
);

const made = (what: string): string => `generate · CREATE · completes · with ${what}`;

const TABLE: readonly Row[] = [
  {
    story: 'bad-namespace',
    step: 1,
    says: 'the denied Namespace gets no NetworkPolicy; the life of its UpdateRequest differs',
    recorded: { id: 'S01-seed-a-denied-and-allowed', step: 3, names: TEAM },
    since: {
      '1.11': { refusal: DENIED('bad-namespace'), events: [BLOCKED('bad-namespace')] },
      '1.12': {
        refusal: DENIED('bad-namespace'),
        updateRequests: ['generate · CREATE · fails five times · namespaces "bad-namespace" not found'],
        events: [
          'PolicyError ×5: policy add-default-deny/default-deny error: <nil>',
          BLOCKED('bad-namespace'),
        ],
      },
      '1.13': {
        refusal: DENIED('bad-namespace'),
        updateRequests: ['generate · CREATE · completes'],
        events: [
          'PolicyError ×1: policy add-default-deny/default-deny error: namespaces "bad-namespace" not found',
          BLOCKED('bad-namespace'),
        ],
      },
      '1.16': {
        refusal: DENIED('bad-namespace'),
        updateRequests: ['generate · CREATE · completes'],
        events: [BLOCKED('bad-namespace')],
      },
      '1.19': {
        refusal: DENIED('bad-namespace'),
        updateRequests: [
          `generate · CREATE · fails five times · ${NOT_FOUND('default-deny', 'bad-namespace')}`,
        ],
        events: [BLOCKED('bad-namespace')],
      },
    },
  },
  {
    story: 'target-elsewhere',
    step: 1,
    says: 'the denied Namespace gets its ConfigMap elsewhere from 1.12 to 1.18',
    recorded: {
      id: 'S02-denied-trigger-target-elsewhere',
      step: 2,
      names: TEAM,
    },
    since: {
      '1.11': { refusal: DENIED('bad-namespace'), events: [BLOCKED('bad-namespace')] },
      '1.12': {
        refusal: DENIED('bad-namespace'),
        updateRequests: [made('ConfigMap/ns-bad-namespace')],
        downstreams: ['ADDED ConfigMap/ns-bad-namespace {"name":"bad-namespace"}'],
        events: [BLOCKED('bad-namespace')],
      },
      '1.19': {
        refusal: DENIED('bad-namespace'),
        updateRequests: [`generate · CREATE · fails five times · ${NOT_FOUND('register', 'bad-namespace')}`],
        events: [BLOCKED('bad-namespace')],
      },
    },
  },
  {
    story: 'already-exists',
    step: 1,
    says: 'a create that finds its name taken generates for the refused object up to 1.18',
    recorded: { id: 'S09-already-exists', step: 2, names: S09 },
    since: {
      '1.11': {
        refusal: 'namespaces "shop-old" already exists',
        updateRequests: [made('ConfigMap/ns-shop-old')],
        downstreams: ['ADDED ConfigMap/ns-shop-old {"name":"shop-old","revision":"late"}'],
        events: APPLIED('ConfigMap ns-shop-old', 'register-namespace/register'),
      },
      '1.12': {
        refusal: 'namespaces "shop-old" already exists',
        updateRequests: [made('ConfigMap/ns-shop-old')],
        downstreams: ['ADDED ConfigMap/ns-shop-old {"name":"shop-old","revision":"late"}'],
      },
      '1.19': {
        refusal: 'namespaces "shop-old" already exists',
        updateRequests: [`generate · CREATE · fails five times · ${NOT_FOUND('register', 'shop-old')}`],
      },
    },
  },
  {
    story: 'already-exists',
    step: 5,
    says: 'it re-applies what the refused object says up to 1.18, and nothing since',
    recorded: { id: 'S09-already-exists', step: 5, names: S09 },
    since: {
      '1.11': {
        refusal: 'namespaces "shop-new" already exists',
        updateRequests: ['generate · CREATE · completes'],
        downstreams: ['MODIFIED ConfigMap/ns-shop-new {"name":"shop-new","revision":"2"}'],
      },
      '1.19': {
        refusal: 'namespaces "shop-new" already exists',
        updateRequests: [`generate · CREATE · fails five times · ${NOT_FOUND('register', 'shop-new')}`],
      },
    },
  },
  {
    story: 'already-exists',
    step: 7,
    says: 'an update that is stored is taken over in every version',
    recorded: { id: 'S09-already-exists', step: 9, names: S09 },
    since: {
      '1.11': {
        updateRequests: ['generate · UPDATE · completes'],
        downstreams: ['MODIFIED ConfigMap/ns-shop-new {"name":"shop-new","revision":"5"}'],
      },
    },
  },
  {
    story: 'dry-run',
    step: 1,
    says: 'a denied dry run leaves an Event and no UpdateRequest',
    recorded: { id: 'S08-dry-run', step: 2, names: { ...TEAM, 's08-bad': 'shop' } },
    since: { '1.11': { refusal: DENIED('shop'), events: [BLOCKED('shop')] } },
  },
  {
    story: 'dry-run',
    step: 3,
    says: 'an allowed dry run leaves nothing',
    recorded: { id: 'S08-dry-run', step: 3, names: { 's08-good': 'shop' } },
    since: { '1.11': { events: ['PolicyApplied ×1: Namespace shop: pass'] }, '1.12': {} },
  },
  {
    story: 'edit-not-undone',
    step: 3,
    says: 'an edit of a downstream is undone',
    recorded: {
      id: 'S04a-data-sync-true',
      step: 4,
      names: { 'trig1-cm': 'always-orders', '"edited"': '"x"', '"k":"v1"': '"k":"v"' },
    },
    since: {
      '1.11': {
        updateRequests: ['generate · no request · completes'],
        downstreams: [
          'MODIFIED ConfigMap/always-orders {"k":"x"}',
          'MODIFIED ConfigMap/always-orders {"k":"v"}',
        ],
      },
    },
  },
  {
    story: 'edit-not-undone',
    step: 5,
    says: 'an edit stays if the rule is for CREATE alone; how that is told differs',
    recorded: {
      id: 'S22-sync-edge-cases',
      step: 3,
      names: { 'ops-a': 'on-create-orders', 'ops/r': 'on-create/copy', 'rule r': 'rule copy' },
    },
    since: {
      '1.11': {
        updateRequests: ['generate · no request · completes'],
        downstreams: ['MODIFIED ConfigMap/on-create-orders {"k":"x"}'],
      },
      '1.13': {
        updateRequests: ['generate · no request · completes'],
        downstreams: ['MODIFIED ConfigMap/on-create-orders {"k":"x"}'],
        events: ['PolicyError ×1: policy on-create/copy error: policy does not apply to resource'],
      },
      '1.18': {
        updateRequests: [
          'generate · no request · fails five times · rule copy failed: policy does not apply to resource',
        ],
        downstreams: ['MODIFIED ConfigMap/on-create-orders {"k":"x"}'],
        events: ['PolicyError ×5: policy on-create/copy error: policy does not apply to resource'],
      },
    },
  },
  {
    story: 'trigger-re-created',
    step: 3,
    says: 'the downstream goes with its trigger',
    recorded: { id: 'S04a-data-sync-true', step: 13, names: S04 },
    since: {
      '1.11': {
        updateRequests: ['generate · DELETE · completes'],
        downstreams: ['DELETED ConfigMap/orders-cm {"k":"v1"}'],
      },
    },
  },
  {
    story: 'trigger-re-created',
    step: 5,
    says: 'and comes back with a trigger of the same name',
    recorded: { id: 'S04a-data-sync-true', step: 14, names: S04 },
    since: {
      '1.11': {
        updateRequests: [made('ConfigMap/orders-cm')],
        downstreams: ['ADDED ConfigMap/orders-cm {"k":"v1"}'],
        events: APPLIED('ConfigMap orders-cm', 'gen-data/gen-cm'),
      },
      '1.12': {
        updateRequests: [made('ConfigMap/orders-cm')],
        downstreams: ['ADDED ConfigMap/orders-cm {"k":"v1"}'],
      },
    },
  },
  {
    story: 'aligned-selector',
    step: 1,
    says: 'a generate rule that does not match what is denied has no UpdateRequest',
    recorded: { id: 'S03-aligned-selector', step: 2, names: TEAM },
    since: { '1.11': { refusal: DENIED('bad-namespace'), events: [BLOCKED('bad-namespace')] } },
  },
  {
    story: 'aligned-selector',
    step: 5,
    says: 'a denied update that would end the match deletes the downstream from 1.12 on',
    recorded: { id: 'S03-aligned-selector', step: 4, names: TEAM },
    since: {
      '1.11': { refusal: DENIED('good-namespace'), events: [BLOCKED('good-namespace')] },
      '1.12': {
        refusal: DENIED('good-namespace'),
        updateRequests: ['generate · UPDATE · completes'],
        downstreams: ['DELETED NetworkPolicy/default-deny'],
        events: [BLOCKED('good-namespace')],
      },
    },
  },
  {
    story: 'policy-deleted',
    step: 3,
    says: 'what was made from data goes with the policy',
    since: {
      '1.11': {
        updateRequests: ['generate · no request · completes · with ConfigMap/from-data'],
        downstreams: ['DELETED ConfigMap/from-data {"k":"v"}'],
      },
    },
  },
  {
    story: 'policy-deleted',
    step: 5,
    says: 'a clone goes with the policy since 1.19',
    recorded: {
      id: 'S05-clone-sync-true',
      step: 13,
      names: { 'ConfigMap/src': 'ConfigMap/settings', '"s4"': '"s1"' },
    },
    since: {
      '1.11': {},
      '1.19': {
        updateRequests: ['generate · no request · completes · with ConfigMap/settings'],
        downstreams: ['DELETED ConfigMap/settings {"k":"s1"}'],
      },
    },
  },
  {
    story: 'policy-deleted',
    step: 7,
    says: 'an orphan stays from 1.12 on',
    recorded: { id: 'S07-generate-existing', step: 11 },
    since: {
      '1.11': {
        updateRequests: ['generate · no request · completes · with NetworkPolicy/default-deny'],
        downstreams: ['DELETED NetworkPolicy/default-deny'],
      },
      '1.12': {},
    },
  },
  {
    story: 'notification-no-permission-policy',
    step: 1,
    says: 'a policy whose target may not be written is refused in every version',
    recorded: { id: 'S31-seed-003-as-written', step: 2 },
    since: {
      '1.11': {
        refusal:
          "path: spec.rules[0].generate..: system:serviceaccount:kyverno:kyverno-background-controller does not have permissions to 'create' resource aitextensions.alauda.io/v1beta1/NotificationMessage/cpaas-system/. Grant proper permissions to the background controller",
      },
      '1.13': {
        refusal:
          'path: spec.rules[0].generate..: system:serviceaccount:kyverno:kyverno-background-controller requires permissions get,create for resource aitextensions.alauda.io/v1beta1/NotificationMessage in namespace cpaas-system',
      },
    },
  },
  {
    story: 'notification-no-permission-run-time',
    step: 3,
    says: 'what a missing right comes to at run time differs',
    recorded: {
      id: 'S06r-ur-failures',
      step: 5,
      names: {
        'notify-model-config': 'generate-notificationmessage-on-configmap-change',
        'notify-on-x-change': 'generate-email-notificationmessage',
        'model-change': 'cm-change-app-team-a-app-notification-source',
      },
    },
    since: {
      '1.11': {
        updateRequests: [`generate · UPDATE · fails five times · ${FORBIDDEN_CREATE}`],
        events: [`PolicyError ×2: policy ${NOTIFY} error: <nil>`],
      },
      '1.12': {
        updateRequests: [`generate · UPDATE · fails five times · ${FORBIDDEN_CREATE}`],
        events: [`PolicyError ×5: policy ${NOTIFY} error: <nil>`],
      },
      '1.13': { updateRequests: ['generate · UPDATE · completes'] },
      '1.17': {
        updateRequests: ['generate · UPDATE · completes'],
        events: [`PolicyError ×1: policy ${NOTIFY} error: ${FORBIDDEN_GET}`],
      },
      '1.18': {
        updateRequests: [
          `generate · UPDATE · fails five times · rule generate-email-notificationmessage failed: ${FORBIDDEN_GET}`,
        ],
        events: [`PolicyError ×5: policy ${NOTIFY} error: ${FORBIDDEN_GET}`],
      },
    },
  },
  {
    story: 'same-kind',
    step: 1,
    says: 'a rule of the old form may not generate what it matches',
    recorded: { id: 'S12-policy-admission', step: 12 },
    since: { '1.11': { refusal: 'generation kind and match resource kind should not be the same' } },
  },
  { story: 'same-kind', step: 3, says: 'one of the new form may', since: { '1.11': {} } },
  {
    story: 'same-kind',
    step: 5,
    says: 'and what it makes is no trigger',
    recorded: {
      id: 'S22-sync-edge-cases',
      step: 38,
    },
    since: {
      '1.11': {
        updateRequests: [made('ConfigMap/seed-x')],
        downstreams: ['ADDED ConfigMap/seed-x {"k":"v"}'],
        events: APPLIED('ConfigMap seed-x', 'copies/copy'),
      },
      '1.12': {
        updateRequests: [made('ConfigMap/seed-x')],
        downstreams: ['ADDED ConfigMap/seed-x {"k":"v"}'],
      },
    },
  },
  {
    story: 'taken-target',
    step: 1,
    says: 'a target of somebody else is overwritten with synchronize, and left alone without',
    since: {
      '1.11': {
        updateRequests: ['generate · CREATE · completes', 'generate · CREATE · completes'],
        downstreams: ['MODIFIED ConfigMap/kept-in-sync {"k":"generated"}'],
      },
    },
  },
  {
    story: 'taken-target',
    step: 3,
    says: 'what is added to it later goes again from 1.12 on',
    recorded: {
      id: 'S04a-data-sync-true',
      step: 5,
      names: {
        'trig1-cm': 'kept-in-sync',
        '{"extra":"1","k":"v1"}': '{"k":"generated","owner":"bob"}',
        '{"k":"v1"}': '{"k":"generated"}',
      },
    },
    since: {
      '1.11': {
        updateRequests: ['generate · no request · completes'],
        downstreams: ['MODIFIED ConfigMap/kept-in-sync {"k":"generated","owner":"bob"}'],
      },
      '1.12': {
        updateRequests: ['generate · no request · completes'],
        downstreams: [
          'MODIFIED ConfigMap/kept-in-sync {"k":"generated","owner":"bob"}',
          'MODIFIED ConfigMap/kept-in-sync {"k":"generated"}',
        ],
      },
    },
  },
  {
    story: 'taken-target',
    step: 5,
    says: 'the other is no downstream: an edit of it concerns nobody',
    since: { '1.11': {} },
  },
];

const NONE: Facts = { refusal: '', updateRequests: [], downstreams: [], events: [] };

/** What a row says of a version: the entry of the last version up to it. */
function toldOf({ since }: Row, version: KyvernoVersion): Facts {
  const upTo = KYVERNO_VERSIONS.slice(0, KYVERNO_VERSIONS.indexOf(version) + 1);
  const last = upTo.findLast((one) => since[one] !== undefined);
  return { ...NONE, ...(last === undefined ? {} : since[last]) };
}

/** The recorded step in this row's names; undefined where there is none for the version. */
function recordedOf({ recorded }: Row, version: KyvernoVersion): Facts | undefined {
  if (recorded === undefined) return undefined;
  const file = [`cluster-versions/${version}`, ...(version === '1.19' ? ['cluster'] : [])]
    .map((folder) => `fixtures/kyverno/${folder}/${recorded.id}/recording.json`)
    .find((path) => existsSync(join(root, path)));
  if (file === undefined) return undefined;
  const step = (JSON.parse(read(file)) as Recording).steps.find(({ n }) => n === recorded.step);
  if (step === undefined) throw new Error(`no step ${recorded.step} in ${file}`);
  const renamed = (text: string): string =>
    Object.entries(recorded.names ?? {}).reduce((told, [from, to]) => told.replaceAll(from, to), text);
  const { refusal, updateRequests, downstreams, events } = factsOf(step);
  return {
    refusal: renamed(refusal),
    updateRequests: updateRequests.map(renamed).sort(),
    downstreams: downstreams.map(renamed),
    events: events.map(renamed).sort(),
  };
}

describe.each(TABLE)('$story, step $step: $says', (row) => {
  it.each(KYVERNO_VERSIONS)('under %s', (version) => {
    expect(seen(row.story, version, row.step)).toEqual(toldOf(row, version));
  });

  const versions = KYVERNO_VERSIONS.filter((version) => recordedOf(row, version) !== undefined);
  it.each(versions)('as recorded of %s', (version) => {
    expect(seen(row.story, version, row.step)).toEqual(recordedOf(row, version));
  });

  if (row.recorded !== undefined)
    it('has its recording among the fixtures', () => {
      expect(versions).toContain('1.19');
    });
});

describe('the shelf', () => {
  it('has every story of the table, and no other', () => {
    expect(stories.map(({ id }) => id).sort()).toEqual([...new Set(TABLE.map(({ story }) => story))].sort());
  });

  it.each(stories.map(({ id }) => id))('%s has notes whose moments are found by their own words', (id) => {
    const story = storyOf(id);
    const trace = play(id, story.version);
    const links = story.notes.flatMap((note) =>
      [...note.matchAll(/\]\((#[^)]*)\)/g)].map(([, link = '']) => link),
    );
    const moments = links.flatMap((link) => readStoryLink(link)?.moment ?? []);
    expect(moments.length).toBeGreaterThan(0);
    for (const moment of moments) {
      const event = trace.events[findMoment(trace, moment) ?? -1];
      expect([event?.step, event?.kind], JSON.stringify(moment)).toEqual([moment.step, moment.kind]);
      // A word that no event says finds the first of its kind: it must be said by the one that was found.
      const isSaid =
        event?.kind === 'webhook' && ['allowed', 'denied'].includes(moment.word)
          ? event.allowed === (moment.word === 'allowed')
          : ['', 'last'].includes(moment.word) || JSON.stringify(event).includes(`"${moment.word}"`);
      expect(isSaid, JSON.stringify(moment)).toBe(true);
    }
  });

  it.each(stories.map(({ id }) => id))('%s offers other versions, and names its recording', (id) => {
    const text = storyOf(id).notes.join('\n');
    const runLinks = [...text.matchAll(/\]\((#(?:version|compare)=[^)]*)\)/g)].map(([, link = '']) => link);
    expect(runLinks.length).toBeGreaterThan(0);
    expect(runLinks.filter((link) => readRunLink(link) === undefined)).toEqual([]);
    expect(text).toMatch(/recordings? S\d\d|S04a/);
  });
});
