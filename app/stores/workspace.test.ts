import { expect, test } from 'vitest';
import { createWorkspaceStore, EMPTY_DOCUMENT, freePath, sortFiles, textOf } from './workspace.ts';

function start() {
  let time = 0;
  const workspace = createWorkspaceStore(() => time);
  workspace.open(EMPTY_DOCUMENT, { fresh: true });
  const text = (path = 'policies.yaml') => textOf(workspace.getState().document.files, path);
  const wait = (ms: number) => {
    time += ms;
  };
  return { workspace, text, wait };
}

test('typing without a pause is one step of undo', () => {
  const { workspace, text, wait } = start();
  workspace.edit('policies.yaml', 'a');
  wait(100);
  workspace.edit('policies.yaml', 'ab');
  wait(5000);
  workspace.edit('policies.yaml', 'abc');
  workspace.undo();
  expect(text()).toBe('ab');
  workspace.undo();
  expect(text()).toBe('');
  expect(workspace.undo()).toBe(false);
});

test('undo goes through the files in the order of the changes and shows the file it changes', () => {
  const { workspace, text } = start();
  workspace.edit('policies.yaml', 'p');
  workspace.setActive('cluster.yaml');
  workspace.edit('cluster.yaml', 'c');
  workspace.setActive('policies.yaml');
  workspace.undo();
  expect(text('cluster.yaml')).toBe('');
  expect(workspace.getState().active).toBe('cluster.yaml');
  workspace.redo();
  expect(text('cluster.yaml')).toBe('c');
});

test('a removed file comes back with its text', () => {
  const { workspace, text } = start();
  workspace.edit('cluster.yaml', 'c');
  workspace.removeFile('cluster.yaml');
  expect(workspace.getState().document.files.map((file) => file.path)).not.toContain('cluster.yaml');
  workspace.undo();
  expect(text('cluster.yaml')).toBe('c');
});

test('several files changed at once are one step', () => {
  const { workspace, text } = start();
  workspace.editMany(
    [
      { path: 'policies.yaml', text: 'p' },
      { path: 'new.yaml', text: 'n' },
    ],
    'add',
  );
  expect(text('new.yaml')).toBe('n');
  workspace.undo();
  expect(text()).toBe('');
  expect(text('new.yaml')).toBe('');
});

test('a name that is taken or is no file name is refused with a reason', () => {
  const { workspace } = start();
  expect(workspace.renameFile('cluster.yaml', 'policies.yaml')).toBeTypeOf('string');
  expect(workspace.renameFile('cluster.yaml', '../x.yaml')).toBeTypeOf('string');
  expect(workspace.renameFile('cluster.yaml', 'notes')).toBeTypeOf('string');
  expect(workspace.renameFile('cluster.yaml', 'before.yaml')).toBeUndefined();
});

test('opening something else can be undone as well', () => {
  const { workspace } = start();
  workspace.edit('policies.yaml', 'mine');
  workspace.open({ ...EMPTY_DOCUMENT, name: 'other' });
  expect(workspace.getState().document.name).toBe('other');
  workspace.undo();
  expect(workspace.getState().document.name).toBe('untitled');
});

test('files stand in the order policies, cluster, steps, actors, then by name', () => {
  const paths = ['z.yaml', 'actors.yaml', 'chainsaw-test.yaml', 'a.yaml', 'cluster.yaml', 'policies.yaml'];
  expect(sortFiles(paths.map((path) => ({ path, text: '' }))).map((file) => file.path)).toEqual([
    'policies.yaml',
    'cluster.yaml',
    'chainsaw-test.yaml',
    'actors.yaml',
    'a.yaml',
    'z.yaml',
  ]);
});

test('a free path has a number before its ending', () => {
  expect(freePath([{ path: 'more.yaml', text: '' }], 'more.yaml')).toBe('more-2.yaml');
});

test('putting files back is one step, brings removed ones back and takes later ones away, and can be undone', () => {
  const { workspace, text } = start();
  workspace.edit('policies.yaml', 'good');
  const { files: good } = workspace.getState().document;
  workspace.edit('policies.yaml', 'broken');
  workspace.addFile('more.yaml', 'm');
  workspace.removeFile('cluster.yaml');
  const { files: broken } = workspace.getState().document;
  workspace.putBack(good, 'back to the last good run');
  expect(workspace.getState().document.files).toEqual(good);
  expect(text()).toBe('good');
  workspace.undo();
  expect(workspace.getState().document.files).toEqual(broken);
});
