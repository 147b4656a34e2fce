import { useEffect, useId, useRef, useState } from 'react';
import { useStudio } from '../../stores/studio.ts';
import type { ConsoleEntry } from './console-state.ts';
import { leaveEdit, saveEdit } from './run-line.ts';

/** What `kubectl edit` opens: the object as it is at the moment; saved, the difference becomes a step. */
export function ConsoleEditor({
  entry,
  onDone,
}: {
  readonly entry: ConsoleEntry;
  readonly onDone: () => void;
}) {
  const studio = useStudio();
  const [text, setText] = useState(entry.editing ?? '');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();
  useEffect(() => field.current?.focus(), []);
  const save = (): void => {
    if (busy) return;
    setBusy(true);
    saveEdit(studio, entry, text)
      .catch((error: Error) => error.message)
      .then((why) => {
        setBusy(false);
        setProblem(why);
        if (why === undefined) onDone();
        else field.current?.focus();
      });
  };
  const leave = (): void => {
    leaveEdit(studio, entry);
    onDone();
  };
  return (
    <div className="console-editor">
      <textarea
        ref={field}
        className="field mono"
        aria-label={`The object of ${entry.line}`}
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : problemId}
        spellCheck={false}
        rows={Math.min(22, Math.max(6, text.split('\n').length))}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Escape') leave();
          else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
          else return;
          event.preventDefault();
        }}
      />
      {problem !== undefined && (
        <p id={problemId} role="alert" className="console-problem">
          {problem}
        </p>
      )}
      <div className="console-editor-ends">
        <button type="button" className="button" onClick={save} disabled={busy}>
          Save as a step
        </button>
        <button type="button" className="link-button" onClick={leave}>
          Leave it as it is
        </button>
        <span className="console-note">Ctrl+Enter saves, Esc leaves</span>
      </div>
    </div>
  );
}
