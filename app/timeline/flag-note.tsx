import { useState } from 'react';
import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import type { TimelineModel } from './model.ts';
import { placedOf } from './navigate.ts';

/** The note of a flag, to be written or read; it travels in the link. */
export function FlagNote({
  model,
  time,
  inList = false,
}: {
  readonly model: TimelineModel;
  readonly time: number;
  /** It stands above the list, not at its place in the picture. */
  readonly inList?: boolean;
}) {
  const { flags, viewport } = useStudio();
  const window = useStore(viewport);
  const flag = useStore(flags, (state) => state.flags.find((one) => one.time === time));
  const [text, setText] = useState(flag?.note ?? '');
  const x = placedOf(model, window).toX(time) - window.scrollX;
  const { put, remove, edit } = flags.getState();
  const close = () => {
    edit(undefined);
    document.querySelector<HTMLElement>('.timeline-picture canvas, .event-list')?.focus();
  };
  const save = () => {
    if (text.trim() === '') remove(time);
    else put({ time, note: text.trim() });
    close();
  };
  return (
    <form
      className={inList ? 'flag-note in-list' : 'sheet flag-note'}
      aria-label="Note at this time"
      style={inList ? {} : { left: Math.max(4, Math.min(x, window.width - 268)) }}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        if (flag?.note === '') remove(time);
        close();
      }}
    >
      <input
        type="text"
        // biome-ignore lint/a11y/noAutofocus: the note was asked for to be typed into
        autoFocus
        aria-label="Note"
        placeholder="What is to be seen here"
        maxLength={200}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" className="button">
        Keep
      </button>
      <button
        type="button"
        className="link-button"
        onClick={() => {
          remove(time);
          close();
        }}
      >
        Remove
      </button>
    </form>
  );
}
