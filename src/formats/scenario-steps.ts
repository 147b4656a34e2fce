import { getString } from '../base/json.ts';
import { type Milliseconds, milliseconds } from '../base/units.ts';
import { parseDuration } from '../kubernetes/duration.ts';
import type { ScenarioStep, StepTest } from '../simulation/scenario.ts';
import { expectsError } from './chainsaw-test.ts';
import { titleOf } from './command-line.ts';
import { commands, testDetails } from './parts.ts';
import { fileStep, filesOf, type OperationReader, objectsOf, say, sourceOf } from './step-parts.ts';
import type { TestOperation } from './test-operation.ts';
import { CLUSTER_ADMIN } from './user.ts';

const VERBS = { apply: ['apply'], create: ['create'], update: ['replace'] } as const;

/** The steps of one operation: one, save for a script of several lines. */
export function stepsOf(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  // A template's operations stand in a file of their own.
  const own = { ...reader, test: { ...reader.test, document: operation.document } };
  const steps = plainSteps(operation, own);
  return steps.map((step, at) => {
    const test = testOf(operation, step, own, at === steps.length - 1);
    return test === undefined ? step : { ...step, test };
  });
}

/** What the Test says of a step beside what is done. */
function testOf(
  operation: TestOperation,
  step: ScenarioStep,
  reader: OperationReader,
  last: boolean,
): StepTest | undefined {
  const { type, body, path } = operation;
  const { action } = step;
  if (action.type === 'wait') return undefined;
  const source = sourceOf(path, reader);
  if (reader.test.checked || hasTemplate(action)) {
    const looks = action.type === 'check' && (type === 'assert' || type === 'error');
    const documents = looks ? objectsOf(operation, { ...reader, diagnostics: [] }) : [];
    return testDetails.get().testOf(operation, last, source, documents);
  }
  return last && expectsError(body, true) ? { type: 'refusal', source } : undefined;
}

/** Whether an object that is sent, or a word of the command, is Chainsaw's `(…)`. */
const hasTemplate = (action: ScenarioStep['action']): boolean =>
  action.type === 'kubectl' &&
  Object.values(action.files)
    .flat()
    .some(({ value, object }) => object?.kind !== 'ClusterPolicy' && TEMPLATE.test(JSON.stringify(value)));

const TEMPLATE = /"\([^"]*\)"[,}\]]/;

function plainSteps(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  switch (operation.type) {
    case 'sleep':
      return waitOf(operation, reader);
    case 'script':
      return commands.get().scriptSteps(operation, reader);
    case 'command':
      return commands.get().commandSteps(operation, reader);
    case 'patch':
      return objectsOf(operation, reader).map((document) =>
        commands.get().patchStep(operation, document, reader),
      );
    case 'delete':
      return commands.get().deleteSteps(operation, reader);
    case 'apply':
    case 'create':
    case 'update':
      return fileStep(operation, VERBS[operation.type], reader);
    case 'assert':
    case 'error': {
      const files = filesOf(operation, reader);
      return Object.keys(files).length === 0
        ? []
        : [checkStep(operation, titleOf([operation.type], files, reader.kinds), reader)];
    }
    default:
      return [checkStep(operation, testDetails.get().lookTitle(operation), reader)];
  }
}

const checkStep = (operation: TestOperation, title: string, reader: OperationReader): ScenarioStep => ({
  title,
  user: CLUSTER_ADMIN,
  action: { type: 'check' },
  source: sourceOf(operation.path, reader),
});

function waitOf({ body, path }: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  const text = getString(body, 'duration') ?? '';
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined || nanoseconds < 0n) {
    say(reader, [...path, 'sleep', 'duration'], `"${text}" is no duration such as \`5s\` or \`2m30s\`.`);
    return [];
  }
  const duration = milliseconds(Number(nanoseconds) / 1e6);
  return [
    {
      title: `wait ${formatWait(duration)}`,
      user: CLUSTER_ADMIN,
      action: { type: 'wait', duration },
      source: sourceOf(path, reader),
    },
  ];
}

/** `5 s`, `2 min`, `1 h 30 min`. */
export function formatWait(duration: Milliseconds): string {
  if (duration < 1000) return `${duration} ms`;
  const units = [
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  let rest: number = duration;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = unit === 's' ? rest / size : Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ');
}
