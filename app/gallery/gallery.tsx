import { Dialog } from 'radix-ui';
import { useStudio } from '../stores/studio.ts';
import { StoryCard, useOpenStory, useStories } from './story-cards.tsx';

/** All stories, in their groups. */
export function Gallery() {
  const { page } = useStudio();
  const { stories, error } = useStories();
  const open = useOpenStory();
  const groups = [...new Set(stories.map((story) => story.group ?? 'Stories'))];
  return (
    <Dialog.Root open onOpenChange={() => page.setState({ dialog: undefined })}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-place">
          <Dialog.Content className="sheet gallery" aria-describedby="gallery-words">
            <div className="sheet-head">
              <Dialog.Title className="sheet-title">Stories</Dialog.Title>
              <p id="gallery-words">each picture is drawn from the story’s own trace</p>
              <Dialog.Close className="kbd" aria-label="Close">
                Esc
              </Dialog.Close>
            </div>
            {error !== undefined && <p className="pane-empty">{error}</p>}
            {groups.map((group) => (
              <section key={group} aria-label={group}>
                <h3>{group}</h3>
                <div className="story-grid">
                  {stories
                    .filter((story) => (story.group ?? 'Stories') === group)
                    .map((story) => (
                      <StoryCard key={story.id} story={story} onOpen={open} />
                    ))}
                </div>
              </section>
            ))}
          </Dialog.Content>
        </Dialog.Overlay>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
