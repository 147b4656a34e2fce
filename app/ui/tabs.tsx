import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';

export interface TabEntry<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly count?: number;
  /** A mark behind the name. */
  readonly mark?: ReactNode;
}

interface TabListProps<Id extends string> {
  readonly label: string;
  readonly tabs: readonly TabEntry<Id>[];
  readonly chosen: Id;
  readonly panelId: string;
  /** `byPointer`: with the mouse or a finger; keys leave the focus on the tab. */
  readonly onChoose: (id: Id, byPointer: boolean) => void;
  readonly onRename?: (id: Id) => void;
  /** What stands at the right end. */
  readonly children?: ReactNode;
}

/** Tabs as WAI-ARIA describes them: arrows, Home and End move and choose; one stop for Tab. */
export function TabList<Id extends string>(props: TabListProps<Id>) {
  const { label, tabs, chosen, panelId, onChoose, onRename, children } = props;
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: where more tabs are than fit, the chosen one comes into view
  useEffect(() => {
    const { scrollWidth = 0, clientWidth = 0 } = list.current ?? {};
    if (scrollWidth <= clientWidth) return;
    list.current
      ?.querySelector('[role="tab"][aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const target = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (target === undefined) return;
    const tab = tabs[(target + tabs.length) % tabs.length];
    if (tab === undefined) return;
    event.preventDefault();
    onChoose(tab.id, false);
    list.current
      ?.querySelectorAll<HTMLElement>('[role="tab"]')
      [(target + tabs.length) % tabs.length]?.focus();
  };
  // With none chosen, keys still come to the first one.
  const reached = tabs.some(({ id }) => id === chosen) ? chosen : tabs[0]?.id;
  return (
    <div className="tab-list">
      <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            className="tab"
            aria-selected={tab.id === chosen}
            aria-controls={panelId}
            tabIndex={tab.id === reached ? 0 : -1}
            onClick={({ detail }) => onChoose(tab.id, detail > 0)}
            onDoubleClick={() => onRename?.(tab.id)}
          >
            {tab.label}
            {tab.count !== undefined && <span className="count">{tab.count}</span>}
            {tab.mark}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
}
