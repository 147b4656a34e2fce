import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { KYVERNO_VERSIONS, type KyvernoVersion } from '../src/index.ts';
import { COMPARISON_EXPORTS, EXPORTS, pinRun } from './commands.ts';
import type { EarlyKeys } from './early-keys.ts';
import { closeComparison, compareBeside } from './stores/compare-actions.ts';
import { useStudio } from './stores/studio.ts';
import { Icon, type IconName } from './ui/icons.tsx';
import { Mark } from './ui/marks.tsx';

interface MenuProps {
  readonly label: string;
  /** Keys pressed before the menu was there; it does them once it has the focus. */
  readonly early: EarlyKeys;
  readonly children: ReactNode;
}

function Menu({ label, early, children, content }: MenuProps & { readonly content: ReactNode }) {
  return (
    <DropdownMenu.Root defaultOpen modal={false}>
      <DropdownMenu.Trigger className="plain-button" aria-label={label}>
        {children}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={document.querySelector('header')}>
        <DropdownMenu.Content
          ref={(menu) => {
            if (menu !== null) replay(menu, early);
          }}
          className="menu sheet"
          // A menu longer than the page is scrolled by keys also while none of its items is chosen.
          tabIndex={0}
          align="start"
          sideOffset={4}
          collisionPadding={8}
        >
          {content}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** So often, milliseconds apart, a menu is looked at: it gets the focus by then, or never does. */
const TRIES = 60;
const FRAME = 16;

/** Does the keys that were pressed while the menu loaded, in their order, from the item that has the focus. */
function replay(menu: HTMLElement, { keys, end }: EarlyKeys): void {
  const next = (tries: number): void => {
    const focused = document.activeElement;
    const isThere = focused instanceof HTMLElement && menu.contains(focused);
    if (tries === 0 || !menu.isConnected || (isThere && keys.length === 0)) {
      keys.length = 0;
      end();
      return;
    }
    const key = isThere ? keys.shift() : undefined;
    if (key !== undefined && isThere)
      focused.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    // The menu moves its focus in a timer of its own, which was set before this one.
    setTimeout(next, key === undefined ? FRAME : 0, key === undefined ? tries - 1 : tries);
  };
  setTimeout(next, 0, TRIES);
}

interface ItemProps {
  readonly icon: IconName;
  readonly label: string;
  readonly second?: string;
  readonly onSelect: () => void;
}

function Item({ icon, label, second, onSelect }: ItemProps) {
  return (
    <DropdownMenu.Item className="menu-item" onSelect={onSelect}>
      <Icon name={icon} size={15} />
      {label}
      {second !== undefined && <span className="second">{second}</span>}
    </DropdownMenu.Item>
  );
}

/** Stories, an empty studio, earlier work, files. */
export function ScenarioMenu(props: MenuProps) {
  const { page, services, workspace } = useStudio();
  const name = useStore(workspace, (state) => state.document.name);
  const kept = services.keptWork();
  const [latest] = kept;
  return (
    <Menu
      {...props}
      content={
        <>
          <Item icon="story" label="All stories" onSelect={() => page.setState({ dialog: 'gallery' })} />
          <Item icon="plus" label="Empty studio" onSelect={services.openEmpty} />
          <Item icon="write" label="Rename this one" onSelect={() => page.setState({ dialog: 'rename' })} />
          <Item
            icon="download"
            label="Download all files"
            second={`${name}.zip`}
            onSelect={() => services.download()}
          />
          <Item
            icon="download"
            label="Test before you commit"
            second="kyverno-test.yaml and its files"
            onSelect={() => services.downloadTest()}
          />
          <DropdownMenu.Sub>
            <DropdownMenu.SubTrigger className="menu-item">
              <Icon name="download" size={15} />
              Export
              <span className="second">›</span>
            </DropdownMenu.SubTrigger>
            <DropdownMenu.SubContent className="menu sheet" sideOffset={4} collisionPadding={8}>
              <ExportItems />
            </DropdownMenu.SubContent>
          </DropdownMenu.Sub>
          {latest !== undefined && (
            <>
              <DropdownMenu.Separator className="menu-separator" />
              <Item
                icon="undo"
                label="Restore what I had"
                second={latest.name}
                onSelect={() => services.openKept(latest.id)}
              />
              <DropdownMenu.Label className="menu-label">Recent</DropdownMenu.Label>
              {kept.map((item) => (
                <Item
                  key={item.id}
                  icon="clipboard"
                  label={item.name}
                  second={`${size(item.bytes)}, ${ago(item.savedAt)}`}
                  onSelect={() => services.openKept(item.id)}
                />
              ))}
              <Item
                icon="close"
                label="Forget the recent ones"
                second={size(kept.reduce((sum, item) => sum + item.bytes, 0))}
                onSelect={() => {
                  for (const item of kept) services.deleteKept(item.id);
                  page.say(`${kept.length} forgotten`);
                }}
              />
            </>
          )}
        </>
      }
    />
  );
}

/** What can be taken along, by what it shows. */
export function ExportMenu(props: MenuProps) {
  return <Menu {...props} content={<ExportItems />} />;
}

function ExportItems() {
  const { services, run, compare } = useStudio();
  const ran = useStore(run, (state) => state.trace !== undefined);
  const comparing = useStore(compare, (state) => state.open);
  const kinds = comparing ? [...COMPARISON_EXPORTS, ...EXPORTS] : EXPORTS;
  return (
    <>
      <DropdownMenu.Label className="menu-label">
        {ran ? 'Take along what is shown' : 'Nothing has run yet'}
      </DropdownMenu.Label>
      {kinds.map(([kind, name]) => (
        <DropdownMenu.Item
          key={kind}
          className="menu-item"
          disabled={!ran}
          onSelect={() => services.exportAs(kind)}
        >
          <Icon name="download" size={15} />
          {name}
        </DropdownMenu.Item>
      ))}
    </>
  );
}

/** Runs the same files on another Kyverno. */
export function VersionMenu(props: MenuProps) {
  const studio = useStudio();
  const { workspace, compare, run } = studio;
  const version = useStore(workspace, (state) => state.document.version);
  const ran = useStore(run, (state) => state.trace !== undefined);
  const comparing = useStore(compare, (state) => state.open);
  return (
    <Menu
      {...props}
      content={
        <>
          <DropdownMenu.RadioGroup
            value={version}
            onValueChange={(value) => workspace.setVersion(value as KyvernoVersion)}
          >
            <DropdownMenu.Label className="menu-label">Run these files on Kyverno</DropdownMenu.Label>
            {KYVERNO_VERSIONS.toReversed().map((one) => (
              <DropdownMenu.RadioItem key={one} value={one} className="menu-item">
                <span className="menu-check">
                  <DropdownMenu.ItemIndicator>
                    <Mark name="stored" size={8} />
                  </DropdownMenu.ItemIndicator>
                </span>
                {one}
                {VERSION_NOTES[one] !== undefined && <span className="second">{VERSION_NOTES[one]}</span>}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="menu-separator" />
          {comparing ? (
            <Item icon="close" label="Close the comparison" onSelect={() => closeComparison(compare)} />
          ) : (
            ran && (
              <Item
                icon="story"
                label="Compare with another version"
                second="two runs on one scale"
                onSelect={() => compareBeside(compare, version)}
              />
            )
          )}
          {ran && (
            <Item
              icon="link"
              label="Pin this run"
              second="and compare it with every edit"
              onSelect={() => pinRun(studio)}
            />
          )}
        </>
      }
    />
  );
}

/** How the versions differ most visibly: what a generate rule does with a denied trigger (spec/versions.md). */
const VERSION_NOTES: Partial<Record<KyvernoVersion, string>> = {
  '1.19': 'refuses a trigger that is not there, 5 times',
  '1.18': 'uses the admission request’s object',
  '1.17': 'as 1.18',
  '1.16': 'as 1.18',
  '1.15': 'completes, with an error line and an Event',
  '1.14': 'as 1.15',
  '1.13': 'as 1.15',
  '1.12': 'fails 5 times and is dropped',
  '1.11': 'no UpdateRequest for a denied request',
};

export const size = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(0.1, bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

function ago(time: number): string {
  const minutes = Math.round((Date.now() - time) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h ago`;
  return `${Math.round(minutes / 1440)} days ago`;
}
