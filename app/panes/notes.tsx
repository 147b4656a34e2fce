import { Fragment, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { readRunLink } from '../../src/index.ts';
import { compareRuns } from '../stores/compare-actions.ts';
import { useStudio } from '../stores/studio.ts';
import './notes.css';

/** What the author of a story or the sender of a link says about it, with links to moments of the run. */
export function NotesPane() {
  const { workspace } = useStudio();
  const notes = useStore(workspace, (state) => state.document.notes);
  if (notes === undefined) return <p className="pane-empty">There are no notes.</p>;
  return (
    <div className="notes">
      {notes.split(/\n{2,}/).map((paragraph) => (
        <p key={paragraph}>
          <Inline text={paragraph} />
        </p>
      ))}
    </div>
  );
}

const INLINE =
  /\*\*([^*]+)\*\*|(?:\*([^*\s][^*]*)\*)|`([^`]+)`|\[((?:[^\]`]|`[^`]*`)+)\]\((#[^)\s]+|https:\/\/[^)\s]+)\)/;

/** Follows a note's link: to a story or a moment, or to another version's run of the present text. */
function useFollow(): (target: string) => void {
  const { services, workspace, compare } = useStudio();
  return (target) => {
    const run = readRunLink(target);
    if (run === undefined) services.follow(target);
    else if ('version' in run) workspace.setVersion(run.version);
    else compareRuns(compare, run.above, run.below);
  };
}

/** The small part of Markdown that notes use: strong, emphasis, code, links. Everything else is text. */
function Inline({ text }: { readonly text: string }): ReactNode {
  const follow = useFollow();
  const match = INLINE.exec(text);
  if (match === null) return text;
  const [whole, strong, emphasis, code, label, target = ''] = match;
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + whole.length);
  const middle =
    strong !== undefined ? (
      <strong>
        <Inline text={strong} />
      </strong>
    ) : emphasis !== undefined ? (
      <em>{emphasis}</em>
    ) : code !== undefined ? (
      <code className="mono">{code}</code>
    ) : target.startsWith('#') ? (
      <a
        href={target}
        onClick={(event) => {
          event.preventDefault();
          follow(target);
        }}
      >
        <Inline text={label ?? ''} />
      </a>
    ) : (
      <a href={target} rel="noreferrer" target="_blank">
        <Inline text={label ?? ''} />
      </a>
    );
  return (
    <Fragment>
      {before}
      {middle}
      <Inline text={after} />
    </Fragment>
  );
}
