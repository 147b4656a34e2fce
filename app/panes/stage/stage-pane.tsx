import { type ReactNode, useRef } from 'react';
import { useStore } from 'zustand';
import type { Trace } from '../../../src/index.ts';
import { useStudio } from '../../stores/studio.ts';
import { Icon } from '../../ui/icons.tsx';
import { StageDrawing } from './stage-drawing.tsx';
import type { StageLayout } from './stage-layout.ts';
import type { StageModel, StageMoment } from './stage-model.ts';
import { StagePlayer } from './stage-player.tsx';
import { stageText } from './stage-text.ts';
import { useStage } from './use-stage.ts';
import './stage.css';

interface StagePaneProps {
  readonly trace: Trace;
  readonly moments: readonly StageMoment[];
  /** There is no timeline beside it: it has its own player, and this says each moment to screen readers. */
  readonly alone?: ReactNode;
}

/** The same moment as a place: who asks, which gates, what waits, who works, what comes of it. */
export function StagePane({ trace, moments, alone }: StagePaneProps) {
  const { selection, page } = useStudio();
  const selected = useStore(selection, (state) => state.selected);
  const host = useRef<HTMLDivElement>(null);
  const { model, layout, steps } = useStage(trace, moments, host);
  return (
    <div className="stage">
      <div className="stage-place" ref={host}>
        {layout !== undefined && (
          <StageFigure model={model} layout={layout}>
            <StageDrawing
              trace={trace}
              model={model}
              layout={layout}
              selected={selected}
              steps={steps}
              onSelect={(event) => selection.getState().select(event)}
            />
          </StageFigure>
        )}
      </div>
      <div className="stage-foot">
        <Caption model={model} />
        {alone !== undefined && <StagePlayer />}
        <button
          type="button"
          className="button stage-present"
          title="Full screen, for a projector (Ctrl+Shift+F)"
          onClick={() => page.setState({ presenting: true })}
        >
          <Icon name="present" size={15} />
          Present
        </button>
      </div>
      {alone}
    </div>
  );
}

/** The picture with its name and, for who does not see it, its words. */
export function StageFigure({
  model,
  layout,
  children,
}: {
  readonly model: StageModel;
  readonly layout: StageLayout;
  readonly children: ReactNode;
}) {
  const { width, height, kind } = layout;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a group of marks that can be chosen, with a description */}
      <svg
        className={`stage-picture ${kind}`}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="xMidYMid meet"
        role="group"
        aria-label="Stage"
        aria-describedby="stage-text"
      >
        {children}
      </svg>
      <p id="stage-text" className="visually-hidden">
        {stageText(model)}
      </p>
    </>
  );
}

export function Caption({ model }: { readonly model: StageModel }) {
  const { text, second } = model.caption;
  return (
    <p className="stage-caption">
      <b>{text === '' ? '' : /[.?!…”]$/.test(text) ? text : `${text}.`}</b> {second}
    </p>
  );
}
