import { StoryCard, useOpenStory, useStories } from './gallery/story-cards.tsx';
import { useStudio } from './stores/studio.ts';

/** In the timeline's place while there is nothing to run: the shore alone, and stories to start from. */
export function FirstRunStories() {
  const { page } = useStudio();
  const { stories } = useStories();
  const open = useOpenStory();
  return (
    <section className="first-stories" aria-label="Stories">
      <div className="shore-rows">
        <p>
          Admission <span>starts with the first step</span>
        </p>
        <p>
          Background <span>follows from it</span>
        </p>
      </div>
      <h2>
        Stories <span>each picture is drawn from the story’s own trace</span>
        <button type="button" className="link-button" onClick={() => page.setState({ dialog: 'gallery' })}>
          All {stories.length} stories
        </button>
      </h2>
      <div className="story-grid">
        {stories.slice(0, 6).map((story) => (
          <StoryCard key={story.id} story={story} onOpen={open} />
        ))}
      </div>
    </section>
  );
}
