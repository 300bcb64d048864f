// Pictures of the models' pages: what a move of a core and a page fault are made of, step by step, to scale, at the defaults of the
// program. `npm run docs` writes them to docs/pictures/.

import { PARAMETERS } from './parameters.js';

interface Step {
  /** The parameter whose default it is. */
  readonly path: string;
  readonly name: string;
  readonly hue: Hue;
}

/** Whose time it is. */
type Hue = 'arbiter' | 'victim' | 'transition' | 'beneficiary' | 'server';
const LEGEND: Readonly<Record<Hue, string>> = {
  arbiter: 'the polling core',
  victim: "the victim's task still runs",
  transition: 'transition: nobody’s task runs there',
  beneficiary: 'the beneficiary’s vCPU wakes',
  server: 'a swap worker; the core runs others',
};
const COLOURS: Readonly<Record<Hue, readonly [string, string]>> = {
  arbiter: ['#7a7a7a', '#a0a0a0'],
  victim: ['#3f7fbf', '#6aa5dd'],
  transition: ['#c9c2b4', '#6b665c'],
  beneficiary: ['#c98a1b', '#e0a94a'],
  server: ['#7b5ea7', '#a58cd0'],
};

const WIDTH = 720;
const LEFT = 16;
const RIGHT = 24;
const TOP = 44;
const BAR = 40;

function nanoseconds(path: string): number {
  const value = PARAMETERS.find((parameter) => parameter.path === path)?.default;
  if (typeof value !== 'number') throw new Error(`${path} has no number of nanoseconds as its default`);
  return value;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const short = (ns: number): string => (ns < 1000 ? `${ns} ns` : `${ns / 1000} µs`);

/** Steps one after the other on an axis of microseconds. Names go to three rows in turns, so that none runs into its neighbour. */
function timeline(title: string, steps: readonly Step[]): string {
  const long = steps.map(({ path }) => nanoseconds(path));
  const total = long.reduce((sum, ns) => sum + ns, 0);
  const scale = (WIDTH - LEFT - RIGHT) / total;
  const used = [...new Set(steps.map(({ hue }) => hue))];
  const base = TOP + 52;
  const height = base + BAR + 44 + 18 * used.length;
  let at = 0;
  const bars = steps.map(({ name, hue, path }, i) => {
    const [x, width] = [LEFT + at * scale, long[i]! * scale];
    at += long[i]!;
    const y = base - 8 - 16 * (i % 3);
    const middle = (x + width / 2).toFixed(1);
    return (
      `<g><title>${escaped(`${path}: ${short(long[i]!)}`)}</title>` +
      `<rect class="${hue}" x="${x.toFixed(1)}" y="${base}" width="${Math.max(1, width - 1).toFixed(1)}" height="${BAR}"/>` +
      `<path class="line" d="M${middle} ${y + 3}V${base}"/>` +
      `<text class="name" x="${Math.max(Number(middle), LEFT + 34).toFixed(1)}" y="${y}">${escaped(name)} ${short(long[i]!)}</text></g>`
    );
  });
  const every = total > 8000 ? 2000 : 1000;
  const ticks = Array.from({ length: Math.floor(total / every) + 1 }, (_, i) => {
    const x = (LEFT + i * every * scale).toFixed(1);
    return `<path class="line" d="M${x} ${base + BAR}v5"/><text class="tick" x="${x}" y="${base + BAR + 18}">${(i * every) / 1000}${i === 0 ? ' µs' : ''}</text>`;
  });
  const key = used.map((hue, i) => {
    const y = base + BAR + 34 + 18 * i;
    return `<rect class="${hue}" x="${LEFT}" y="${y}" width="12" height="12"/><text x="${LEFT + 18}" y="${y + 10}">${escaped(LEGEND[hue])}</text>`;
  });
  const style =
    'text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:14px}.name{text-anchor:middle}' +
    `.tick{text-anchor:middle;fill:#555}.line{stroke:#888;fill:none}.paper{fill:#fffdf8}${used.map((hue) => `.${hue}{fill:${COLOURS[hue][0]}}`).join('')}` +
    `@media (prefers-color-scheme:dark){text{fill:#e8e4dc}.tick{fill:#aaa}.paper{fill:#1c1b19}${used.map((hue) => `.${hue}{fill:${COLOURS[hue][1]}}`).join('')}}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">\n` +
    `<title>${escaped(title)}, ${short(total)}</title>\n<style>${style}</style>\n` +
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>\n` +
    `<text class="title" x="${LEFT}" y="24">${escaped(title)}: ${short(total)}</text>\n` +
    `${[...bars, ...ticks, ...key].join('\n')}\n</svg>\n`
  );
}

/** By the names of their files. */
export function diagrams(): Record<string, string> {
  const cost = (name: string, hue: Hue): Step => ({ path: `costs.${name}`, name, hue });
  return {
    'move.svg': timeline('A core is taken from one VM for another', [
      cost('issue', 'arbiter'),
      cost('notify', 'victim'),
      cost('preempt', 'transition'),
      cost('suspend', 'transition'),
      cost('deschedule', 'transition'),
      cost('wake', 'beneficiary'),
      cost('dispatch', 'beneficiary'),
    ]),
    'fault.svg': timeline('A page comes in from lz4, nobody before it', [
      { path: 'host.memory.fault.exit', name: 'exit', hue: 'transition' },
      { path: 'host.memory.fault.lock', name: 'lock', hue: 'transition' },
      { path: 'host.memory.backends.lz4.in', name: 'in', hue: 'server' },
      { path: 'host.memory.fault.map', name: 'map', hue: 'server' },
      { path: 'host.memory.fault.resume', name: 'resume', hue: 'server' },
    ]),
  };
}
