import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useStudio } from './stores/studio.ts';

/** Keys, drops and pastes, once the first trace is on screen: there is nothing to move before it. */
export function useListeners(): void {
  const studio = useStudio();
  const painted = useStore(studio.page, (state) => state.painted);
  useEffect(() => {
    if (!painted) return undefined;
    const removers: (() => void)[] = [];
    let ended = false;
    void Promise.all([import('./keys.ts'), import('./incoming.ts')]).then(
      ([{ installKeys }, { installIncoming }]) => {
        if (ended) return;
        removers.push(installKeys(studio), installIncoming(studio));
        document.documentElement.dataset['keys'] = '';
      },
    );
    return () => {
      ended = true;
      for (const remove of removers) remove();
    };
  }, [studio, painted]);
}
