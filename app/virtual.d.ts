declare module 'virtual:seed-story' {
  export const seedStory:
    | {
        readonly story: import('./stores/studio.ts').StoryEntry;
        readonly texts: readonly import('../src/index.ts').TextFile[];
      }
    | undefined;
}
