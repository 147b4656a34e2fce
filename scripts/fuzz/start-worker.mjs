// A worker of node knows no TypeScript of itself; tsx tells it how to read it.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.entry);
