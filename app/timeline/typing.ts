/** Whether typing goes somewhere else: a text field, the editor, a menu. Single keys are then not commands. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  return (
    target.closest(
      'input:not([type="range"]):not([type="checkbox"]), textarea, select, [role="textbox"], [role="menu"], [role="listbox"], [role="dialog"]',
    ) !== null
  );
}

/** Whether an element does something of its own with Space or Enter. */
export function takesSpace(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('button, a[href], summary, [role="tab"], input[type="checkbox"]') !== null
  );
}
