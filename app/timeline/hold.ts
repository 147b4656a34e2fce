import type { TimelineCommand } from './transport-commands.ts';

/** A key that is held moves on its own after so long, milliseconds: a tap is one step. */
const HELD_FROM = 170;

let stop: (() => void) | undefined;

/**
 * A key went down: runs its command, and while the key is held, what the command does when held, faster and faster. A
 * repeated key event of a held key is taken and ignored.
 */
export function pressKey(command: TimelineCommand, event: Pick<KeyboardEvent, 'code' | 'repeat'>): void {
  const { hold } = command;
  if (hold === undefined) {
    command.run();
    return;
  }
  if (event.repeat) return;
  stop?.();
  command.run();
  const began = performance.now();
  let last = began;
  let frame = requestAnimationFrame(function turn(now) {
    const held = now - began;
    if (held > HELD_FROM) hold(now - last, held - HELD_FROM);
    last = now;
    frame = requestAnimationFrame(turn);
  });
  const onUp = (up: KeyboardEvent) => {
    if (up.code === event.code) stop?.();
  };
  const end = () => stop?.();
  addEventListener('keyup', onUp);
  addEventListener('blur', end);
  stop = () => {
    cancelAnimationFrame(frame);
    removeEventListener('keyup', onUp);
    removeEventListener('blur', end);
    stop = undefined;
  };
}
