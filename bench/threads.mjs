// Runs the command of its arguments and tells on descriptor 3 what each of its threads has run, in seconds, and its memory ten times a second: `node bench/threads.mjs CLI ARGS`.
import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { setInterval } from 'node:timers';

const ids = () => readdirSync('/proc/self/task');
const ran = (id) => {
  try {
    return Number(readFileSync(`/proc/self/task/${id}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e9;
  } catch {
    return 0; // it has ended meanwhile
  }
};

const helpers = new Set(ids()); // the engine's own, and this one
const others = {};
const rss = []; // bytes
const look = () => {
  rss.push(process.memoryUsage.rss());
  for (const id of ids()) if (!helpers.has(id)) others[id] = Math.max(others[id] ?? 0, ran(id));
};
setInterval(look, 100).unref(); // a look costs this thread a tenth of a millisecond
process.on('exit', () => writeSync(3, JSON.stringify({ main: ran(process.pid), others: Object.values(others), rss })));
process.argv.splice(1, 1); // the program takes itself to be called by its file
await import(new URL('../dist/cli.js', import.meta.url).href);
