import { expect, type Locator, type Page } from '@playwright/test';

export type PaneTab = 'Outcome' | 'Stage' | 'Details' | 'Cluster' | 'Console' | 'Notes';

/** A row of the event list, as a person reads it. */
export interface ListedEvent {
  /** Place in the grid, its head included. */
  readonly row: number;
  /** The person's step that it belongs to. */
  readonly step: number;
  readonly time: string;
  readonly phase: string;
  readonly what: string;
  readonly verdict: string;
  readonly why: string;
}

/** The studio as a person meets it: all specs speak through this, by roles and names, and wait until it has come to rest. */
export class StudioPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  // --- Opening ---

  /** Opens the studio, plain or with a hash, and waits for the first painted trace. */
  async open(hash = ''): Promise<void> {
    await this.page.goto(`/${hash}`);
    await expect(this.runState).not.toHaveAttribute('data-run', '0');
    await this.idle();
  }

  /** Opens a story by its link, without a moment. */
  async openStory(id: string): Promise<void> {
    await this.open(`#story=${id}`);
    await expect(this.scenarioButton).toHaveAccessibleName(`Scenario: ${id}`);
    await this.showPane('Outcome');
  }

  /** Opens the studio and there a story through the gallery. */
  async openFromStart(title: string, id: string): Promise<void> {
    await this.open();
    await this.openFromGallery(title);
    await expect(this.scenarioButton).toHaveAccessibleName(`Scenario: ${id}`);
  }

  /** Opens a story of the gallery by its title. */
  async openFromGallery(title: string): Promise<void> {
    await this.openGallery();
    await this.gallery.getByRole('button', { name: title }).first().click();
    await expect(this.gallery).toBeHidden();
    await this.idle();
  }

  async openGallery(): Promise<void> {
    await this.chooseScenarioItem('All stories');
    await expect(this.gallery).toBeVisible();
  }

  async openEmpty(): Promise<void> {
    await this.chooseScenarioItem('Empty studio');
    await expect(this.page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible();
  }

  /** Waits until no run is under way and the picture shows the last one. */
  async idle(): Promise<void> {
    await expect(this.runState).toHaveAttribute('aria-busy', 'false');
    await this.page.waitForFunction(() => {
      const state = document.querySelector<HTMLElement>('header [data-run]');
      const canvas = document.querySelector<HTMLElement>('[aria-label="Timeline"] canvas[role="img"]');
      return (
        state?.getAttribute('aria-busy') === 'false' &&
        'keys' in document.documentElement.dataset &&
        (canvas === null || ('ready' in canvas.dataset && canvas.dataset['painted'] === state.dataset['run']))
      );
    });
  }

  // --- Header ---

  get header(): Locator {
    return this.page.getByRole('banner');
  }
  /** How the last run went; counts the good ones. */
  get runState(): Locator {
    return this.header.locator('[data-run]');
  }
  get scenarioButton(): Locator {
    return this.header.getByRole('button', { name: /^Scenario: / });
  }
  get versionButton(): Locator {
    return this.header.getByRole('button', { name: /^Kyverno version: / });
  }

  async chooseScenarioItem(name: string | RegExp): Promise<void> {
    await this.scenarioButton.click();
    await this.page.getByRole('menuitem', { name }).first().click();
  }

  async chooseVersion(version: string): Promise<void> {
    await this.versionButton.click();
    await this.page.getByRole('menuitemradio', { name: new RegExp(`^${literally(version)}(?!\\d)`) }).click();
    await expect(this.versionButton).toHaveAccessibleName(`Kyverno version: ${version}`);
    await this.idle();
  }

  /** Presses Share and returns the link that the address bar and the clipboard then hold. */
  async share(): Promise<string> {
    await this.header.getByRole('button', { name: 'Share' }).click();
    await expect(this.notice).toContainText(/Link copied, [\d,]+ characters/);
    const url = this.page.url();
    expect(await this.page.evaluate(() => navigator.clipboard.readText())).toBe(url);
    return url;
  }

  get notice(): Locator {
    return this.page.getByRole('status').filter({ hasText: /./ });
  }
  /** What the page itself says at once; the editor has alerts of its own. */
  get alert(): Locator {
    return this.page.locator('[role="alert"]:not(.monaco-alert)');
  }

  // --- Workspace ---

  get workspace(): Locator {
    return this.page.getByRole('region', { name: 'Workspace' });
  }
  get fileTabs(): Locator {
    return this.page.getByRole('tablist', { name: 'Files' });
  }
  fileTab(path: string): Locator {
    const name = path === 'chainsaw-test.yaml' ? 'steps' : path;
    return this.fileTabs.getByRole('tab', { name: new RegExp(`^${literally(name)}`) });
  }
  get problems(): Locator {
    return this.page.getByRole('region', { name: 'Problems' });
  }

  async showFile(path: string): Promise<void> {
    await this.fileTab(path).click();
    await expect(this.fileTab(path)).toHaveAttribute('aria-selected', 'true');
    if (path === 'chainsaw-test.yaml') await this.showStepsAs('YAML');
  }

  async showStepsAs(view: 'Form' | 'YAML'): Promise<void> {
    await this.fileTab('chainsaw-test.yaml').click();
    const button = this.page.getByRole('group', { name: 'Steps as' }).getByRole('button', { name: view });
    await button.click();
    await expect(button).toHaveAttribute('aria-pressed', 'true');
  }

  /** The editor of the file in front, once it is the full one. */
  async editor(path: string): Promise<Locator> {
    await expect(this.page.locator('.monaco-editor')).toBeVisible();
    return this.page.getByRole('textbox', { name: `YAML of ${path}` });
  }

  /** Puts a text in a file's place, as select all and paste do, and waits for what the studio makes of it. */
  async write(path: string, text: string): Promise<void> {
    await this.showFile(path);
    const editor = await this.editor(path);
    await editor.focus();
    await this.page.keyboard.press('ControlOrMeta+a');
    if (text === '') await this.page.keyboard.press('Delete');
    else {
      await this.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
      await this.page.keyboard.press('ControlOrMeta+v');
    }
    await this.idle();
  }

  /** What a file says, as select all and copy give it. */
  async read(path: string): Promise<string> {
    await this.showFile(path);
    const editor = await this.editor(path);
    await editor.focus();
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.press('ControlOrMeta+c');
    const text = await this.page.evaluate(() => navigator.clipboard.readText());
    await this.page.keyboard.press('ArrowLeft');
    return text;
  }

  /** Chooses something of the menu behind the file tabs. */
  async chooseFileItem(name: string): Promise<void> {
    await this.workspace.getByRole('button', { name: 'Files' }).click();
    await this.page.getByRole('menuitem', { name, exact: true }).click();
  }

  // --- Panes ---

  get panes(): Locator {
    return this.page.getByRole('region', { name: 'Panes' });
  }
  async showPane(tab: PaneTab): Promise<void> {
    const button = this.page.getByRole('tab', { name: tab, exact: true });
    await button.click();
    await expect(button).toHaveAttribute('aria-selected', 'true');
  }
  pane(tab: PaneTab): Locator {
    return this.page.getByRole('tabpanel', { name: tab, exact: true });
  }

  /** What the Outcome pane says about a step. */
  step(number: number): Locator {
    return this.pane('Outcome').getByRole('region', { name: new RegExp(`^Step ${number}: `) });
  }
  /** The product's answer: what each phase would produce. */
  get generateTable(): Locator {
    return this.pane('Outcome').getByRole('table');
  }
  /** Rows of the generate table that say something. */
  generateRow(text: string | RegExp): Locator {
    return this.generateTable.getByRole('row').filter({ hasText: text });
  }
  get advice(): Locator {
    return this.pane('Outcome').getByRole('region', { name: 'Advice' });
  }
  /** Opens the advice that the playhead has not reached yet. */
  async unfoldAdvice(): Promise<void> {
    const more = this.advice.getByText(/more pieces? of advice/);
    if ((await more.count()) > 0) await more.click();
  }
  get selectedEvent(): Locator {
    return this.page.getByRole('region', { name: 'The selected event' });
  }
  get evaluation(): Locator {
    return this.page.getByRole('table', { name: 'How the rule was evaluated' });
  }

  // --- Timeline ---

  get timeline(): Locator {
    return this.page.getByRole('region', { name: 'Timeline' });
  }
  get transport(): Locator {
    return this.page.getByRole('toolbar', { name: 'Playback' });
  }
  get picture(): Locator {
    return this.timeline.getByRole('img', { name: /^Timeline of \d+ events/ });
  }
  button(name: string): Locator {
    return this.transport.getByRole('button', { name, exact: true });
  }
  /** The sentence of the moment, with its place among all. */
  get caption(): Locator {
    return this.transport.locator('.caption');
  }
  /** The moment's place among all moments, from 1, and how many there are. */
  async moment(): Promise<{ readonly at: number; readonly of: number }> {
    const [, at = '', of = ''] = /event (\d+) of (\d+)/.exec((await this.caption.textContent()) ?? '') ?? [];
    return { at: Number(at), of: Number(of) };
  }
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }
  async toEnd(): Promise<void> {
    await this.focusTimeline();
    await this.press('End');
  }
  async toStart(): Promise<void> {
    await this.focusTimeline();
    await this.press('Home');
  }
  async focusTimeline(): Promise<void> {
    const list = this.list;
    if ((await list.count()) > 0) await this.button('Show the picture').click();
    await this.picture.focus();
  }

  // --- The list behind the picture ---

  get list(): Locator {
    return this.page.getByRole('treegrid', { name: 'Events' });
  }
  async showList(): Promise<void> {
    if ((await this.list.count()) === 0) await this.button('Show the list').click();
    await expect(this.list).toBeVisible();
  }
  async showPicture(): Promise<void> {
    if ((await this.list.count()) > 0) await this.button('Show the picture').click();
    await this.idle();
  }

  /** All rows of the list. It draws only those in view, so it is read by turning its pages. */
  async events(): Promise<readonly ListedEvent[]> {
    await this.showList();
    const rows = await this.list.evaluate(async (list) => {
      const found = new Map<number, string[]>();
      const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      for (let top = 0; ; top += Math.max(40, list.clientHeight / 2)) {
        list.scrollTop = top;
        await frame();
        for (const row of list.querySelectorAll('[role="row"][aria-level]')) {
          const cells = [...row.querySelectorAll('[role="gridcell"]')].map((cell) => cell.textContent ?? '');
          found.set(Number(row.getAttribute('aria-rowindex')), cells);
        }
        if (top + list.clientHeight >= list.scrollHeight) break;
      }
      return [...found].sort(([left], [right]) => left - right);
    });
    let step = 0;
    return rows.map(([row, [time = '', phase = '', what = '', verdict = '', why = '']]) => {
      step = Number(/^Step (\d+): /.exec(what)?.[1] ?? step);
      return { row, step, time, phase, what, verdict, why };
    });
  }

  /** Chooses a row of the list by what it says, with the mouse: selects its event and moves the playhead there. */
  async chooseEvent(wanted: (event: ListedEvent) => boolean): Promise<ListedEvent> {
    const event = (await this.events()).find(wanted);
    if (event === undefined) throw new Error(`No event like that: ${wanted}`);
    await this.list.evaluate((list, row) => {
      list.scrollTop = (row - 2) * 26 - list.clientHeight / 2;
    }, event.row);
    await this.list.locator(`[aria-rowindex="${event.row}"]`).click();
    return event;
  }

  // --- Own documents ---

  get sortingSheet(): Locator {
    return this.page.getByRole('dialog', { name: /sorted$/ });
  }
  get gallery(): Locator {
    return this.page.getByRole('dialog', { name: 'Stories' });
  }
  get palette(): Locator {
    return this.page.getByRole('dialog', { name: 'Commands' });
  }

  /** Pastes outside of any text field. */
  async paste(text: string): Promise<void> {
    await this.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await this.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await this.press('ControlOrMeta+v');
  }

  /** Drops files on the page. */
  async drop(files: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
    const dataTransfer = await this.page.evaluateHandle((dropped) => {
      const transfer = new DataTransfer();
      for (const { name, text } of dropped) transfer.items.add(new File([text], name));
      return transfer;
    }, files);
    await this.page.dispatchEvent('main', 'dragover', { dataTransfer });
    await this.page.dispatchEvent('main', 'drop', { dataTransfer });
  }
}

/** A text as a pattern that matches itself. */
const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
