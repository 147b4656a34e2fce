import { useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { type EditableStep, isFaultName, type StepChange, type StepEvent } from '../../src/index.ts';
import { usePresent } from '../stores/present.ts';
import { useStudio } from '../stores/studio.ts';
import { STEPS_FILE, textOf } from '../stores/workspace.ts';
import { Mark } from '../ui/marks.tsx';
import { FaultForm } from './fault-form.tsx';

const OPERATIONS = ['apply', 'create', 'update', 'delete'] as const;
/** Operations that look and do not touch: the form shows them and leaves them as they are. */
const LOOKS: ReadonlySet<EditableStep['written']> = new Set([
  'assert',
  'error',
  'get',
  'describe',
  'events',
  'podLogs',
  'wait',
]);
const UNNUMBERED: ReadonlySet<EditableStep['written']> = new Set(['sleep', 'assert', 'error']);
const NEW_STEP = 'kubectl create namespace new-namespace';

/** The steps as a list with forms; the same text as the YAML view, changed in place. */
export function StepsForm() {
  const { workspace, services, page } = useStudio();
  const text = useStore(workspace, (state) => textOf(state.document.files, STEPS_FILE));
  const files = useStore(workspace, (state) => state.document.files);
  const [steps, setSteps] = useState<readonly EditableStep[] | undefined>(undefined);
  const [unreadable, setUnreadable] = useState(false);
  const [open, setOpen] = useState<number | undefined>(undefined);
  const [asking, setAsking] = useState(false);
  const faultButton = useRef<HTMLButtonElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer depends on the files' text
  useEffect(() => {
    let gone = false;
    services.readSteps(STEPS_FILE).then(
      (found) => {
        if (gone) return;
        if (found !== undefined) setSteps(found);
        setUnreadable(found === undefined);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [services, text, files]);

  const change = useCallback(
    (one: StepChange) => {
      services
        .changeSteps(STEPS_FILE, one)
        .catch(() => page.say('The step could not be changed; edit its YAML.'));
    },
    [services, page],
  );
  if (unreadable)
    return (
      <div className="steps">
        <p className="pane-empty">
          {text.trim() === ''
            ? 'There are no steps yet: what a person does to the cluster, one after the other.'
            : 'This file holds no Chainsaw Test that can be read.'}
        </p>
        <div className="steps-foot">
          <button type="button" className="link-button" onClick={() => page.setState({ stepsView: 'yaml' })}>
            Edit the YAML
          </button>
        </div>
      </div>
    );
  if (steps === undefined) return <p className="pane-empty">Reading the steps</p>;
  const numberOf = ({ index }: EditableStep): number =>
    steps.filter((one) => one.index <= index && !UNNUMBERED.has(one.written)).length;
  const add = (step: { kind: 'kubectl'; command: string } | { kind: 'wait'; duration: string }): void => {
    change({ type: 'add', at: steps.length, step });
    setOpen(steps.length);
  };
  return (
    <div className="steps">
      <ol>
        {steps.map((step) => (
          <StepRow
            key={step.index}
            step={step}
            number={numberOf(step)}
            last={step.index === steps.length - 1}
            open={open === step.index}
            onToggle={() => setOpen(open === step.index ? undefined : step.index)}
            onChange={change}
          />
        ))}
      </ol>
      <div className="steps-foot">
        <button
          type="button"
          className="link-button"
          onClick={() => add({ kind: 'kubectl', command: NEW_STEP })}
        >
          Add a step
        </button>
        <button type="button" className="link-button" onClick={() => add({ kind: 'wait', duration: '5s' })}>
          Add a wait
        </button>
        <button
          ref={faultButton}
          type="button"
          className="link-button"
          aria-expanded={asking}
          onClick={() => setAsking(!asking)}
        >
          Add a fault
        </button>
        <span>kept as a Chainsaw Test</span>
      </div>
      {asking && (
        <FaultForm
          steps={steps}
          numbers={new Map(steps.map((step) => [step.index, numberOf(step)]))}
          onClose={() => {
            setAsking(false);
            faultButton.current?.focus();
          }}
        />
      )}
    </div>
  );
}

interface StepRowProps {
  readonly step: EditableStep;
  readonly number: number;
  readonly last: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly onChange: (change: StepChange) => void;
}

function StepRow({ step, number, last, open, onToggle, onChange }: StepRowProps) {
  const { workspace, page } = useStudio();
  const { index } = step;
  const wait = step.written === 'sleep';
  const now = useIsNow(step);
  const [verb = '', ...object] = (step.title || step.command.replace(/^kubectl /, '')).split(' ');
  return (
    <li className={`step-row${wait ? ' wait' : ''}${now ? ' now' : ''}`}>
      <button type="button" className="step-head" aria-expanded={open} onClick={onToggle}>
        {wait ? (
          `wait ${step.duration ?? ''}`
        ) : (
          <>
            {UNNUMBERED.has(step.written) ? <span /> : <span className="step-circle">{number}</span>}
            <span>
              <strong>{verb}</strong> {object.join(' ')}{' '}
              {step.username !== undefined && <span className="who">as {step.username}</span>}
              {step.dryRun && <span className="who"> dry run</span>}
              {step.name !== undefined && isFaultName(step.name) && <span className="who"> {step.name}</span>}
            </span>
            <StepVerdict step={step} />
          </>
        )}
      </button>
      {open && (
        <div className="step-fields">
          {LOOKS.has(step.written) ? (
            <p className="second">The test looks at the cluster here; edit it as YAML.</p>
          ) : wait ? (
            <TextField
              label="wait"
              value={step.duration ?? ''}
              onCommit={(duration) => onChange({ type: 'set-duration', index, duration })}
            />
          ) : (
            <CommandFields step={step} onChange={onChange} />
          )}
          <div className="step-buttons">
            {index > 0 && (
              <button
                type="button"
                className="link-button"
                onClick={() => onChange({ type: 'move', index, to: index - 1 })}
              >
                Up
              </button>
            )}
            {!last && (
              <button
                type="button"
                className="link-button"
                onClick={() => onChange({ type: 'move', index, to: index + 1 })}
              >
                Down
              </button>
            )}
            <button type="button" className="link-button" onClick={() => onChange({ type: 'remove', index })}>
              Remove
            </button>
            <button
              type="button"
              className="link-button"
              onClick={() => {
                page.setState({ stepsView: 'yaml' });
                workspace.revealPlace(step.location);
              }}
            >
              Edit its YAML
            </button>
          </div>
        </div>
      )}
    </li>
  );
}

function CommandFields({ step, onChange }: Pick<StepRowProps, 'step' | 'onChange'>) {
  const { workspace } = useStudio();
  const files = useStore(workspace, (state) => state.document.files);
  const { index } = step;
  const operation = OPERATIONS.find((one) => one === step.operation);
  const scripted = step.written === 'script' || step.written === 'command';
  return (
    <>
      {!scripted && operation !== undefined && (
        <>
          <label htmlFor={`step-${index}-operation`}>operation</label>
          <select
            id={`step-${index}-operation`}
            className="field"
            value={operation}
            onChange={(event) => {
              const chosen = OPERATIONS.find((one) => one === event.target.value);
              if (chosen !== undefined) onChange({ type: 'set-operation', index, operation: chosen });
            }}
          >
            {OPERATIONS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </>
      )}
      {scripted ? (
        <TextField
          label="command"
          value={step.command}
          onCommit={(command) => onChange({ type: 'set-command', index, command })}
        />
      ) : step.file !== undefined ? (
        <>
          <label htmlFor={`step-${index}-file`}>file</label>
          <select
            id={`step-${index}-file`}
            className="field"
            value={step.file}
            onChange={(event) => onChange({ type: 'set-file', index, file: event.target.value })}
          >
            {[...new Set([step.file, ...files.map((file) => file.path)])].map((path) => (
              <option key={path}>{path}</option>
            ))}
          </select>
        </>
      ) : null}
      <TextField
        label="as"
        value={step.username ?? ''}
        placeholder="cluster-admin"
        onCommit={(name) =>
          onChange({ type: 'set-user', index, username: name === '' ? undefined : name, groups: step.groups })
        }
      />
      {step.username !== undefined && (
        <TextField
          label="groups"
          value={step.groups.join(', ')}
          onCommit={(groups) =>
            onChange({
              type: 'set-user',
              index,
              username: step.username,
              groups: groups.split(/[,\s]+/).filter((group) => group !== ''),
            })
          }
        />
      )}
      <label htmlFor={`step-${index}-dry`}>dry run</label>
      <input
        id={`step-${index}-dry`}
        type="checkbox"
        style={{ justifySelf: 'start' }}
        checked={step.dryRun}
        onChange={(event) => onChange({ type: 'set-dry-run', index, dryRun: event.target.checked })}
      />
    </>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onCommit: (value: string) => void;
}

/** Changes the text when the person leaves the field or presses Enter: half a command is no step. */
function TextField({ label, value, placeholder, onCommit }: TextFieldProps) {
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  const commit = (): void => {
    if (draft.trim() !== value) onCommit(draft.trim());
  };
  return (
    <>
      <span className="label" aria-hidden="true">
        {label}
      </span>
      <input
        className="field"
        aria-label={label}
        value={draft}
        placeholder={placeholder}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
    </>
  );
}

/** The trace's step that this one is, by its order among the commands. */
function useTraceStep(step: EditableStep) {
  const { run } = useStudio();
  const trace = useStore(run, (state) => state.trace);
  const place = JSON.stringify(step.path);
  // The lines of a script have one place; what templates of steps do has none in this file.
  const own = trace?.steps.filter(
    ({ source }) =>
      source?.file === step.location.file && JSON.stringify(source.path.slice(0, step.path.length)) === place,
  );
  return { trace, traceStep: own?.[step.line] };
}

function useIsNow(step: EditableStep): boolean {
  const { trace, traceStep } = useTraceStep(step);
  const playhead = usePresent();
  if (trace === undefined || traceStep === undefined) return false;
  const now = trace.steps.findLast((one) => one.time <= playhead);
  return now?.index === traceStep.index;
}

function StepVerdict({ step }: { readonly step: EditableStep }) {
  const { trace, traceStep } = useTraceStep(step);
  const playhead = usePresent();
  const event = trace?.events.find(
    (one): one is StepEvent => one.kind === 'step' && one.step === traceStep?.index,
  );
  if (event === undefined || event.end > playhead) return null;
  if (event.expectations?.some(({ result }) => result !== 'met'))
    return (
      <span className="chip error">
        <Mark name="denied" size={13} />
        Not as expected
      </span>
    );
  if (event.verdict === 'none') return null;
  const [role, mark, word] = (
    {
      allowed: ['allow', 'allowed', 'Allowed'],
      denied: ['deny', 'denied', 'Denied'],
      error: ['error', 'error', 'Error'],
    } as const
  )[event.verdict];
  return (
    <span className={`chip ${role}`}>
      <Mark name={mark} size={13} />
      {word}
    </span>
  );
}
