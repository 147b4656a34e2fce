import type { Process } from '../base/process.ts';
import { milliseconds } from '../base/units.ts';
import { textFailure } from './failure.ts';
import { flag } from './flags.ts';
import type { Session } from './session.ts';

/** What the review's round trip takes. */
const REVIEW = milliseconds(3);

/** `kubectl auth can-i VERB TYPE[/NAME]`: the answer is the exit code as well; undefined if it is a form not simulated. */
export function* canI(
  session: Session,
  words: readonly string[],
): Process<{ readonly allowed: boolean } | undefined> {
  const [verb = '', what = '', named] = words;
  if (verb === '' || what === '' || what.startsWith('/')) {
    session.fail(
      textFailure(
        "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
      ),
    );
    return undefined;
  }
  const [type = '', slashName] = what.split('/');
  const info = session.server.discovery().byName(type);
  if (info === undefined) session.warn(`the server doesn't have a resource type '${type}'\n`);
  else if (!info.namespaced)
    session.warn(
      info.group === ''
        ? `resource '${info.resource}' is not namespace scoped\n`
        : `resource '${info.resource}' is not namespace scoped in group '${info.group}'\n`,
    );
  yield REVIEW;
  const everywhere = session.isOn('all-namespaces');
  const subresource = flag(session.args, 'subresource');
  const name = slashName ?? named;
  const allowed = session.server.authorize(session.user, {
    verb,
    group: info?.group ?? '',
    resource: info?.resource ?? type,
    ...(everywhere ? {} : { namespace: session.namespace }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(name === undefined ? {} : { name }),
  });
  if (!session.isOn('quiet')) session.print(allowed ? 'yes' : 'no');
  return { allowed };
}
