/** The address bar as the studio sees it: one text behind the hash sign. */
export interface AddressBar {
  read(): string;
  /** Replaces the hash without a new entry in the browser's history. */
  replace(hash: string): void;
  whole(): string;
  /** Calls back when the person opened another link in this tab. */
  onChange(listener: (hash: string) => void): void;
}

export function browserAddress(): AddressBar {
  return {
    read: () => location.hash,
    replace: (hash) => history.replaceState(history.state, '', hash === '' ? location.pathname : hash),
    whole: () => location.href,
    onChange: (listener) => addEventListener('hashchange', () => listener(location.hash)),
  };
}
