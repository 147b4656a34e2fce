import type { EventId } from '../base/units.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import { formatLogLine, type LogField, type LogRecord } from '../kyverno/log-line.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { type BackgroundEnvironment, recordLine } from './environment.ts';

type Line =
  | 'processing mutate existing'
  | 'failed to get trigger resource'
  | 'failed to get trigger resource on creation'
  | 'failed to mutate existing resource'
  | 'mutate existing rule skipped'
  | 'empty resource to patch'
  | 'failed to update target resource'
  | 'cannot generate events for empty target resource'
  | 'creating new UR for generate'
  | 'failed to list matched resource'
  | 'successfully created UR on policy update';

interface Site {
  readonly file: string;
  readonly level: LogRecord['level'];
  /** The message as logged, where it is not the line's name. */
  readonly message?: string;
  /** Line numbers from 1.11 to 1.19; 0 where the version does not print it. */
  readonly lines: readonly number[];
}

const MUTATE = 'pkg/background/mutate/mutate.go';
const CONTROLLER = 'pkg/policy/policy_controller.go';

/** Where each line is written, by version; the messages of failed rules are in their error. */
const SITES: Readonly<Record<Line, Site>> = {
  'processing mutate existing': {
    file: MUTATE,
    level: 'info',
    lines: [0, 0, 92, 0, 0, 0, 0, 0, 0],
  },
  'failed to get trigger resource': {
    file: MUTATE,
    level: 'error',
    lines: [99, 99, 109, 109, 106, 106, 102, 102, 102],
  },
  'failed to get trigger resource on creation': {
    file: MUTATE,
    level: 'error',
    message: 'failed to get trigger resource',
    lines: [110, 110, 120, 120, 117, 117, 113, 113, 113],
  },
  'failed to mutate existing resource': {
    file: MUTATE,
    level: 'error',
    message: '',
    lines: [165, 165, 186, 186, 183, 183, 179, 179, 179],
  },
  'mutate existing rule skipped': {
    file: MUTATE,
    level: 'info',
    lines: [171, 171, 0, 0, 0, 0, 0, 0, 0],
  },
  'empty resource to patch': {
    file: MUTATE,
    level: 'error',
    message: '',
    lines: [177, 176, 197, 197, 194, 194, 190, 190, 190],
  },
  'failed to update target resource': {
    file: MUTATE,
    level: 'error',
    lines: [201, 200, 221, 221, 218, 218, 214, 214, 214],
  },
  'cannot generate events for empty target resource': {
    file: MUTATE,
    level: 'info',
    lines: [232, 231, 252, 252, 249, 249, 245, 245, 245],
  },
  'creating new UR for generate': {
    file: CONTROLLER,
    level: 'trace',
    lines: [412, 421, 427, 430, 533, 533, 545, 545, 748],
  },
  'failed to list matched resource': {
    file: CONTROLLER,
    level: 'error',
    lines: [435, 481, 487, 490, 593, 593, 605, 605, 808],
  },
  'successfully created UR on policy update': {
    file: 'pkg/policy/mutate.go',
    level: 'trace',
    lines: [40, 46, 56, 56, 56, 56, 56, 56, 56],
  },
};

const VERSIONS: readonly KyvernoVersion[] = [
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

/** What a line is about. */
export interface MutateLine {
  readonly line: Line;
  /** Names of the logger below the controller's own. */
  readonly logger: readonly string[];
  readonly fields: readonly LogField[];
  readonly error?: string;
  /** Said instead of the line's own message. */
  readonly message?: string;
}

/** A line about mutate-existing rules in a version's text log; undefined where the version has none. */
export function formatMutateLog(
  behaviour: Behaviour,
  time: number,
  { line, logger, fields, error, message }: MutateLine,
): { readonly line: string; readonly level: LogRecord['level']; readonly message: string } | undefined {
  const site = SITES[line];
  const number = site.lines[VERSIONS.indexOf(behaviour.version)] ?? 0;
  if (number === 0) return undefined;
  const record: LogRecord = {
    time,
    level: site.level,
    logger,
    site: `${site.file}:${number}`,
    message: message ?? site.message ?? line,
    fields,
    ...(error === undefined ? {} : { error }),
  };
  return { line: formatLogLine(behaviour.logFormat, record), level: record.level, message: record.message };
}

/** Prints a line of the background controller, if the version has it. */
export function logMutate(env: BackgroundEnvironment, line: MutateLine, cause: EventId): void {
  const formatted = formatMutateLog(env.behaviour, env.wallClock(), line);
  if (formatted !== undefined) recordLine(env, formatted, cause);
}
