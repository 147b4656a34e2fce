import { DropdownMenu } from 'radix-ui';
import { useStudio } from '../stores/studio.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { KYVERNO_FILE, KYVERNO_TEMPLATE } from './kyverno-template.ts';
import { pickFiles } from './pick-files.ts';

interface FileMenuProps {
  readonly path: string;
  readonly onRename: () => void;
}

/** What can be done with the file in front and with all of them. */
export function FileMenu({ path, onRename }: FileMenuProps) {
  const { workspace, services, page } = useStudio();
  const item = (icon: IconName, label: string, run: () => void, second?: string) => (
    <DropdownMenu.Item className="menu-item" onSelect={run}>
      <Icon name={icon} size={15} />
      {label}
      {second !== undefined && <span className="second">{second}</span>}
    </DropdownMenu.Item>
  );
  const openSettings = (): void => {
    const { files } = workspace.getState().document;
    if (files.some((file) => file.path === KYVERNO_FILE)) workspace.setActive(KYVERNO_FILE);
    else workspace.addFile(KYVERNO_FILE, KYVERNO_TEMPLATE);
  };
  return (
    <DropdownMenu.Root defaultOpen modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label="Files">
        <Icon name="more" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.querySelector('main')}>
        <DropdownMenu.Content
          className="menu sheet"
          align="end"
          sideOffset={4}
          onCloseAutoFocus={(event) => {
            if (document.querySelector('.rename') !== null) event.preventDefault();
          }}
        >
          {item('plus', 'Add a file', () => workspace.addFile('more.yaml'))}
          {item('write', "Kyverno's settings", openSettings, KYVERNO_FILE)}
          {item('upload', 'Open files', () => pickFiles(services.takeIn))}
          <DropdownMenu.Separator className="menu-separator" />
          <DropdownMenu.Label className="menu-label">{path}</DropdownMenu.Label>
          {item('write', 'Rename', onRename)}
          {item('download', 'Download', () => services.download(path))}
          {item('close', 'Remove', () => {
            workspace.removeFile(path);
            page.say(`${path} removed. Undo brings it back.`);
          })}
          <DropdownMenu.Separator className="menu-separator" />
          {item('download', 'Download all files', () => services.download(), 'zip')}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
