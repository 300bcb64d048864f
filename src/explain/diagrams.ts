// Pictures of the models' pages: what a move of a core, a round of the arbiter and a page fault are made of, step by step, and what the
// tiers of starts take; to scale, at the defaults of the program. `npm run docs` writes them to docs/pictures/.

import { defaultOf, escaped, LEFT, page, RIGHT, TOP, WIDTH, type Hue, type Key } from './drawing.js';

interface Step {
  /** The parameter whose default it is. */
  readonly path: string;
  readonly name: string;
  readonly hue: Hue;
  /** So many of them. */
  readonly times?: number;
}

/** One after the other, from an instant on. */
interface Row {
  readonly name: string;
  readonly fromNs: number;
  readonly steps: readonly Step[];
  /** Stands behind them. */
  readonly note?: string;
}

const LEGEND: Readonly<Record<Hue, string>> = {
  arbiter: 'the polling core',
  victim: "the victim's task still runs",
  transition: 'transition: nobody’s task runs there',
  beneficiary: 'the beneficiary’s vCPU wakes',
  server: 'a swap worker; the core runs others',
  plain: 'circle: any function',
  confidential: 'diamond: a confidential one, which is attested when it boots',
};
const BAR = 40;

const short = (ns: number): string =>
  ns < 1000 ? `${ns} ns` : ns < 1e6 ? `${ns / 1000} µs` : `${Number((ns / 1e6).toPrecision(3))} ms`;
const lengthOf = ({ path, times = 1 }: Step): number => defaultOf(path) * times;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const keyOf = (hues: readonly Hue[]): Key => hues.map((hue) => [hue, LEGEND[hue]]);
const huesOf = (steps: readonly Step[]): Hue[] => [...new Set(steps.map(({ hue }) => hue))];

/** Microseconds below what is drawn. */
function axis(total: number, scale: number, left: number, y: number): string[] {
  const every = total > 8000 ? 2000 : 1000;
  return Array.from({ length: Math.floor(total / every) + 1 }, (_, i) => {
    const x = (left + i * every * scale).toFixed(1);
    return `<path class="line" d="M${x} ${y}v5"/><text class="tick" x="${x}" y="${y + 18}">${(i * every) / 1000}${i === 0 ? ' µs' : ''}</text>`;
  });
}

/** Bars one behind the other, the first at x. */
function bars({ steps }: Row, from: number, scale: number, y: number, label: (i: number, middle: number) => string) {
  let at = from;
  return steps.map((step, i) => {
    const [x, width] = [at, lengthOf(step) * scale];
    at += width;
    const title = `${step.path}${step.times === undefined ? '' : ` × ${step.times}`}: ${short(lengthOf(step))}`;
    return (
      `<g><title>${escaped(title)}</title>` +
      `<rect class="${step.hue}" x="${x.toFixed(1)}" y="${y}" width="${Math.max(1, width - 1).toFixed(1)}" height="${BAR}"/>` +
      `${label(i, x + width / 2)}</g>`
    );
  });
}

/** Steps one after the other on an axis of microseconds. Names go to three rows in turns, so that none runs into its neighbour. */
function timeline(title: string, steps: readonly Step[]): string {
  const total = sum(steps.map(lengthOf));
  const scale = (WIDTH - LEFT - RIGHT) / total;
  const hues = huesOf(steps);
  const base = TOP + 52;
  const label = (i: number, middle: number): string => {
    const y = base - 8 - 16 * (i % 3);
    const x = middle.toFixed(1);
    return (
      `<path class="line" d="M${x} ${y + 3}V${base}"/>` +
      `<text class="name" x="${Math.max(Number(x), LEFT + 34).toFixed(1)}" y="${y}">${escaped(steps[i]!.name)} ${short(lengthOf(steps[i]!))}</text>`
    );
  };
  const drawn = bars({ name: '', fromNs: 0, steps }, LEFT, scale, base, label);
  const height = base + BAR + 44 + 18 * hues.length;
  return page(`${title}: ${short(total)}`, `${title}, ${short(total)}`, height, keyOf(hues), [
    ...drawn,
    ...axis(total, scale, LEFT, base + BAR),
  ]);
}

/** Of words on bars: dark, but on what is dark itself. */
const INSIDE = '.inside{fill:#000}@media (prefers-color-scheme:dark){.inside{fill:#000}.transition+.inside{fill:#fff}}';

/** What several do at the same time: a row each, on one axis. */
function rows(title: string, all: readonly Row[]): string {
  const left = LEFT + 150;
  const total = Math.max(...all.map(({ fromNs, steps }) => fromNs + sum(steps.map(lengthOf))));
  const scale = (WIDTH - left - RIGHT) / total;
  const hues = huesOf(all.flatMap(({ steps }) => steps));
  const drawn = all.map((row, i) => {
    const y = TOP + i * (BAR + 8);
    const from = left + row.fromNs * scale;
    const lead =
      row.fromNs === 0
        ? ''
        : `<path class="line" stroke-dasharray="2 3" d="M${left} ${y + BAR / 2}H${from.toFixed(1)}"/>`;
    const inside = (at: number, middle: number): string => {
      const { name } = row.steps[at]!;
      const fits = lengthOf(row.steps[at]!) * scale > 6.5 * name.length + 4;
      return fits
        ? `<text class="name inside" x="${middle.toFixed(1)}" y="${y + BAR / 2 + 4}">${escaped(name)}</text>`
        : '';
    };
    const made = bars(row, from, scale, y, inside).join('');
    const end = from + sum(row.steps.map(lengthOf)) * scale;
    const note =
      row.note === undefined
        ? ''
        : `<text x="${(end + 8).toFixed(1)}" y="${y + BAR / 2 + 4}">${escaped(row.note)}</text>`;
    return `<g class="row"><text x="${LEFT}" y="${y + BAR / 2 + 4}">${escaped(row.name)}</text>${lead}${made}${note}</g>`;
  });
  const bottom = TOP + all.length * (BAR + 8);
  const said = `${title}: ${all.map(({ name, steps, fromNs }) => `${name} until ${short(fromNs + sum(steps.map(lengthOf)))}`).join(', ')}`;
  return page(
    title,
    said,
    bottom + 44 + 18 * hues.length,
    keyOf(hues),
    [...drawn, ...axis(total, scale, left, bottom)],
    INSIDE,
  );
}

interface Tier {
  readonly name: string;
  readonly paths: readonly string[];
  readonly attested: boolean;
}

/** Behind words that lie on a line. */
const HALO =
  '.halo{stroke:#fffdf8;stroke-width:5px;paint-order:stroke}@media (prefers-color-scheme:dark){.halo{stroke:#1c1b19}}';
const TIER = 40;

/** A mark of what several steps take together, on a logarithmic axis; one row for each way, with what is attested beside it. */
function tiers(title: string, all: readonly Tier[]): string {
  const left = LEFT + 70;
  const [low, high] = [1e4, 1e9]; // 10 us to 1 s
  const xOf = (ns: number): number =>
    left + ((WIDTH - left - RIGHT - 60) * Math.log10(ns / low)) / Math.log10(high / low);
  const bottom = TOP + all.length * TIER;
  const mark = (hue: Hue, paths: readonly string[], y: number): string => {
    const ns = sum(paths.map(defaultOf));
    const x = xOf(ns).toFixed(1);
    const shape =
      hue === 'plain'
        ? `<circle class="plain" cx="${x}" cy="${y}" r="6"/><text class="name" x="${x}" y="${y - 10}">${short(ns)}</text>`
        : `<path class="${hue}" d="M${x} ${y - 7}l7 7l-7 7l-7 -7z"/><text class="halo" x="${(Number(x) + 12).toFixed(1)}" y="${y + 4}">${short(ns)}</text>`;
    return `<g><title>${escaped(paths.join(' + '))}: ${short(ns)}</title>${shape}</g>`;
  };
  const drawn = all.map(({ name, paths, attested }, i) => {
    const y = TOP + i * TIER + 22;
    const line = `<path class="line" stroke-opacity=".4" d="M${left} ${y}H${WIDTH - RIGHT}"/>`;
    const confidential = attested ? mark('confidential', [...paths, 'lifecycle.attest'], y) : '';
    return `<text x="${LEFT}" y="${y + 4}">${name}</text>${line}${mark('plain', paths, y)}${confidential}`;
  });
  const ticks = ['10 µs', '100 µs', '1 ms', '10 ms', '100 ms', '1 s'].map((text, i) => {
    const x = xOf(low * 10 ** i).toFixed(1);
    return `<path class="line" d="M${x} ${bottom}v5"/><text class="tick" x="${x}" y="${bottom + 18}">${text}</text>`;
  });
  const hues: readonly Hue[] = ['plain', 'confidential'];
  return page(title, title, bottom + 44 + 18 * hues.length, keyOf(hues), [...drawn, ...ticks], HALO);
}

/** VMs of the arbiter's round that is drawn. */
const READ = 100;

/** A round that grants three cores: an idle one and two of victims'. Each is decided behind the one before. */
function round(cost: (name: string, hue: Hue) => Step): string {
  const read: Step = { path: 'costs.pollPerVm', name: `reads ${READ} VMs`, hue: 'arbiter', times: READ };
  const decided = (nth: number): number => lengthOf(read) + nth * defaultOf('costs.issue');
  const wakes = [cost('wake', 'beneficiary'), cost('dispatch', 'beneficiary')];
  const parks = [cost('preempt', 'transition'), cost('suspend', 'transition'), cost('deschedule', 'transition')];
  const taken = [cost('notify', 'victim'), ...parks, ...wakes];
  const issue = cost('issue', 'arbiter');
  return rows(`A round over ${READ} VMs that grants three cores`, [
    {
      name: 'arbiter',
      fromNs: 0,
      steps: [read, issue, issue, issue],
      note: `decides three, ${short(lengthOf(issue))} each`,
    },
    { name: '1st grant: an idle core', fromNs: decided(1), steps: wakes },
    { name: '2nd: a victim’s core', fromNs: decided(2), steps: taken },
    { name: '3rd: a victim’s core', fromNs: decided(3), steps: taken },
  ]);
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
    'round.svg': round(cost),
    'tiers.svg': tiers('From a request to an instance that can run it, by tier', [
      { name: 'dormant', paths: ['lifecycle.tier.dormant'], attested: false },
      { name: 'restore', paths: ['lifecycle.tier.restore'], attested: false },
      { name: 'vm', paths: ['lifecycle.tier.vmBoot'], attested: true },
      { name: 'full', paths: ['lifecycle.tier.vmBoot', 'lifecycle.runtimeInit'], attested: true },
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
