import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useStudio } from './stores/studio.ts';

/** The keys of all commands, once the first trace is on screen: there is nothing to move before it. */
export function useKeys(): void {
  const studio = useStudio();
  const painted = useStore(studio.page, (state) => state.painted);
  useEffect(() => {
    if (!painted) return undefined;
    let remove: (() => void) | undefined;
    let ended = false;
    void import('./keys.ts').then(({ installKeys }) => {
      if (ended) return;
      remove = installKeys(studio);
      document.documentElement.dataset['keys'] = '';
    });
    return () => {
      ended = true;
      remove?.();
    };
  }, [studio, painted]);
}
