import type { Behaviour } from '../kyverno/behaviour.ts';
import { formatLogLine, type LogField, type LogRecord } from '../kyverno/log-line.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';

/** What a line about one UpdateRequest may mention. Texts are ready for printing. */
export interface LogSubject {
  /** Name of the UpdateRequest. */
  readonly name: string;
  readonly policy: string;
  readonly rule: string;
  readonly resourceVersion: string;
  /** `namespace/name` of the trigger, with an empty namespace for cluster scope. */
  readonly trigger: string;
  /** `apiVersion/kind/namespace/name` of the trigger, as up to 1.12. */
  readonly resource: string;
  /** Name of the trigger alone. */
  readonly resourceName: string;
  /** `apiVersion/kind/namespace/name` of the target. */
  readonly target: string;
}

/** The lines of the background controller at verbosity 2 that speak of generate (versions.md, part 5). */
export type LogMessage =
  | 'start processing UR'
  | 'created generate target resource'
  | 'failed to generate resource'
  | 'failed to apply generate rule'
  | 'variable substitution failed for rule'
  | 'preconditions not met'
  | 'warning: reason'
  | 'failed to update resource';

/** A line to print: none where the version has no such line. */
export interface LogLine {
  readonly line: string;
  readonly level: LogRecord['level'];
  readonly message: string;
}

export function formatBackgroundLog(
  behaviour: Behaviour,
  time: number,
  message: LogMessage,
  subject: LogSubject,
  error?: string,
): LogLine | undefined {
  const site = SITES[message][behaviour.version];
  if (site === undefined) return undefined;
  const form = behaviour.logFormat === 'zerolog' ? currentForm : legacyForm(behaviour.logFormat);
  const record: LogRecord = {
    time,
    level: levelOf(behaviour, message),
    logger: ['background'],
    site: `pkg/background/generate/${site}`,
    ...form(message, subject),
    ...(error === undefined ? {} : { error }),
  };
  return { line: formatLogLine(behaviour.logFormat, record), level: record.level, message: record.message };
}

function levelOf(behaviour: Behaviour, message: LogMessage): LogRecord['level'] {
  switch (message) {
    case 'start processing UR':
      return behaviour.startProcessingLevel === 0 ? 'info' : 'trace';
    case 'created generate target resource':
    case 'preconditions not met':
    case 'warning: reason':
      return 'trace';
    default:
      return 'error';
  }
}

type Form = (message: LogMessage, subject: LogSubject) => Pick<LogRecord, 'message' | 'fields'>;

const currentForm: Form = (message, subject) => {
  const common: LogField[] = [
    ['name', subject.name],
    ['policy', subject.policy],
  ];
  const trigger: LogField = ['trigger', subject.trigger];
  const rule: LogField = ['rule', subject.rule];
  switch (message) {
    case 'start processing UR':
      common.push(['resourceVersion', subject.resourceVersion], ['ur', subject.name]);
      break;
    case 'created generate target resource':
      common.push(rule, ['target', subject.target], trigger);
      break;
    case 'failed to generate resource':
      common.push(['mode', 'SKIP'], rule, ['target', subject.target], trigger);
      break;
    case 'failed to update resource':
      common.push(rule, ['target', subject.target], trigger);
      break;
    case 'variable substitution failed for rule':
      common.push(rule, trigger);
      break;
    case 'preconditions not met':
      common.push(['msg', ''], rule, trigger);
      break;
    default:
      common.push(trigger);
  }
  return { message, fields: common };
};

const legacyForm =
  (format: Behaviour['logFormat']): Form =>
  (message, subject) => {
    const fields: LogField[] = [
      ['name', subject.name],
      ['policy', subject.policy],
      ['resource', subject.resource],
    ];
    switch (message) {
      case 'start processing UR':
        fields.push(['ur', subject.name], ['resourceVersion', subject.resourceVersion]);
        break;
      case 'created generate target resource':
        fields.push(['target', subject.target]);
        break;
      case 'failed to apply generate rule':
        // Its own `resource` is printed beside the logger's; klog keeps one of each name, at its later place.
        if (format === 'klog') fields.splice(1, 2);
        fields.push(['policy', subject.policy], ['rule', subject.rule], ['resource', subject.resourceName]);
        break;
      case 'variable substitution failed for rule':
        // 1.11 leaves a format verb in the message and a value without a name.
        if (format === 'klog') return { message: `${message} %s`, fields: [...fields, ['', '(MISSING)']] };
        fields.push(['rule', '']);
        break;
      default:
    }
    return { message, fields };
  };

type Sites = Readonly<Partial<Record<KyvernoVersion, string>>>;

/** Sites of a line from 1.11 to 1.19; '' where the version lacks it. */
function sites(...list: readonly string[]): Sites {
  const versions: readonly KyvernoVersion[] = [
    '1.11',
    '1.12',
    '1.13',
    '1.14',
    '1.15',
    '1.16',
    '1.17',
    '1.18',
    '1.19',
  ];
  const entries = versions.map((version, i) => [version, list[i] ?? ''] as const);
  return Object.fromEntries(entries.filter(([, site]) => site !== ''));
}

const generator = (upTo17: number, from18: number): readonly string[] => [
  ...Array.from({ length: 5 }, () => `generator.go:${upTo17}`),
  ...Array.from({ length: 2 }, () => `generator.go:${from18}`),
];
const controller = (...lines: readonly number[]): readonly string[] =>
  lines.map((line) => `controller.go:${line}`);

/** Files and line numbers, from recordings of every version; `preconditions not met` and `failed to update resource` were recorded for 1.19 alone. */
const SITES: Readonly<Record<LogMessage, Sites>> = {
  'start processing UR': sites(
    'generate.go:99',
    'generate.go:101',
    ...controller(104, 104, 99, 99, 95, 95, 95),
  ),
  'created generate target resource': sites('generate.go:446', 'generate.go:458', ...generator(167, 168)),
  'failed to generate resource': sites('', '', ...generator(131, 132)),
  'failed to apply generate rule': sites(
    'generate.go:378',
    'generate.go:390',
    ...controller(370, 370, 301, 306, 307, 311, 311),
  ),
  'variable substitution failed for rule': sites(
    'generate.go:372',
    'generate.go:384',
    ...generator(111, 112),
  ),
  'preconditions not met': sites('', '', ...generator(105, 106)),
  'warning: reason': sites('', '', '', '', '', ...controller(302, 303, 307, 307)),
  'failed to update resource': sites('', '', ...generator(214, 215)),
};

/** The two lines that 1.15 to 1.17 print for every look-up of a trigger, outside the log. */
export const triggerLookupLines = (trigger: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}): readonly string[] => [
  `Fetching resource resourceSpec ${trigger.apiVersion}/${trigger.kind}/${trigger.namespace}/${trigger.name}`,
  `uid:  ${trigger.uid} name: ${trigger.name} namespace: ${trigger.namespace} kind: ${trigger.kind} apiVersion: ${trigger.apiVersion}`,
];
