import { createStudio } from './studio.ts';

// The worker starts and the first run is under way before React is there to draw it.
const studio = createStudio();
void import('./page.tsx').then(({ mountPage }) => mountPage(studio));
