import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type {
  DocumentRoom,
  SortedDocument,
  StepEvent,
  TextFile,
  Trace,
  TraceEvent,
} from '../../src/index.ts';
import { writeWarning } from '../../src/index.ts';
import type { IncomingText } from '../stores/page.ts';
import { useStudio } from '../stores/studio.ts';
import { EMPTY_DOCUMENT, isEmpty } from '../stores/workspace.ts';
import { Mark } from '../ui/marks.tsx';
import { Switch } from '../ui/switch.tsx';
import { StoryPicture } from './story-picture.tsx';
import './gallery.css';

const ROOMS: readonly { readonly id: DocumentRoom; readonly label: string }[] = [
  { id: 'policies', label: 'Policies' },
  { id: 'cluster', label: 'Cluster' },
  { id: 'steps', label: 'Steps' },
];

interface Outlook {
  readonly files: readonly TextFile[];
  readonly trace: Trace | undefined;
}

/** Pasted and dropped documents with where each belongs and why, what they would do, and a switch for what is wrong. */
export function SortSheet({ incoming }: { readonly incoming: IncomingText }) {
  const { services, page, workspace } = useStudio();
  const present = useStore(workspace, (state) => state.document);
  const [documents, setDocuments] = useState<readonly SortedDocument[] | undefined>(undefined);
  const [chosen, choose] = useState(0);
  const [outlook, setOutlook] = useState<Outlook | undefined>(undefined);
  const close = () => page.setState({ incoming: undefined });

  useEffect(() => {
    let gone = false;
    services.sort(incoming.files).then(
      (sorted) => gone || setDocuments(sorted),
      () => gone || setDocuments([]),
    );
    return () => {
      gone = true;
    };
  }, [services, incoming]);

  useEffect(() => {
    if (documents === undefined || documents.length === 0) return undefined;
    let gone = false;
    void services
      .arrange(documents, present.files)
      .then(async (files) => ({ files, trace: await services.preview(files, present.version) }))
      .then(
        (next) => gone || setOutlook(next),
        () => undefined,
      );
    return () => {
      gone = true;
    };
  }, [services, documents, present]);

  const move = (index: number, room: DocumentRoom) =>
    setDocuments((list) =>
      list?.map((one, at) => (at === index ? { ...one, room, reason: 'You moved it here.' } : one)),
    );
  const add = async () => {
    if (documents === undefined || documents.length === 0) return;
    // As they are sorted now: the outlook may still be that of a moment ago.
    workspace.editMany(await services.arrange(documents, present.files), `add ${incoming.source}`);
    page.say('Added. One undo takes it back.');
    close();
  };
  const openNew = async () => {
    const files = await services.arrange(documents ?? [], EMPTY_DOCUMENT.files);
    services.open({ ...EMPTY_DOCUMENT, name: nameOf(incoming), files, version: present.version });
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const list = documents ?? [];
    const document = list[chosen];
    const to = { ArrowUp: chosen - 1, ArrowDown: chosen + 1 }[event.key];
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (to !== undefined) choose(Math.max(0, Math.min(list.length - 1, to)));
    else if (by !== undefined && document !== undefined) {
      const at = ROOMS.findIndex((room) => room.id === document.room) + by;
      const room = ROOMS[at];
      if (room !== undefined) move(chosen, room.id);
    } else if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) void add();
    else return;
    event.preventDefault();
  };

  const lines = incoming.files.reduce((sum, file) => sum + file.text.split('\n').length, 0);
  const count = documents?.length ?? 0;
  return (
    <Dialog.Root open onOpenChange={close}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-place">
          <Dialog.Content
            className="sheet sort-sheet"
            onKeyDown={onKeyDown}
            aria-describedby="sort-words"
            onOpenAutoFocus={(event) => {
              event.preventDefault();
              if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
            }}
          >
            <div className="sheet-head">
              <Dialog.Title className="sheet-title">
                {documents === undefined
                  ? 'Reading'
                  : `${count} ${count === 1 ? 'document' : 'documents'}, sorted`}
              </Dialog.Title>
              <p>
                from <span className="mono">{incoming.source}</span>, {lines} lines
              </p>
              <Dialog.Close className="kbd" aria-label="Close">
                Esc
              </Dialog.Close>
              <p id="sort-words">
                {documents?.length === 0
                  ? 'No YAML document in it could be read.'
                  : 'Kyverno’s kinds are policies, the cluster is what is there before, steps are what a person does. Move what is wrong.'}
              </p>
            </div>
            <ol>
              {documents?.map((document, index) => (
                <li
                  key={`${document.file}-${document.index}`}
                  className={index === chosen ? 'sorted chosen' : 'sorted'}
                  onPointerDown={() => choose(index)}
                >
                  <span className="number">{index + 1}</span>
                  <div>
                    <strong>{document.title}</strong>{' '}
                    <span className="lines">
                      lines {document.firstLine}–{document.lastLine}
                    </span>
                    <p>{document.reason}</p>
                  </div>
                  <RoomSwitch document={document} onMove={(room) => move(index, room)} />
                </li>
              ))}
            </ol>
            {outlook?.trace !== undefined && <OutlookRow trace={outlook.trace} />}
            {count > 0 && (
              <div className="sort-foot">
                <button type="button" className="button filled large" onClick={() => void add()}>
                  Add to this studio <kbd className="kbd">Enter</kbd>
                </button>
                {!isEmpty(present.files) && (
                  <button type="button" className="button large" onClick={() => void openNew()}>
                    Open as a new one
                  </button>
                )}
                <span className="hints">
                  <kbd className="kbd">↑</kbd>
                  <kbd className="kbd">↓</kbd> choose <kbd className="kbd">←</kbd>
                  <kbd className="kbd">→</kbd> move · one undo takes it back
                </span>
              </div>
            )}
          </Dialog.Content>
        </Dialog.Overlay>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface RoomSwitchProps {
  readonly document: SortedDocument;
  readonly onMove: (room: DocumentRoom) => void;
}

function RoomSwitch({ document, onMove }: RoomSwitchProps) {
  return (
    <Switch
      label={`Where ${document.title} belongs`}
      options={ROOMS}
      chosen={document.room}
      onChoose={onMove}
    />
  );
}

/** The last step's verdict, before anything is agreed to. */
function OutlookRow({ trace }: { readonly trace: Trace }) {
  const warnings = [...new Set(trace.events.flatMap((event) => warningsOf(trace, event)))];
  const event = trace.events.findLast(
    (one): one is StepEvent => one.kind === 'step' && one.verdict !== 'none',
  );
  const step = event === undefined ? undefined : trace.steps[event.step];
  return (
    <>
      {warnings.slice(0, 2).map((warning) => (
        <div key={warning} className="sort-warn">
          <Mark name="warned" size={15} />
          <p>
            <strong>Kyverno {trace.kyverno} warns:</strong> {warning}
          </p>
        </div>
      ))}
      {event !== undefined && step !== undefined && (
        <div className="sort-outcome">
          <div>
            <p>
              <strong>{step.title}</strong>{' '}
              <span
                className={`chip ${event.verdict === 'allowed' ? 'allow' : event.verdict === 'denied' ? 'deny' : 'error'}`}
              >
                <Mark
                  name={
                    event.verdict === 'allowed' ? 'allowed' : event.verdict === 'denied' ? 'denied' : 'error'
                  }
                  size={13}
                />
                {event.verdict === 'allowed' ? 'Allowed' : event.verdict === 'denied' ? 'Denied' : 'Error'}
              </span>
            </p>
            <p>{(event.stderr || event.stdout).trim().split('\n').at(-1)?.trim()}</p>
          </div>
          <StoryPicture trace={trace} />
        </div>
      )}
    </>
  );
}

/** What kubectl is told with a request; what the set-up stores was written by no request of the run. */
function warningsOf(trace: Trace, event: TraceEvent): readonly string[] {
  if (event.kind === 'request') return event.component === 'client' ? event.warnings : [];
  if (event.kind !== 'stored' || trace.steps[event.step]?.kind !== 'before') return [];
  const warning = writeWarning(event.object.apiVersion, event.object.kind, trace.kyverno);
  return warning === undefined ? [] : [warning];
}

function nameOf({ source, files }: IncomingText): string {
  const [first] = files;
  const named =
    files.length === 1 && first !== undefined && first.path !== 'pasted.yaml' ? first.path : source;
  return /^[\w./-]+$/.test(named) ? named.replace(/\.\w+$/, '') : 'untitled';
}
