/** Asks the browser for files and hands their texts on. */
export function pickFiles(
  takeIn: (source: string, files: readonly { readonly path: string; readonly text: string }[]) => void,
): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = '.yaml,.yml,.json';
  input.onchange = async () => {
    const list = [...(input.files ?? [])];
    const texts = await Promise.all(list.map(async (file) => ({ path: file.name, text: await file.text() })));
    takeIn(list.map((file) => file.name).join(', '), texts);
  };
  input.click();
}
