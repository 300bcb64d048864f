// One process of `npm run oracle`.

import { FEATURES, type Feature } from './generate.js';
import { MAKERS } from './mechanisms-made.js';
import { check, text } from './seeds.js';

const option = (name: string): string | undefined => {
  const i = process.argv.indexOf(`--${name}`);
  return i < 0 ? undefined : process.argv[i + 1];
};

const [from = 1, to = 2000] = (option('seeds') ?? '1..2000').split('..').map(Number);
const part = Number(option('part') ?? 0);
const parts = Number(option('parts') ?? 1);
const without = (option('without') ?? '').split(',');
const mechanisms = option('mechanisms')?.split(',') ?? Object.keys(MAKERS);
const features =
  (option('features')?.split(',') as Feature[] | undefined) ?? FEATURES.filter((f) => !without.includes(f));
// else two of three scenarios would have the first of them
const always = (option('always') ?? 'mechanism').split(',') as Feature[];
const most = Number(option('most') ?? 1);
/** All seeds, whatever differs; of those that do the first is shrunk, the others are named. */
const keepGoing = process.argv.includes('--keep-going');

const ignored = option('ignore') === undefined ? undefined : new RegExp(option('ignore')!);

let differing = 0;
let done = 0;
for (let seed = from + part; seed <= to; seed += parts) {
  const shrinks = !keepGoing || differing === 0;
  const found = await check(seed, { features, mechanisms, always, ignored, shrinks });
  done++;
  if (found === null) continue;
  differing++;
  console.log(shrinks ? text(found) : `seed ${seed} (not shrunk)\n${found.lines.slice(0, 3).join('\n')}`);
  if (!keepGoing && differing >= most) break;
}
console.log(`${done} seeds, ${differing} differ`);
process.exitCode = differing > 0 ? 1 : 0;
