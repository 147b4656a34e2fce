import type { Behaviour } from './behaviour.ts';
import type { KyvernoConfiguration } from './configuration.ts';
import type { ControllerFlags } from './controller-flags.ts';
import type { KyvernoEvent } from './kubernetes-event.ts';

/** Whether a controller writes an Event: not if its reason is omitted, nor a success that nobody wants (pkg/event, Add). */
export function isEventWanted(
  { reason, action }: KyvernoEvent,
  { omitEvents }: Pick<ControllerFlags, 'omitEvents'>,
  asksForSuccess: boolean,
  configuration: () => KyvernoConfiguration,
): boolean {
  if (omitEvents.includes(reason)) return false;
  if (reason !== 'PolicyApplied' || !asksForSuccess) return true;
  const { generateSuccessEvents, successEventActions } = configuration();
  if (!generateSuccessEvents) return false;
  return successEventActions.length === 0 || successEventActions.includes(action);
}

/** Whether the admission controller, or any, asks `generateSuccessEvents`. */
export const asksForSuccess = (
  { asksForSuccessEvents }: Behaviour,
  controller: 'admission' | 'background',
): boolean =>
  asksForSuccessEvents === 'everybody' ||
  (asksForSuccessEvents === 'admission' && controller === 'admission');
