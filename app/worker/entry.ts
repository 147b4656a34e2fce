import type { RunControl } from './control.ts';
import { inParts } from './deliver.ts';
import { answer, run, takeBase } from './pipeline.ts';
import type { FromWorker, RunOutcome, ToWorker } from './protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

const send = (message: FromWorker): void => self.postMessage(message);

/** Runs under way, by id. */
const controls = new Map<number, RunControl>();

self.onmessage = (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if (message.type === 'base') {
    takeBase(message.version, message.json);
    return;
  }
  const { id } = message;
  if (message.type === 'cancel') {
    const control = controls.get(id);
    if (control !== undefined) control.cancelled = { keep: message.keep };
    return;
  }
  const failed = (error: unknown): void =>
    send({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  if (message.type === 'run') {
    const control: RunControl = {
      cancelled: undefined,
      tell: (progress) => send({ type: 'progress', id, progress }),
    };
    controls.set(id, control);
    run(message.request, control)
      .then((outcome) => deliver(id, outcome), failed)
      .finally(() => controls.delete(id));
  } else answer(message.question).then((value) => send({ type: 'answer', id, answer: value }), failed);
};

function deliver(id: number, outcome: RunOutcome): void {
  if (outcome.trace === undefined) {
    send({ type: 'ran', id, outcome });
    return;
  }
  const { parts, rest } = inParts(outcome.trace);
  for (const part of parts) send({ type: 'part', id, part });
  send({ type: 'ran', id, outcome: { ...outcome, trace: rest } });
}
