// The stories of the guided tour, in order: the first plays when the page opens, and comes with it; each
// other is loaded when it begins. Each has its digit as a key. What a sentence claims with numbers, test/web/stories.test.ts reads off a
// run in Node.

import { story as burst } from './burst.js';
import type { Story } from './story.js';

interface Entry {
  readonly title: string;
  readonly load: () => Promise<Story>;
}

const entry = (title: string, load: () => Promise<{ readonly story: Story }>): Entry => {
  return { title, load: async () => (await load()).story };
};

export const STORIES: readonly Entry[] = [
  entry('A burst', () => Promise.resolve({ story: burst })),
  entry('The lock holder', () => import('./lock.js')),
  entry('The drowning arbiter', () => import('./arbiter.js')),
  entry('The memory cliff', () => import('./cliff.js')),
  entry('A hot upgrade', () => import('./upgrade.js')),
  entry('Serverless', () => import('./serverless.js')),
  entry('A GPU host', () => import('./gpu.js')),
  entry('Two tiers', () => import('./tiers.js')),
];
