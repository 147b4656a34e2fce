import type { ObjectRef, Trace, TraceEvent } from '../../../src/index.ts';
import { clip, reasonOf, triggerWasRefused } from '../../../src/index.ts';
import { shortMessage } from './stage-requests.ts';

/** What follows the caption: the reason, or what comes next. Empty where the caption says it all. */
export function secondSentence(trace: Trace, event: TraceEvent, time: number): string {
  switch (event.kind) {
    case 'step':
      if (time < event.end) return 'The caller waits for the answer.';
      return firstLine(event.exitCode === 0 ? event.stdout : event.stderr);
    case 'request': {
      const part = event.cause === undefined ? undefined : trace.events[event.cause];
      if (part?.kind === 'attempt-part' && part.part === 'fetch' && time < event.end)
        return question(trace, part.id);
      if (event.resource.resource === 'updaterequests')
        return 'It writes an UpdateRequest; the verdict does not matter for it.';
      return event.code >= 400 ? sentence(event.message ?? '') : '';
    }
    case 'webhook':
      return sentence(event.message ?? '');
    case 'rule':
      if (event.status !== 'pass') return '';
      return event.ruleType === 'generate' || event.ruleType === 'mutateExisting'
        ? 'So background will have something to do.'
        : '';
    case 'never-stored':
      return 'Its UpdateRequest goes on all the same.';
    case 'stored':
      return sentence(reasonOf(event).replace(/^by /, 'Written by '));
    case 'update-request':
      return ofState(trace, event);
    case 'attempt':
      if (event.end <= time)
        return event.result === 'failed' && refusedTrigger(trace, event.updateRequest)
          ? 'No object with that uid is in the cluster.'
          : sentence(event.message);
      return refusedTrigger(trace, event.updateRequest)
        ? 'It looks for its trigger first, and that was refused.'
        : 'It looks for its trigger first.';
    case 'attempt-part':
      return event.end <= time ? sentence(event.message) : '';
    case 'target':
      return sentence(event.reason);
    default:
      return '';
  }
}

function ofState(trace: Trace, event: Extract<TraceEvent, { kind: 'update-request' }>): string {
  switch (event.state) {
    case '':
      return 'From here on nobody waits.';
    case 'Pending':
      return event.retryCount > 0
        ? 'The controller will try again.'
        : 'It waits for the background controller.';
    case 'Failed':
      return refusedTrigger(trace, event.name)
        ? `The ${event.trigger?.kind ?? 'trigger'} was refused, so no object has that uid.`
        : sentence(event.message);
    case 'dropped':
      return 'It is not tried again, and nothing is made.';
    default:
      return sentence(event.message);
  }
}

function question(trace: Trace, part: number): string {
  const event = trace.events[part];
  const name = event?.kind === 'attempt-part' ? event.updateRequest : '';
  const trigger = triggerOf(trace, name);
  if (trigger === undefined || !triggerWasRefused(trace, trigger))
    return 'Only what is in the cluster counts now.';
  const again = event?.cause === undefined ? undefined : trace.events[event.cause];
  const repeats = again?.kind === 'attempt' && again.attempt > 1;
  return `The ${trigger.kind} was refused, so the answer will be “not found”${repeats ? ' again' : ''}.`;
}

function triggerOf(trace: Trace, name: string): ObjectRef | undefined {
  for (const event of trace.events)
    if (event.kind === 'update-request' && event.name === name && event.trigger !== undefined)
      return event.trigger;
  return undefined;
}

const refusedTrigger = (trace: Trace, name: string): boolean => {
  const trigger = triggerOf(trace, name);
  return trigger !== undefined && triggerWasRefused(trace, trigger);
};

const firstLine = (text: string): string =>
  clip(
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? '',
    140,
  );

/** A message as one sentence of at most two lines. */
function sentence(message: string): string {
  const text = clip(shortMessage(message), 140);
  if (text === '') return '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.…”]$/.test(text) ? '' : '.'}`;
}
