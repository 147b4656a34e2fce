/** What is pressed before a menu is there: the menu does it once it has the focus, and ends it then. */
export interface EarlyKeys {
  readonly keys: string[];
  readonly end: () => void;
}

/** A menu that has not come by then does not come, milliseconds. */
const PATIENCE = 4000;

/** From now on keys belong to a menu that is on its way: neither its button nor the page has them. */
export function collectKeys(byKeyboard: boolean): EarlyKeys {
  // A menu that is opened by a key has its first item chosen.
  const keys = byKeyboard ? ['Home'] : [];
  const collect = (event: KeyboardEvent): void => {
    if (!event.isTrusted || event.ctrlKey || event.metaKey || event.altKey) return;
    keys.push(event.key);
    event.preventDefault();
    event.stopPropagation();
  };
  const end = (): void => removeEventListener('keydown', collect, { capture: true });
  addEventListener('keydown', collect, { capture: true });
  setTimeout(end, PATIENCE);
  return { keys, end };
}
