import { useEffect, useState } from 'react';
import type { Trace } from '../../src/index.ts';
import { type StoryEntry, useStudio } from '../stores/studio.ts';
import { StoryPicture } from './story-picture.tsx';
import './gallery.css';

/** The stories of the gallery once they are there. */
export function useStories(): { readonly stories: readonly StoryEntry[]; readonly error?: string } {
  const { services } = useStudio();
  const [state, setState] = useState<{ stories: readonly StoryEntry[]; error?: string }>({ stories: [] });
  useEffect(() => {
    let gone = false;
    services.stories().then(
      (stories) => gone || setState({ stories }),
      (error: Error) => gone || setState({ stories: [], error: error.message }),
    );
    return () => {
      gone = true;
    };
  }, [services]);
  return state;
}

const pictures = new Map<string, Promise<Trace | undefined>>();

interface StoryCardProps {
  readonly story: StoryEntry;
  readonly onOpen: (story: StoryEntry) => void;
}

/** A story as a button: its picture drawn from its own trace, title, one sentence. */
export function StoryCard({ story, onOpen }: StoryCardProps) {
  const { services } = useStudio();
  const [trace, setTrace] = useState<Trace | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    let picture = pictures.get(story.id);
    if (picture === undefined) {
      picture = services
        .loadStory(story)
        .then(({ files, version }) => services.preview(files, version))
        .catch(() => undefined);
      pictures.set(story.id, picture);
    }
    void picture.then((found) => gone || setTrace(found));
    return () => {
      gone = true;
    };
  }, [services, story]);
  return (
    <button type="button" className="story-card" onClick={() => onOpen(story)}>
      <StoryPicture trace={trace} />
      <strong>{story.title}</strong>
      <span>
        <Plain text={story.summary} />
      </span>
    </button>
  );
}

/** A summary may name things in backquotes. */
function Plain({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <code key={index} className="mono">
        {part}
      </code>
    ) : (
      part
    ),
  );
}

/** Opens a story and shows its notes. */
export function useOpenStory(): (story: StoryEntry) => void {
  const { services, page } = useStudio();
  return (story) => {
    services.loadStory(story).then(
      (document) => {
        services.open(document);
        page.setState({ dialog: undefined, pane: 'outcome', narrowTab: 'trace' });
      },
      (error: Error) => page.say(error.message),
    );
  };
}
