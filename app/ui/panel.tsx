import type { FocusEvent, PointerEvent, ReactNode } from 'react';

interface PanelProps {
  readonly id: string;
  readonly className: string;
  readonly label: string;
  readonly children: ReactNode;
}

/** The scrolling place that tabs lead to. It takes the focus for scrolling by keys; a press of the pointer draws no ring. */
export function TabPanel({ id, className, label, children }: PanelProps) {
  const onPointerDown = ({ currentTarget }: PointerEvent<HTMLDivElement>): void => {
    currentTarget.dataset['byPointer'] = '';
  };
  const onBlur = ({ currentTarget }: FocusEvent<HTMLDivElement>): void => {
    delete currentTarget.dataset['byPointer'];
  };
  return (
    <div
      id={id}
      className={className}
      role="tabpanel"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      onPointerDown={onPointerDown}
      onBlur={onBlur}
    >
      {children}
    </div>
  );
}
