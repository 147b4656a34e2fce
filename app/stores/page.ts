import { createStore } from 'zustand/vanilla';

export type PaneName = 'outcome' | 'stage' | 'details' | 'cluster' | 'console' | 'notes';
/** What a narrow screen shows, where panes are tabs. */
export type NarrowTab = 'trace' | PaneName | 'files';
export type DialogName = 'gallery' | 'palette' | 'keys' | 'rename';
export type Theme = 'light' | 'dark';

export type Announce = 'full' | 'brief' | 'silent';

/** A message that pushes the content down until the person closes it. */
export interface BannerMessage {
  readonly id: string;
  readonly mark: 'error' | 'warned' | 'noise';
  readonly title: string;
  readonly reason: string;
  /** Text to show as it arrived. */
  readonly excerpt?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly link?: { readonly label: string; readonly run: () => void };
}

/** Where pasted or dropped text came from, waiting to be sorted. */
export interface IncomingText {
  readonly source: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface PageState {
  readonly pane: PaneName;
  readonly narrowTab: NarrowTab;
  readonly dialog: DialogName | undefined;
  /** Text that waits in the sorting sheet. */
  readonly incoming: IncomingText | undefined;
  readonly banners: readonly BannerMessage[];
  readonly theme: Theme;
  readonly stepsView: 'form' | 'yaml';
  readonly saved: 'no' | 'yes' | 'full';
  /** Single letters act as commands (WCAG 2.1.4: can be switched off). */
  readonly singleKeys: boolean;
  /** How much screen readers are told while a person steps through the events. */
  readonly announce: Announce;
  /** Said politely to screen readers and shown for a moment beside its button. */
  readonly notice: { readonly text: string; readonly serial: number } | undefined;
  /** The first trace has been painted: what is not needed for it may load. */
  readonly painted: boolean;
  /** The Stage has the whole screen. */
  readonly presenting: boolean;
}

export type PageStore = ReturnType<typeof createPageStore>;

/** Creates the store of what the page shows beside the person's document. */
export function createPageStore(theme: Theme) {
  const store = createStore<PageState>(() => ({
    pane: 'outcome',
    narrowTab: 'trace',
    dialog: undefined,
    incoming: undefined,
    banners: [],
    theme,
    stepsView: 'form',
    saved: 'no',
    singleKeys: true,
    announce: 'full',
    notice: undefined,
    painted: false,
    presenting: false,
  }));
  return {
    ...store,
    showPane(pane: PaneName): void {
      store.setState({ pane, narrowTab: pane });
    },
    raise(banner: BannerMessage): void {
      const others = store.getState().banners.filter((old) => old.id !== banner.id);
      store.setState({ banners: [...others, banner] });
    },
    lower(id: string): void {
      store.setState({ banners: store.getState().banners.filter((banner) => banner.id !== id) });
    },
    say(text: string): void {
      store.setState({ notice: { text, serial: (store.getState().notice?.serial ?? 0) + 1 } });
    },
  };
}
