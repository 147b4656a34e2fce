import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEngineClient, type LostRun, type WorkerPort } from './client.ts';
import type { FromWorker, RunOutcome, RunRequest, ToWorker } from './protocol.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const request = (name: string): RunRequest => ({ files: [], version: '1.19', seed: 1, name, budget: 1000 });
const outcome = (duration: number): RunOutcome => ({ diagnostics: [], duration });

/** A client over workers that answer only when told to. */
function start() {
  const workers: (WorkerPort & { readonly sent: ToWorker[]; ended: boolean })[] = [];
  const outcomes: RunOutcome[] = [];
  const lost: LostRun[] = [];
  const client = createEngineClient({
    createWorker: () => {
      const sent: ToWorker[] = [];
      const worker = {
        sent,
        ended: false,
        postMessage: (message: ToWorker) => void sent.push(message),
        terminate: () => {
          worker.ended = true;
        },
        onmessage: null,
        onerror: null,
      };
      workers.push(worker);
      return worker;
    },
    loadBase: async () => '{}',
    onOutcome: (one) => outcomes.push(one),
    onLost: (one) => lost.push(one),
  });
  const runs = (worker = workers.length - 1) =>
    (workers[worker]?.sent ?? []).flatMap((message) => (message.type === 'run' ? [message] : []));
  const answer = (message: FromWorker) => workers.at(-1)?.onmessage?.({ data: message });
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { client, workers, outcomes, lost, runs, answer, settle };
}

test('a version’s cluster is sent once, before its first run', async () => {
  const { client, workers, runs, answer, settle } = start();
  client.run(request('a'));
  await settle();
  answer({ type: 'ran', id: runs()[0]?.id ?? 0, outcome: outcome(1) });
  client.run(request('b'));
  await settle();
  expect(workers[0]?.sent.map((message) => message.type)).toEqual(['base', 'run', 'run']);
});

test('while one run is under way only the latest text waits', async () => {
  const { client, outcomes, runs, answer, settle } = start();
  client.run(request('a'));
  await settle();
  client.run(request('b'));
  client.run(request('c'));
  answer({ type: 'ran', id: runs()[0]?.id ?? 0, outcome: outcome(1) });
  await settle();
  expect(runs().map((run) => run.request.name)).toEqual(['a', 'c']);
  expect(outcomes).toHaveLength(1);
});

test('a run over its budget is taken down with its worker, and the next one runs in a new worker', async () => {
  const { client, workers, lost, runs, settle } = start();
  client.run(request('a'));
  await settle();
  await vi.advanceTimersByTimeAsync(4000);
  expect(workers[0]?.ended).toBe(true);
  expect(lost.map((one) => one.kind)).toEqual(['budget']);
  client.run(request('b'));
  await settle();
  expect(runs(1).map((run) => run.request.name)).toEqual(['b']);
});

test('a newer text does not wait for a run that takes long', async () => {
  const { client, workers, lost, runs, settle } = start();
  client.run(request('a'));
  await settle();
  client.run(request('b'));
  await vi.advanceTimersByTimeAsync(500);
  expect(workers).toHaveLength(2);
  expect(lost).toEqual([]);
  expect(runs(1).map((run) => run.request.name)).toEqual(['b']);
});

test('questions are answered beside runs, and fail if their worker is taken down', async () => {
  const { client, workers, answer, settle } = start();
  const first = client.ask({ type: 'read-steps', path: 'a.yaml', files: [] });
  await settle();
  const asked = workers[0]?.sent.find((message) => message.type === 'ask');
  answer({ type: 'answer', id: asked?.type === 'ask' ? asked.id : 0, answer: [] });
  expect(await first).toEqual([]);
  const second = client.ask({ type: 'read-steps', path: 'a.yaml', files: [] });
  const failure = expect(second).rejects.toThrow();
  workers[0]?.onerror?.({ message: 'gone' });
  await failure;
});

test('a cluster that cannot be loaded loses the run with the reason', async () => {
  const lost: LostRun[] = [];
  const client = createEngineClient({
    createWorker: () => ({ postMessage: () => {}, terminate: () => {}, onmessage: null, onerror: null }),
    loadBase: () => Promise.reject(new Error('404')),
    onOutcome: () => {},
    onLost: (one) => lost.push(one),
  });
  client.run(request('a'));
  await vi.advanceTimersByTimeAsync(0);
  expect(lost.map((one) => one.kind)).toEqual(['crash']);
});

test('a newer text ends the run under way, whose worker stays if it answers in time', async () => {
  const { client, workers, outcomes, runs, answer, settle } = start();
  client.run(request('a'));
  await settle();
  const [first] = runs();
  client.run(request('b'));
  expect(workers[0]?.sent.at(-1)).toEqual({ type: 'cancel', id: first?.id, keep: false });
  answer({ type: 'ran', id: first?.id ?? 0, outcome: { ...outcome(1), overtaken: true } });
  await settle();
  expect(outcomes).toEqual([]);
  expect(runs().map(({ request: { name } }) => name)).toEqual(['a', 'b']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(workers[0]?.ended).toBe(false);
});

test('a run that gives signs of life may take longer than its budget', async () => {
  const { client, lost, runs, answer, settle } = start();
  client.run(request('a'));
  await settle();
  const id = runs()[0]?.id ?? 0;
  for (let done = 0; done < 5; done += 1) {
    await vi.advanceTimersByTimeAsync(3000);
    answer({ type: 'progress', id, progress: { done, steps: 9, events: 1 } });
  }
  expect(lost).toEqual([]);
  await vi.advanceTimersByTimeAsync(4000);
  expect(lost.map(({ kind }) => kind)).toEqual(['budget']);
});

test('cancelled by the person, what was traced is asked for', async () => {
  const { client, workers, runs, settle } = start();
  client.run(request('a'));
  await settle();
  client.cancel();
  expect(workers[0]?.sent.at(-1)).toEqual({ type: 'cancel', id: runs()[0]?.id, keep: true });
});
