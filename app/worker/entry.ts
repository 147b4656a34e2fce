import { answer, run, takeBase } from './pipeline.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

const send = (message: FromWorker): void => self.postMessage(message);

self.onmessage = (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if (message.type === 'base') {
    takeBase(message.version, message.json);
    return;
  }
  const { id } = message;
  const failed = (error: unknown): void =>
    send({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  if (message.type === 'run')
    run(message.request).then((outcome) => send({ type: 'ran', id, outcome }), failed);
  else answer(message.question).then((value) => send({ type: 'answer', id, answer: value }), failed);
};
