import type { Studio } from './stores/studio.ts';
import { takesText } from './timeline/typing.ts';

/** Files and text dropped anywhere, and YAML pasted outside of text fields, go to the sorting sheet. */
export function installIncoming({ services, page }: Studio): () => void {
  const over = (event: DragEvent): void => {
    const types = event.dataTransfer?.types ?? [];
    if (!types.includes('Files') && !types.includes('text/plain')) return;
    event.preventDefault();
    document.documentElement.classList.toggle('dropping', true);
  };
  const leave = (event: DragEvent): void => {
    if (event.relatedTarget === null) document.documentElement.classList.remove('dropping');
  };
  const drop = (event: DragEvent): void => {
    document.documentElement.classList.remove('dropping');
    const transfer = event.dataTransfer;
    if (transfer === null) return;
    event.preventDefault();
    const text = transfer.getData('text/plain');
    if (transfer.files.length === 0 && text !== '') {
      services.takeIn('what was dropped', [{ path: 'dropped.yaml', text }]);
      return;
    }
    const reading = import('./storage/files.ts');
    // The entries live only as long as the event: they are taken before anything is awaited.
    const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
    const plain = [...transfer.files];
    const names = (entries.length > 0 ? entries : plain).map(({ name }) => name).join(', ');
    void reading
      .then(({ readEntries, readFileList }) =>
        entries.length > 0 ? readEntries(entries) : readFileList(plain),
      )
      .then((texts) => services.takeIn(names, texts))
      .catch(() => page.say('What was dropped could not be read.'));
  };
  const paste = (event: ClipboardEvent): void => {
    if (takesText(event.target)) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() === '') return;
    event.preventDefault();
    services.takeIn('the clipboard', [{ path: 'pasted.yaml', text }]);
  };
  addEventListener('dragover', over);
  addEventListener('dragleave', leave);
  addEventListener('drop', drop);
  addEventListener('paste', paste);
  return () => {
    removeEventListener('dragover', over);
    removeEventListener('dragleave', leave);
    removeEventListener('drop', drop);
    removeEventListener('paste', paste);
  };
}
