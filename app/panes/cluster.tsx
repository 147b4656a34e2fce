import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import {
  type ClusterObject,
  lifeOf,
  type Milliseconds,
  type ObjectRef,
  objectsAt,
  type StoredEvent,
  stepNumber,
  type Trace,
} from '../../src/index.ts';
import { usePresent } from '../stores/present.ts';
import { useStudio } from '../stores/studio.ts';
import { cameBack } from './came-back.ts';
import { ObjectDiff, ObjectText } from './object-view.tsx';
import './details.css';
import './cluster.css';

/** What every cluster has from the start; hidden unless asked for, so that the person's own objects stand out. */
const SYSTEM_NAMESPACES = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'kyverno']);

const keyOf = (ref: ObjectRef): string => `${ref.apiVersion}|${ref.kind}|${ref.namespace ?? ''}|${ref.name}`;

/** Objects at the playhead's time, by namespace and kind, with what the last event changed. */
export function ClusterPane() {
  const { run } = useStudio();
  const trace = useStore(run, (state) => state.trace);
  const at = usePresent();
  const [chosen, choose] = useState<string | undefined>(undefined);
  const [showSystem, setShowSystem] = useState(false);
  const objects = useMemo(() => (trace === undefined ? [] : objectsAt(trace, at)), [trace, at]);
  if (trace === undefined) return <p className="pane-empty">Nothing has run yet.</p>;
  const change = lastChange(trace, at);
  const groups = groupByNamespace(objects.filter((object) => showSystem || isOwn(trace, object)));
  const object =
    objects.find((one) => keyOf(one.ref) === chosen) ?? objects.find((one) => one.event === change?.id);
  return (
    <div className="cluster-pane">
      <nav className="cluster-tree" aria-label="Objects in the cluster">
        {[...groups].map(([namespace, members]) => (
          <section key={namespace}>
            <h3>{namespace === '' ? 'Cluster-scoped' : namespace}</h3>
            <ul>
              {members.map((member) => (
                <li key={keyOf(member.ref)}>
                  <button
                    type="button"
                    aria-current={member === object ? 'true' : undefined}
                    onClick={() => choose(keyOf(member.ref))}
                  >
                    <span className="kind">{member.ref.kind}</span>
                    <span className="name">{member.ref.name}</span>
                    <ChangeWord member={member} change={change} />
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
        {change?.change === 'DELETED' && (
          <p className="second">
            {change.object.kind} {change.object.name} − deleted
          </p>
        )}
        <label className="second system-switch">
          <input
            type="checkbox"
            checked={showSystem}
            onChange={(event) => setShowSystem(event.target.checked)}
          />{' '}
          what every cluster has
        </label>
      </nav>
      <section className="cluster-object" aria-label="The chosen object">
        {object === undefined ? (
          <p className="second">Choose an object.</p>
        ) : (
          <ObjectAt trace={trace} object={object} at={at} />
        )}
      </section>
    </div>
  );
}

/** Objects that came with the scenario or were written since: everything that is not of the base. */
function isOwn(trace: Trace, object: ClusterObject): boolean {
  const revision = trace.revisions[object.revision];
  const inSystem =
    SYSTEM_NAMESPACES.has(object.ref.namespace ?? '') ||
    (object.ref.kind === 'Namespace' &&
      (SYSTEM_NAMESPACES.has(object.ref.name) || object.ref.name === 'default'));
  if (object.ref.kind === 'UpdateRequest') return true;
  if (/^(Cluster)?EphemeralReport$/.test(object.ref.kind)) return false;
  return (
    !inSystem &&
    revision?.event !== undefined &&
    object.ref.name !== 'kube-root-ca.crt' &&
    object.ref.kind !== 'Event'
  );
}

function groupByNamespace(objects: readonly ClusterObject[]): ReadonlyMap<string, ClusterObject[]> {
  const groups = new Map<string, ClusterObject[]>();
  const sorted = [...objects].sort(
    (left, right) =>
      (left.ref.namespace ?? '').localeCompare(right.ref.namespace ?? '') ||
      left.ref.kind.localeCompare(right.ref.kind) ||
      left.ref.name.localeCompare(right.ref.name),
  );
  for (const object of sorted) {
    const namespace = object.ref.namespace ?? '';
    groups.set(namespace, [...(groups.get(namespace) ?? []), object]);
  }
  return groups;
}

function lastChange(trace: Trace, at: Milliseconds): StoredEvent | undefined {
  return trace.events
    .filter(
      (event): event is StoredEvent =>
        event.kind === 'stored' && event.time <= at && event.object.kind !== 'Event',
    )
    .at(-1);
}

function ChangeWord({
  member,
  change,
}: {
  readonly member: ClusterObject;
  readonly change: StoredEvent | undefined;
}) {
  if (change === undefined || member.event !== change.id) return null;
  return <span className="chip allow change">{change.change === 'ADDED' ? '+ created' : '~ changed'}</span>;
}

const LABEL_PREFIXES = ['generate.kyverno.io/', 'app.kubernetes.io/managed-by'];

function ObjectAt({
  trace,
  object,
  at,
}: {
  readonly trace: Trace;
  readonly object: ClusterObject;
  readonly at: Milliseconds;
}) {
  const value = trace.revisions[object.revision]?.object;
  const life = lifeOf(trace, object.ref).filter((event) => event.time <= at);
  if (value === undefined) return null;
  const labels = Object.entries((value.metadata['labels'] ?? {}) as Record<string, string>).filter(([key]) =>
    LABEL_PREFIXES.some((prefix) => key.startsWith(prefix)),
  );
  const last = life.at(-1);
  const previous = last?.previous === undefined ? undefined : trace.revisions[last.previous]?.object;
  return (
    <>
      <h3>
        {object.ref.kind} {object.ref.namespace === undefined ? '' : `${object.ref.namespace}/`}
        {object.ref.name}
      </h3>
      {labels.length > 0 && (
        <>
          <h4>Owner labels</h4>
          <dl className="owner-labels">
            {labels.map(([key, label]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd>{label === '' ? '""' : label}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {life.length > 0 && (
        <>
          <h4>Life of this name</h4>
          <ol className="life">
            {life.map((event) => (
              <LifeRow key={event.id} trace={trace} event={event} />
            ))}
          </ol>
        </>
      )}
      <WhyItCameBack trace={trace} of={object.ref} at={at} />
      <h4>Object now</h4>
      {previous === undefined ? (
        <ObjectText value={value} />
      ) : (
        <ObjectDiff before={previous} after={value} whole />
      )}
    </>
  );
}

/** Why a downstream is there again, or as it was: what the person's own change met. */
function WhyItCameBack({
  trace,
  of,
  at,
}: {
  readonly trace: Trace;
  readonly of: ObjectRef;
  readonly at: Milliseconds;
}) {
  const told = useMemo(() => cameBack(trace, of, at), [trace, of, at]);
  if (told === undefined) return null;
  return (
    <p className="came-back">
      <b>{told.title}</b> {told.text}
    </p>
  );
}

const CHANGE_WORDS = { ADDED: 'created', MODIFIED: 'changed', DELETED: 'deleted' } as const;

function LifeRow({ trace, event }: { readonly trace: Trace; readonly event: StoredEvent }) {
  const { selection, page } = useStudio();
  const who = event.username.replace(/^system:serviceaccount:kyverno:/, '');
  const show = () => {
    selection.getState().select(event.id);
    page.showPane('details');
  };
  return (
    <li>
      <button type="button" className="link-button" onClick={show}>
        {trace.steps[event.step]?.kind === 'before'
          ? 'before'
          : `step ${stepNumber(trace, event.step) ?? ''}`}
      </button>{' '}
      {CHANGE_WORDS[event.change]} by {who}
    </li>
  );
}
