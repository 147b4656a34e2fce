import { firstSentence, refText } from '../../../src/index.ts';
import type { StageModel } from './stage-model.ts';

/** The Stage in words, for who does not see it: the same facts, in the order of the way. */
export function stageText(model: StageModel): string {
  const {
    step,
    caller,
    tokens,
    mutating,
    validating,
    etcd,
    queue,
    worker,
    question: asked,
    targets,
    moreTargets,
  } = model;
  const lines: string[] = [];
  lines.push(
    step.number === undefined
      ? 'Before the first step.'
      : `Step ${step.number}, ${step.title}${caller.name === '' ? '' : `, by ${caller.name}`}.`,
  );
  for (const token of tokens) lines.push(`${refText(token.ref)} ${placeText(token.progress, token.state)}.`);
  if (mutating.state !== 'later') lines.push(gateText('Mutating gate', mutating));
  if (validating.state !== 'later') lines.push(gateText('Validating gate', validating));
  if (etcd.never !== undefined) lines.push(`etcd: ${refText(etcd.never.ref)} was never stored.`);
  if (queue.front !== undefined) {
    const { front } = queue;
    lines.push(`UpdateRequest ${front.name}: ${[front.word, front.after].filter(Boolean).join(', ')}.`);
  }
  if (queue.others.length + queue.more > 0)
    lines.push(`${queue.others.length + queue.more} more UpdateRequests.`);
  if (worker.busy) lines.push(`The background controller is at ${worker.text}.`);
  if (asked !== undefined && asked.text !== '')
    lines.push(
      `It asks ${asked.text} ${asked.about}${asked.answer === '' ? '' : `; the answer: ${asked.answer}`}.`,
    );
  for (const target of targets) lines.push(`Downstream ${refText(target.ref)}: ${target.word}.`);
  if (moreTargets > 0) lines.push(`${moreTargets} more downstream objects.`);
  return lines.join(' ');
}

function gateText(name: string, gate: StageModel['mutating']): string {
  const word = { asking: 'is looking at it', open: 'is open', closed: 'is closed', later: '' }[gate.state];
  const rules = gate.rules.map((rule) => `${rule.name} ${rule.word}`).join(', ');
  const note = gate.note === '' ? '' : `: ${firstSentence(gate.note)}`;
  return `${name} ${word}${note}${rules === '' ? '' : ` (${rules})`}.`;
}

function placeText(progress: number, state: string): string {
  if (state === 'denied')
    return progress < 1.5
      ? 'is refused by the API server'
      : progress < 3
        ? 'is denied at the mutating gate'
        : 'is denied at the validating gate';
  if (state === 'error') return 'is refused';
  if (state === 'stored') return 'is stored in etcd';
  if (state === 'deleted') return 'is deleted from etcd';
  if (progress < 0.5) return 'leaves its sender';
  if (progress < 1.5) return 'is at the API server';
  if (progress < 2.5) return 'is at the mutating gate';
  if (progress < 3.5) return 'is at the schema check';
  if (progress < 4.5) return 'is at the validating gate';
  return 'is on its way into etcd';
}
