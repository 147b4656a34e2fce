import { Dialog } from 'radix-ui';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Trace } from '../../../src/index.ts';
import { durationText, verdictOf } from '../../../src/index.ts';
import { useStudio } from '../../stores/studio.ts';
import { Icon } from '../../ui/icons.tsx';
import { Mark } from '../../ui/marks.tsx';
import { StageDrawing } from './stage-drawing.tsx';
import { lastBefore } from './stage-index.ts';
import type { StageMoment } from './stage-model.ts';
import { Caption, StageFigure } from './stage-pane.tsx';
import { StagePlayer } from './stage-player.tsx';
import { useStage } from './use-stage.ts';
import './stage.css';

interface PresenterProps {
  readonly trace: Trace;
  readonly moments: readonly StageMoment[];
  /** Says each moment to screen readers, as beside the timeline. */
  readonly announcer: ReactNode;
}

/** What the keys of a clicker, and those of a keyboard that mean the same, do. */
const KEYS: Readonly<Record<string, 'next' | 'previous' | 'toStart' | 'toEnd' | 'toggle'>> = {
  PageDown: 'next',
  ArrowRight: 'next',
  ArrowDown: 'next',
  ' ': 'next',
  PageUp: 'previous',
  ArrowLeft: 'previous',
  ArrowUp: 'previous',
  Backspace: 'previous',
  Home: 'toStart',
  End: 'toEnd',
  p: 'toggle',
};

/** The picture is made for about so much room and then enlarged, so that the type is large. */
const BASE = { width: 1150, height: 500 };
const zoomFor = (width: number, height: number): number =>
  width < 620 ? 1 : Math.max(1, Math.min(width / BASE.width, height / BASE.height));

/** The Stage alone on the screen: large type, moments by a clicker, a light on what is selected. Escape leaves. */
export function Presenter({ trace, moments, announcer }: PresenterProps) {
  const { page, playback, selection } = useStudio();
  const selected = useStore(selection, (state) => state.selected);
  const [blank, setBlank] = useState(false);
  const screen = useRef<HTMLDivElement>(null);
  const leave = (): void => page.setState({ presenting: false });
  useFullScreen(leave);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton =
      event.target instanceof HTMLButtonElement && (event.key === ' ' || event.key === 'Enter');
    const does = KEYS[event.key];
    if (event.key === 'b' || event.key === '.') setBlank(!blank);
    else if (does === undefined || onButton) return;
    else {
      setBlank(false);
      if (does !== 'toggle') playback.getState().pause();
      playback.getState()[does]();
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <Dialog.Root open onOpenChange={leave}>
      <Dialog.Portal>
        <Dialog.Content
          ref={screen}
          className={blank ? 'presenter blank' : 'presenter'}
          aria-describedby={undefined}
          onKeyDown={onKeyDown}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            screen.current?.focus();
          }}
          onPointerDownOutside={(event) => event.preventDefault()}
        >
          <Dialog.Title className="visually-hidden">Stage, full screen</Dialog.Title>
          <Head trace={trace} moments={moments} />
          <Screen trace={trace} moments={moments} selected={selected} />
          <div className="presenter-foot">
            <StagePlayer />
            <span className="presenter-keys">
              <kbd className="kbd">←</kbd> <kbd className="kbd">→</kbd> moments <kbd className="kbd">B</kbd>{' '}
              blank <kbd className="kbd">Esc</kbd> leave
            </span>
            {selected !== undefined && (
              <button type="button" className="button" onClick={() => selection.getState().select(undefined)}>
                Put the light out
              </button>
            )}
            <Dialog.Close className="button" aria-label="Leave the full screen">
              <Icon name="close" size={15} />
              Leave
            </Dialog.Close>
          </div>
          {announcer}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Screen({
  trace,
  moments,
  selected,
}: {
  readonly trace: Trace;
  readonly moments: readonly StageMoment[];
  readonly selected: Parameters<typeof StageDrawing>[0]['selected'];
}) {
  const { selection } = useStudio();
  const host = useRef<HTMLDivElement>(null);
  const { model, layout, steps } = useStage(trace, moments, host, zoomFor);
  return (
    <>
      <div className="stage-place" ref={host}>
        {layout !== undefined && (
          <StageFigure model={model} layout={layout}>
            <StageDrawing
              trace={trace}
              model={model}
              layout={layout}
              selected={selected}
              steps={steps}
              spotlight
              onSelect={(event) => selection.getState().select(event === selected ? undefined : event)}
            />
          </StageFigure>
        )}
      </div>
      <Caption model={model} />
    </>
  );
}

/** What is told, how it ends, and how far it is. */
function Head({ trace, moments }: { readonly trace: Trace; readonly moments: readonly StageMoment[] }) {
  const { playback, workspace } = useStudio();
  const name = useStore(workspace, (state) => state.document.name);
  const playhead = useStore(playback, (state) => state.playhead);
  const command = trace.events.findLast(
    (event) => event.kind === 'step' && event.time <= playhead && trace.steps[event.step]?.kind === 'command',
  );
  const step = command === undefined ? undefined : trace.steps[command.step];
  const verdict = command === undefined || command.end > playhead ? undefined : verdictOf(command);
  const number = trace.steps.filter(
    (one) => one.kind === 'command' && one.index <= (step?.index ?? -1),
  ).length;
  const at = Math.max(0, lastBefore(moments, playhead));
  return (
    <header className="presenter-head">
      <span className="presenter-name">{name}</span>
      {step !== undefined && (
        <b>
          Step {number}: {step.title}
        </b>
      )}
      {verdict !== undefined && verdict.word !== '' && (
        <span className={`chip ${verdict.tone}`}>
          <Mark
            name={verdict.tone === 'allow' ? 'allowed' : verdict.tone === 'deny' ? 'denied' : 'error'}
            size={18}
          />
          {verdict.word}
        </span>
      )}
      <span className="presenter-time">
        +{durationText(Math.max(0, playhead - (step?.time ?? 0)))} · {at + 1} of {moments.length}
      </span>
    </header>
  );
}

/** Asks the browser for its full screen; where it refuses, the page's own is full. Leaving the one leaves the other. */
function useFullScreen(leave: () => void): void {
  const done = useRef(leave);
  done.current = leave;
  useEffect(() => {
    const root = document.documentElement;
    let entered = false;
    if (typeof root.requestFullscreen === 'function')
      root.requestFullscreen({ navigationUI: 'hide' }).then(
        () => {
          entered = true;
        },
        () => undefined,
      );
    const onChange = (): void => {
      if (document.fullscreenElement === null && entered) done.current();
    };
    document.addEventListener('fullscreenchange', onChange);
    return () => {
      document.removeEventListener('fullscreenchange', onChange);
      if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
    };
  }, []);
}
