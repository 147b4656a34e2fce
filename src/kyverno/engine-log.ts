import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Behaviour } from './behaviour.ts';
import type { LogField, LogRecord } from './log-line.ts';
import type { Policy } from './policy.ts';

/** A line that the engine logs while it evaluates a rule; which controller prints it is for the caller to know. */
export interface EngineLogLine {
  /** Source file and line: `pkg/engine/variables/operator/equal.go:83`. */
  readonly site: string;
  readonly message: string;
  readonly error: string;
  /** The rule being evaluated. */
  readonly rule: string;
}

/** What an evaluation is about, as the engine's own logger names it. */
export interface EngineLogSubject {
  readonly policy: Policy;
  readonly newObject?: KubernetesObject;
  readonly oldObject?: KubernetesObject;
}

const objectFields = (prefix: string, object: KubernetesObject | undefined): readonly LogField[] =>
  object === undefined
    ? []
    : [
        [`${prefix}.kind`, object.kind],
        [`${prefix}.namespace`, namespaceOf(object)],
        [`${prefix}.name`, nameOf(object)],
      ];

/** The record of a line of the logger `engine.<operation>` (pkg/engine/internal/logger.go). */
export function engineLogRecord(
  operation: 'validate' | 'background' | 'generate',
  { policy, newObject, oldObject }: EngineLogSubject,
  { site, message, error, rule }: EngineLogLine,
): Omit<LogRecord, 'time'> {
  const applyRules = policy.spec['applyRules'];
  return {
    level: 'error',
    logger: [`engine.${operation}`],
    site,
    message,
    error,
    fields: [
      ['policy.name', policy.name],
      ['policy.namespace', policy.namespace],
      ['policy.apply', typeof applyRules === 'string' ? applyRules : 'All'],
      ...objectFields('new', newObject),
      ...objectFields('old', oldObject),
      ['rule.name', rule],
    ],
  };
}

/** What the generator's logger names: the UpdateRequest, its policy and rule, the trigger as the formats write it. */
export interface GeneratorSubject {
  readonly name: string;
  readonly policy: string;
  readonly rule: string;
  readonly trigger: string;
  readonly resource: string;
}

/** A line that the engine logs with the generator's logger, about one rule context. */
export const generatorRecord = (
  behaviour: Behaviour,
  { name, policy, rule, trigger, resource }: GeneratorSubject,
  { site, message, error }: EngineLogLine,
): Omit<LogRecord, 'time'> => ({
  level: 'error',
  logger: ['background'],
  site,
  message,
  error,
  fields: [
    ['name', name],
    ['policy', policy],
    ...(behaviour.logFormat === 'zerolog'
      ? ([
          ['rule', rule],
          ['trigger', trigger],
        ] as const)
      : ([['resource', resource]] as const)),
  ],
});
