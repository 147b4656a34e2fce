import type { Process } from '../../base/process.ts';
import type { Session } from '../session.ts';
import { describeTargets } from './describe.ts';
import { showEvents } from './events.ts';
import { explainType } from './explain.ts';
import { showLogs } from './logs.ts';
import { listRules } from './rules.ts';
import { showApiResources, showApiVersions, showUser, showVersion } from './server-texts.ts';
import { waitFor } from './wait.ts';

/** Runs a reading command other than `get`; a text names what is not simulated. */
export function* runView(session: Session, words: readonly string[]): Process<string | undefined> {
  const [name = '', ...rest] = words;
  switch (name) {
    case 'describe':
      return yield* describeTargets(session, rest);
    case 'logs':
      return yield* showLogs(session, rest);
    case 'events':
      return yield* showEvents(session);
    case 'wait':
      return yield* waitFor(session, rest);
    case 'explain':
      return explainType(session, rest);
    case 'api-resources':
      showApiResources(session);
      return undefined;
    case 'api-versions':
      showApiVersions(session);
      return undefined;
    case 'version':
      showVersion(session);
      return undefined;
    case 'auth':
      if (rest[0] === 'whoami') showUser(session);
      else listRules(session);
      return undefined;
    default:
      return `kubectl ${name}`;
  }
}
