import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { type EditableStep, FAULT_DURATION, FAULTS, type Fault, faultChanges } from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { STEPS_FILE } from '../stores/workspace.ts';

/** A length of time as Chainsaw reads it: `30s`, `1m30s`, `500ms`. */
const DURATION = /^(\d+(\.\d+)?(ms|s|m|h))+$/;

interface FaultFormProps {
  readonly steps: readonly EditableStep[];
  /** Numbers of the steps as the list shows them, by index; waits have none. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly onClose: () => void;
}

/** Asks what goes wrong, for how long and around which step, and writes it as steps. */
export function FaultForm({ steps, numbers, onClose }: FaultFormProps) {
  const { services, page } = useStudio();
  const id = useId();
  const first = useRef<HTMLSelectElement>(null);
  const commands = steps.filter(({ operation }) => operation !== 'wait');
  const [title, setTitle] = useState(FAULTS[0]?.title ?? '');
  const [duration, setDuration] = useState(FAULT_DURATION);
  const [around, setAround] = useState(String(commands.at(-1)?.index ?? steps.length));
  const fault = FAULTS.find((one) => one.title === title);
  const lasts = fault !== undefined && fault.ends.length > 0;
  const wrong = lasts && !DURATION.test(duration.trim());

  useEffect(() => first.current?.focus(), []);

  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (fault === undefined || wrong) return;
    services.changeSteps(STEPS_FILE, faultChanges(fault, Number(around), duration.trim()), fault.files).then(
      () => page.say(`Added: ${told(fault, duration.trim())}`),
      () => page.say('The fault could not be added; edit the steps as YAML.'),
    );
    onClose();
  };
  const closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onClose();
  };
  return (
    <form className="fault-form" aria-label="A fault" onSubmit={add} onKeyDown={closeOnEscape}>
      <label htmlFor={`${id}-what`}>what</label>
      <select
        ref={first}
        id={`${id}-what`}
        className="field"
        value={title}
        aria-describedby={`${id}-means`}
        onChange={(event) => setTitle(event.target.value)}
      >
        {FAULTS.map((one) => (
          <option key={one.title}>{one.title}</option>
        ))}
      </select>
      <p id={`${id}-means`}>{fault?.means}</p>
      {lasts && (
        <>
          <label htmlFor={`${id}-for`}>for</label>
          <input
            id={`${id}-for`}
            className="field"
            value={duration}
            size={8}
            aria-invalid={wrong}
            aria-describedby={wrong ? `${id}-wrong` : undefined}
            onChange={(event) => setDuration(event.target.value)}
          />
          {wrong && (
            <p id={`${id}-wrong`} className="wrong">
              A time such as 30s, 1m30s or 500ms.
            </p>
          )}
        </>
      )}
      <label htmlFor={`${id}-around`}>{lasts ? 'during' : 'before'}</label>
      <select
        id={`${id}-around`}
        className="field"
        value={around}
        onChange={(event) => setAround(event.target.value)}
      >
        {commands.map((step) => (
          <option key={step.index} value={step.index}>
            {`${numbers.get(step.index) ?? ''} ${step.title || step.command}`}
          </option>
        ))}
        <option value={steps.length}>nothing: at the end</option>
      </select>
      <div className="step-buttons">
        <button type="submit" className="link-button" disabled={wrong}>
          Add it
        </button>
        <button type="button" className="link-button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}

const told = ({ title, ends }: Fault, duration: string): string =>
  ends.length === 0 ? title : `${title} for ${duration.replace(/(\d)([a-z]+)/g, '$1 $2')}`;
