import type { EventId, Trace } from '../../src/index.ts';
import {
  chromeTrace,
  formatTrace,
  mermaidOfChain,
  nameOf,
  reportOfChain,
  reportOfComparison,
  verdictOf,
} from '../../src/index.ts';
import { type CompareModel, readCompare } from '../compare/compare-model.ts';
import { type RunNames, runNames } from '../compare/run-names.ts';
import { StageDrawing } from '../panes/stage/stage-drawing.tsx';
import { layoutStage } from '../panes/stage/stage-layout.ts';
import { stageAt } from '../panes/stage/stage-model.ts';
import { stageText } from '../panes/stage/stage-text.ts';
import { saveFile } from '../storage/files.ts';
import type { ComparedRun } from '../stores/compare.ts';
import type { ComparisonExport, ExportKind, Studio } from '../stores/studio.ts';
import { timelineOf } from '../timeline/model.ts';
import { readPalette } from '../timeline/palette.ts';
import { ComparisonPicture } from './comparison-picture.tsx';
import { Picture } from './picture.tsx';
import { rasterize, renderSvg } from './render-svg.ts';
import { timelinePicture } from './timeline-picture.ts';

type Exported = Pick<
  Studio,
  'run' | 'playback' | 'selection' | 'viewport' | 'workspace' | 'page' | 'flags' | 'compare' | 'services'
>;

interface SavedFile {
  readonly name: string;
  readonly type: string;
  readonly content: string | Blob;
}

/** Makes one of the files to take along and hands it to the person's downloads. */
export async function exportAs(studio: Exported, kind: ExportKind | ComparisonExport): Promise<void> {
  const { trace } = studio.run.getState();
  if (trace === undefined) {
    studio.page.say('Nothing has run yet, so there is nothing to export.');
    return;
  }
  const { name, type, content } = await fileOf(studio, trace, kind);
  saveFile(name, content, type);
  studio.page.say(`Saved ${name}`);
}

async function fileOf(
  studio: Exported,
  trace: Trace,
  kind: ExportKind | ComparisonExport,
): Promise<SavedFile> {
  const name = studio.workspace.getState().document.name;
  const file = name.replaceAll(/[^\w.-]+/g, '-') || 'scenario';
  const json = 'application/json';
  switch (kind) {
    case 'trace':
      return { name: `${file}.trace.json`, type: json, content: formatTrace(trace) };
    case 'chrome-trace':
      return {
        name: `${file}.chrome-trace.json`,
        type: json,
        content: `${JSON.stringify(chromeTrace(trace))}\n`,
      };
    case 'mermaid':
      return {
        name: `${file}.mmd`,
        type: 'text/plain',
        content: mermaidOfChain(trace, subjectOf(studio, trace)),
      };
    case 'markdown': {
      const event = subjectOf(studio, trace);
      const content = reportOfChain(trace, {
        name,
        diagram: true,
        ...(event === undefined ? {} : { event }),
      });
      return { name: `${file}.md`, type: 'text/markdown', content };
    }
    case 'stage-svg':
      return svgFile(`${file}-stage`, await stageSvg(studio, trace, name));
    case 'stage-png':
      return pngFile(`${file}-stage`, await stageSvg(studio, trace, name));
    case 'timeline-svg':
      return svgFile(`${file}-timeline`, await timelineSvg(studio, trace, name));
    case 'timeline-png':
      return pngFile(`${file}-timeline`, await timelineSvg(studio, trace, name));
    case 'compare-svg':
      return svgFile(`${file}-compared`, await comparisonSvg(studio, name));
    case 'compare-png':
      return pngFile(`${file}-compared`, await comparisonSvg(studio, name));
    case 'compare-markdown': {
      const { model, names } = await comparisonOf(studio);
      const content = reportOfComparison({
        name,
        names: names.shown,
        summary: model.comparison.summary,
        seed: trace.seed,
        differences: model.differences,
      });
      return { name: `${file}-compared.md`, type: 'text/markdown', content };
    }
  }
}

const svgFile = (name: string, svg: string): SavedFile => ({
  name: `${name}.svg`,
  type: 'image/svg+xml',
  content: svg,
});
const pngFile = async (name: string, svg: string): Promise<SavedFile> => ({
  name: `${name}.png`,
  type: 'image/png',
  content: await rasterize(svg),
});

/** Both runs as the comparison has them; the one that is not the studio's own is run once more. */
async function comparisonOf(
  studio: Exported,
): Promise<{ readonly model: CompareModel; readonly names: RunNames }> {
  const { above, below, pinned } = studio.compare.getState();
  const names = runNames(above, below, pinned?.version);
  const traces = { above: await runToExport(studio, above), below: await runToExport(studio, below) };
  return { model: readCompare(traces.above, traces.below, names.spoken), names };
}

async function runToExport(
  { run, compare, workspace, services }: Exported,
  which: ComparedRun,
): Promise<Trace> {
  const trace =
    which === 'pinned'
      ? compare.getState().pinned?.trace
      : which === workspace.getState().document.version
        ? run.getState().trace
        : (await services.runOn(which)).trace;
  if (trace === undefined) throw new Error('The files cannot be run as they are written.');
  return trace;
}

async function comparisonSvg(studio: Exported, name: string): Promise<string> {
  const { model, names } = await comparisonOf(studio);
  const { scale, chosen } = studio.compare.getState();
  await document.fonts.ready;
  return renderSvg(
    <ComparisonPicture
      model={model}
      view={{
        name,
        names: names.shown,
        scale,
        chosen: chosen === undefined ? undefined : model.differences[chosen],
      }}
      palette={readPalette(document.body)}
      measure={textMeasure()}
    />,
  );
}

/** Whose chain is told: what is selected, else the step at the playhead. */
function subjectOf({ selection, playback }: Exported, trace: Trace): EventId | undefined {
  const { selected } = selection.getState();
  if (selected !== undefined) return selected;
  const { playhead } = playback.getState();
  return trace.events.findLast(
    (event) => event.kind === 'step' && event.time <= playhead && trace.steps[event.step]?.kind === 'command',
  )?.id;
}

const STAGE = { width: 1400, height: 470 };

function stageSvg({ playback, selection }: Exported, trace: Trace, name: string): Promise<string> {
  const { moments } = timelineOf(trace);
  const { playhead } = playback.getState();
  const layout = layoutStage(STAGE.width, STAGE.height);
  const model = stageAt(trace, moments, playhead);
  const { text, second } = model.caption;
  return renderSvg(
    <Picture
      title={`${name}: ${model.step.number === undefined ? model.step.title : `step ${model.step.number}, ${model.step.title}`}`}
      subtitle={`${text}${text === '' || /[.?!…”]$/.test(text) ? '' : '.'} ${second}`.trim()}
      description={stageText(model)}
      width={layout.width}
      height={layout.height}
    >
      <StageDrawing
        trace={trace}
        model={model}
        layout={layout}
        selected={selection.getState().selected}
        steps={false}
      />
    </Picture>,
  );
}

async function timelineSvg(studio: Exported, trace: Trace, name: string): Promise<string> {
  const { scale, zoom, collapsed, pinned, hidden, groups } = studio.viewport.getState();
  await document.fonts.ready;
  const { svg, width, height } = timelinePicture(
    timelineOf(trace),
    {
      scale,
      zoom,
      arrangement: { collapsed, pinned, hidden, groups },
      playhead: studio.playback.getState().playhead,
      selected: studio.selection.getState().selected,
      flags: studio.flags.getState().flags,
    },
    // The words are the page's: its root tells their font.
    readPalette(document.body),
    textMeasure(),
  );
  return renderSvg(
    <Picture
      title={`${name} on Kyverno ${trace.kyverno}`}
      subtitle={stepsText(trace)}
      description={`${trace.events.length} events. ${stepsText(trace)}`}
      width={width}
      height={height}
    >
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: written by SvgContext, which escapes every text */}
      <g dangerouslySetInnerHTML={{ __html: svg }} />
    </Picture>,
  );
}

function stepsText(trace: Trace): string {
  const steps = trace.events.flatMap((event) => {
    if (event.kind !== 'step' || trace.steps[event.step]?.kind !== 'command') return [];
    const { word } = verdictOf(event);
    return [`${nameOf(trace, event)}${word === '' ? '' : `: ${word}`}`];
  });
  const left = steps.length - 8;
  return `${steps.slice(0, 8).join(' · ')}${left > 0 ? ` · and ${left} more steps` : ''}`;
}

function textMeasure(): (font: string, text: string) => number {
  const ctx = document.createElement('canvas').getContext('2d');
  return (font, text) => {
    if (ctx === null) return text.length * 6;
    if (ctx.font !== font) ctx.font = font;
    return ctx.measureText(text).width;
  };
}
