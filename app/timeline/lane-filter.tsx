import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import type { TimelineModel } from './model.ts';

/** Which lanes are shown: by name, and one by one. */
export function LaneFilter({
  model,
  onClose,
}: {
  readonly model: TimelineModel;
  readonly onClose: () => void;
}) {
  const { viewport } = useStudio();
  const hidden = useStore(viewport, (state) => state.hidden);
  const [text, setText] = useState('');
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const away = ({ target }: PointerEvent) => {
      const isInside = box.current?.parentElement?.contains(target as Node) === true;
      if (!isInside) onClose();
    };
    addEventListener('pointerdown', away);
    return () => removeEventListener('pointerdown', away);
  }, [onClose]);

  const filter = (words: string) => {
    setText(words);
    const wanted = words.trim().toLowerCase();
    const fits = model.lanes.filter(({ label }) => label.toLowerCase().includes(wanted));
    viewport
      .getState()
      .setHidden(
        wanted === '' || fits.length === 0
          ? []
          : model.lanes.filter((lane) => !fits.includes(lane)).map(({ id }) => id),
      );
  };
  const toggle = (id: string, shown: boolean) =>
    viewport.getState().setHidden(shown ? hidden.filter((one) => one !== id) : [...hidden, id]);

  return (
    <div
      ref={box}
      className="sheet lane-filter"
      role="dialog"
      aria-label="Lanes shown"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <input
        type="text"
        // biome-ignore lint/a11y/noAutofocus: the sheet was asked for to be typed into
        autoFocus
        aria-label="Filter lanes by name"
        placeholder="Filter by name"
        value={text}
        onChange={({ target }) => filter(target.value)}
      />
      {model.lanes.map(({ id, label }) => (
        <label key={id}>
          <input
            type="checkbox"
            checked={!hidden.includes(id)}
            disabled={!hidden.includes(id) && hidden.length === model.lanes.length - 1}
            onChange={({ target }) => toggle(id, target.checked)}
          />
          {label}
        </label>
      ))}
      <button
        type="button"
        className="link-button"
        onClick={() => {
          setText('');
          viewport.getState().setHidden([]);
        }}
      >
        Show all
      </button>
    </div>
  );
}
