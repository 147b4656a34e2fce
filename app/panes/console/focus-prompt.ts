/** Moves the focus to the Console's open line; waits for the pane, which may still be loading, for a second. */
export function focusPrompt(tries = 60): void {
  const input = document.querySelector<HTMLElement>('.prompt-input');
  if (input !== null) input.focus();
  else if (tries > 0) requestAnimationFrame(() => focusPrompt(tries - 1));
}
