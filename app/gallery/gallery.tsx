import { Dialog } from 'radix-ui';
import { type StoryEntry, useStudio } from '../stores/studio.ts';
import { StoryCard, useOpenStory, useStories } from './story-cards.tsx';

const shelvesOf = ({ group = 'Stories', also = [] }: StoryEntry): readonly string[] => [group, ...also];

/** All stories on their shelves; one may stand on several. */
export function Gallery() {
  const { page } = useStudio();
  const { stories, error } = useStories();
  const open = useOpenStory();
  const shelves = [...new Set(stories.flatMap(shelvesOf))];
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
            {shelves.map((shelf) => (
              <section key={shelf} aria-label={shelf}>
                <h3>{shelf}</h3>
                <div className="story-grid">
                  {stories
                    .filter((story) => shelvesOf(story).includes(shelf))
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
