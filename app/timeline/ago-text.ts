/** How long ago in whole seconds, minutes or hours; `ms` milliseconds. */
export function agoText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const count = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'} ago`;
  if (seconds < 2) return 'just now';
  if (seconds < 60) return count(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? count(minutes, 'minute') : count(Math.round(minutes / 60), 'hour');
}
