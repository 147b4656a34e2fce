import type { Expectation, Milliseconds, StepEvent, Trace } from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';
import './expectations.css';

const TOLD: Readonly<Record<Expectation['result'], readonly [MarkName, string, string]>> = {
  met: ['allowed', 'As the test expects: ', ''],
  missed: ['denied', 'The test expects ', 'missed'],
  unknown: ['skipped', 'Not simulated: ', 'unknown'],
};

/** What the Test expected of a step, and whether it came true; a click leads to where it is written. */
export function Expectations({ event }: { readonly event: StepEvent }) {
  const { services } = useStudio();
  return (
    <ul className="expectations" aria-label="What the test expects">
      {(event.expectations ?? []).map(({ text, result, difference, source }, index) => {
        const [mark, words, tone] = TOLD[result];
        const say = `${words}${text}`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list of an event never changes
          <li key={index} className={tone}>
            <Mark name={mark} size={13} />
            <span>
              {source === undefined ? (
                say
              ) : (
                <button type="button" className="link-button" onClick={() => services.reveal(source)}>
                  {say}
                </button>
              )}
              {difference !== undefined && <code>{difference}</code>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** `3 of 4 checks hold`, of those that are known at a moment. */
export function ExpectationSummary({ trace, at }: { readonly trace: Trace; readonly at: Milliseconds }) {
  const known = trace.events.flatMap((event) =>
    event.kind === 'step' && event.end <= at ? (event.expectations ?? []) : [],
  );
  if (known.length < 2) return null;
  const met = known.filter(({ result }) => result === 'met').length;
  return (
    <p className="second expectation-summary">
      <Mark name={met === known.length ? 'allowed' : 'denied'} size={13} />{' '}
      {`${met} of ${known.length} checks hold.`}
      {met < known.length && ' Chainsaw would stop at the first that does not; the studio goes on.'}
    </p>
  );
}
