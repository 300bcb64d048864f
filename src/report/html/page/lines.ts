// Curves: latencies' tails, and what a sweep's figures do along an axis.

import * as Plot from '@observablehq/plot';
import type { ResponsePlot, TailPlot } from '../figure.js';
import { type Label, type Panel, type Room, BOLD, at, crowded, muted, plot, writeLabel, writeLabels } from './panel.js';
import { type Symbol, symbolOf } from './symbols.js';
import { alike, logDomain, logTicks, shareText, timeText, valueText } from './ticks.js';
import { freeSpot } from './free-spot.js';
import { NAME_GAP, keyHeight, keyedBelow, writeKey } from './key.js';
import { responseReadout, tailReadout } from './line-readouts.js';
import { rows } from './rows.js';
import { slanted, slantedDepth, wordTicks } from './word-axis.js';

/** Red where somebody misses it, and no colour of its own where everybody meets it. */
const sloColour = (missed: boolean): string => (missed ? 'var(--missed)' : 'var(--text)');
/** A tail at chosen shares has fewer points, a histogram more buckets. */
const FEW_STEPS = 90;

/** A line's marks for each stretch: solid where it is sound, dotted where few samples lie behind it. */
function tailMarks(line: ReturnType<typeof within>): Plot.Markish[] {
  const { points, curve, hue } = line;
  const exact = curve.length > 0;
  const sound = points.filter(({ thin }) => !thin);
  const thin = points.filter((point, i) => point.thin || points[i + 1]?.thin === true);
  const band = line.band ?? [];
  // where the whole curve has its band, the dots need none of their own
  const banded =
    band.length > 0 ? [] : points.filter(({ low, high }) => low !== null && high !== null && low > 0 && high > low);
  const guide = { x: 'ns', y: 'share', stroke: hue.colour, strokeDasharray: hue.dash || undefined } as const;
  return [
    Plot.areaX(band, {
      x1: 'low',
      x2: 'high',
      y: 'share',
      fill: hue.colour,
      fillOpacity: 0.22,
    }),
    // an interval whose end lies beyond the picture, or that has none
    Plot.text(openEnds(band), {
      x: 'high',
      y: 'share',
      text: () => '▸',
      fill: hue.colour,
      fontSize: 16,
      dx: 5,
      title: () => `${line.name}: the interval goes on beyond the picture`,
    }),
    ...(exact
      ? [
          Plot.line(curve, {
            x: '0',
            y: '1',
            // of a few quantiles steps would say what nobody counted
            curve: curve.length > FEW_STEPS ? 'step-before' : 'linear',
            stroke: hue.colour,
            strokeWidth: 2.25,
            strokeDasharray: hue.dash || undefined,
          }),
        ]
      : [
          Plot.line(sound, { ...guide, strokeWidth: 2.25 }),
          Plot.line(thin, { ...guide, strokeDasharray: '1 4', strokeLinecap: 'round', strokeWidth: 2 }),
        ]),
    Plot.link(banded, {
      x1: 'low',
      x2: 'high',
      y1: 'share',
      y2: 'share',
      stroke: hue.colour,
      strokeWidth: 6,
      strokeOpacity: 0.3,
    }),
    Plot.dot(points, {
      x: 'ns',
      y: 'share',
      r: 4,
      stroke: hue.colour,
      strokeWidth: 1.75,
      fill: (d: { thin: boolean }) => (d.thin ? 'var(--page)' : hue.colour),
      title: (d: { name: string; ns: number; share: number }) => `${line.name} ${d.name}: ${timeText(d.ns)}`,
    }),
  ];
}

/** Of the stretch of a band that is cut at the right: its ends and its middle. */
function openEnds<T extends { readonly goesOn: boolean }>(band: readonly T[]): T[] {
  const open = band.filter(({ goesOn }) => goesOn);
  return [...new Set([0, open.length >> 1, open.length - 1])].flatMap((i) => open[i] ?? []);
}

/** What of a line lies within the picture. */
const within = (line: TailPlot['panels'][number]['lines'][number], [least, most]: readonly [number, number]) => ({
  ...line,
  curve: line.curve.filter(([ns]) => ns >= least),
  band: (line.band ?? [])
    .map(({ share, low, high }) => ({
      share,
      low: Math.max(low, least),
      high: Math.min(high, most),
      goesOn: high > most,
    }))
    .filter(({ low, high }) => low < high),
});

/** Share of the requests above which a curve is not followed to the left. */
const NEARLY_ALL = 0.98;

export function tail(
  { panels, x: across = 'latency →', y: up = '↑ share of requests that took longer' }: TailPlot,
  room: Room,
): Panel[] {
  const height = room.narrow ? 300 : Math.min(420, Math.max(300, room.width / 2));
  return panels.map(({ title, slo, lines }) => {
    const sloHue = sloColour(lines.some(({ missed }) => missed));
    // where all requests are slower there is nothing to see
    const times = lines.flatMap(({ points, curve }) => [
      ...points.map(({ ns }) => ns),
      ...curve.flatMap(([ns, share]) => (share <= NEARLY_ALL ? [ns] : [])),
    ]);
    // to the end of every curve: what lay below would run out of the frame
    const lowest = Math.min(
      ...(slo === null ? [0.1] : [slo.share]),
      ...lines.flatMap(({ points, curve }) => [
        ...points.map(({ share }) => share),
        ...curve.map(([, share]) => share),
      ]),
    );
    // where the data begins
    const highest = Math.max(
      ...(slo === null ? [] : [slo.share]),
      ...lines.flatMap(({ points, curve }) =>
        [...points, ...curve.map(([, share]) => ({ share }))].map(({ share }) => share),
      ),
    );
    const top = Math.min(1, 1.1 * highest);
    const x = logDomain(slo === null ? times : [...times, slo.ns]);
    const draw = (below: number) =>
      plot(room, {
        height: height + below,
        marginTop: 34,
        marginLeft: 72,
        marginRight: 24,
        marginBottom: 42 + below,
        x: {
          type: 'log',
          domain: x,
          label: across,
          labelOffset: 39,
          ticks: logTicks(x, room.narrow ? 5 : room.width < 700 ? 7 : 10),
          tickFormat: timeText,
        },
        y: {
          type: 'log',
          domain: [lowest / 1.5, top],
          label: up,
          ticks: logTicks([lowest / 1.5, top], 6),
          tickFormat: shareText,
        },
        color: { type: 'identity' },
        marks: [
          Plot.gridX({ ...muted, ticks: logTicks(x, 10) }),
          Plot.gridY({ ...muted, ticks: logTicks([lowest / 1.5, top], 6) }),
          ...(slo === null
            ? []
            : [
                Plot.ruleX([slo.ns], { stroke: sloHue, strokeWidth: 1.5, strokeDasharray: '5 3' }),
                Plot.dot([slo], { x: 'ns', y: 'share', symbol: 'plus', r: 6, stroke: sloHue, strokeWidth: 2 }),
              ]),
          ...lines.flatMap((line) => tailMarks(within(line, x))),
        ],
      });
    let svg = draw(0);
    const labels = lines.flatMap(({ name, hue, points, missed }): Label[] => {
      const end = points.findLast(({ thin }) => !thin) ?? points.at(-1);
      if (end === undefined) return [];
      const text = missed ? `${name} ✕` : name;
      return [{ text, colour: hue.colour, x: at(svg, 'x', end.ns), y: at(svg, 'y', end.share) }];
    });
    const own: Label[] = slo === null ? [] : [{ text: slo.text, colour: sloHue, x: at(svg, 'x', slo.ns), y: 28 }];
    const together = crowded(labels);
    if (together) {
      // below the axis: a curve, the objective or its cross may be in any corner
      const below = 16 * lines.length + 8;
      svg = draw(below);
      // in the order in which they end, from left to right; the values of an axis in their own
      const end = ({ points }: (typeof lines)[number]): number => (points.at(-1) ?? { ns: 0 }).ns;
      const values = lines.every(({ name }) => Number.isFinite(parseFloat(name)));
      const sorted = values ? lines : [...lines].sort((a, b) => end(a) - end(b));
      writeKey(svg, sorted, height + below - 8, room.narrow ? 4 : 72);
    }
    writeLabels(svg, together ? own : [...labels, ...own], room.width, height - 42);
    return { title, svg, readout: tailReadout(svg, lines, [72, room.width - 24, 34, height - 42]) };
  });
}

type Response = ResponsePlot['panels'][number];

function responseMarks(
  { cloud, words }: ResponsePlot,
  { hue, points, knee, name }: Response['lines'][number],
  unit: string,
  beside: number,
  symbol: Symbol,
): Plot.Markish[] {
  const banded = points.filter(({ low, high }) => low !== null && high !== null);
  const positive = (value: number | null): number => Math.max(value ?? 0, unit === 'ns' ? 1 : 0);
  const band = {
    x: 'x',
    y1: (d: { low: number | null }) => positive(d.low),
    y2: (d: { high: number | null }) => positive(d.high),
  };
  const met = points.filter(({ missed }) => !missed);
  const missed = points.filter((point) => point.missed && point.beyond !== true);
  const beyond = points.filter((point) => point.beyond === true);
  const said = (d: { x: number | string; mean: number; beyond?: true }): string =>
    `${name} at ${d.x}: ${d.beyond === true ? 'more than ' : ''}${valueText(d.mean, unit)}`;
  return [
    ...(cloud || banded.length < 2
      ? []
      : [Plot.areaY(banded, { ...band, fill: hue.colour, fillOpacity: 0.2, clip: true })]),
    ...(cloud
      ? []
      : [
          Plot.line(points, {
            x: 'x',
            y: (d: (typeof points)[number]) => (d.beyond === true ? NaN : d.mean), // no line goes on to what is not known
            stroke: hue.colour,
            strokeWidth: 2.25,
            strokeDasharray: hue.dash || undefined,
          }),
        ]),
    // points that no line joins have bars in place of the band
    Plot.ruleX(cloud ? banded : [], { ...band, stroke: hue.colour, strokeWidth: 1.75, strokeOpacity: 0.6, clip: true }),
    // very many points are a line
    Plot.dot(points.length > MOST_DOTS ? [] : met, {
      x: 'x',
      y: 'mean',
      // points that no line joins may lie on each other
      dx: cloud ? beside : 0,
      r: 3.5,
      symbol: cloud || words ? symbol : 'circle',
      fill: hue.colour,
      title: said,
    }),
    Plot.dot(missed, {
      x: 'x',
      y: 'mean',
      r: 4.5,
      symbol: 'times',
      stroke: hue.colour,
      strokeWidth: 2.25,
      title: said,
    }),
    Plot.vector(beyond, {
      x: 'x',
      y: 'mean',
      dx: beside,
      length: 18,
      anchor: 'start',
      stroke: hue.colour,
      strokeWidth: 1.75,
      title: said,
    }),
    Plot.dot(
      points.filter(({ x }) => x === knee),
      { x: 'x', y: 'mean', r: 8, stroke: hue.colour, strokeWidth: 1.75 },
    ),
  ];
}

/** Points of one line that are drawn as dots, too. */
const MOST_DOTS = 40;
/** Of cores and their like: no ticks between whole numbers. */
function wholeTicks(xs: readonly number[]): number[] | undefined {
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  if (!xs.every(Number.isInteger) || high - low >= 8) return undefined;
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

/** A share that is seen on an axis to 100 %. */
const SMALL = 0.25;

/** Pixels for names at the ends of lines. */
const NARROW_NAMES = 78;
/** At most so much of the width, where there is some. */
const MOST_NAMES = 0.3;

export function response(figure: ResponsePlot, room: Room): Panel[] {
  if (figure.cloud && figure.words) return rows(figure, room);
  const known = [...new Set(figure.panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const frame = room.narrow ? 280 : Math.min(360, Math.max(280, room.width / 2));
  return figure.panels.map((panel) => {
    const { title, unit, slo, lines, log = false } = panel;
    const sloHue = sloColour(lines.some(({ points }) => points.some(({ missed }) => missed)));
    const logarithmic = unit === 'ns' || log;
    const longest = Math.max(0, ...lines.map(({ name }) => name.length));
    const near = figure.front === true;
    const names = room.narrow
      ? NARROW_NAMES
      : Math.min(room.width * MOST_NAMES, Math.max(104, longest * BOLD + NAME_GAP + 2));
    const below = !near && keyedBelow(lines, names);
    const right = near || below ? 24 : names;
    const height = frame + (below ? keyHeight(lines) : 0);
    const all = alike(figure.panels, title).flatMap((panel) =>
      panel.lines.flatMap(({ points }) => points.flatMap(({ mean, low, high }) => [mean, low ?? mean, high ?? mean])),
    );
    // small shares, and changes, have an axis as long as they are
    const wholly = unit === 'share' && !near && Math.max(...all) > SMALL && Math.min(...all) >= 0;
    const greatest = Math.max(...all);
    const least = Math.min(0, ...all) * 1.05;
    // nothing but zeros has an axis, too
    const most = wholly ? Math.max(1, greatest) : greatest > 0 || least < 0 ? Math.max(0, greatest) * 1.05 : 1;
    const y = logarithmic ? logDomain(slo === null ? all : [...all, slo.value]) : ([least, most] as [number, number]);
    const xs = lines.flatMap(({ points }) => points.map((point) => point.x));
    const ticks = logarithmic ? logTicks(y, 8) : wholly ? [0, 0.25, 0.5, 0.75, 1] : 6;
    const aslant = figure.words && slanted(xs, room.width - 60 - right);
    const deeper = aslant ? slantedDepth(xs) : 0;
    const svg = plot(room, {
      height: height + deeper,
      marginTop: 34,
      marginLeft: 60,
      marginRight: right,
      marginBottom: 42 + deeper + height - frame,
      x: {
        type: figure.words ? 'point' : figure.log ? 'log' : 'linear',
        // shapes beside each other reach into the margin
        ...(figure.cloud ? { inset: 20 } : {}),
        ...(figure.words ? { domain: [...new Set(xs)], ...wordTicks(xs, room.width - 60 - right) } : {}),
        label: `${figure.x} →`,
        labelOffset: 36 + deeper,
        ...(figure.words || !figure.log ? {} : { ticks: logTicks(logDomain(xs.map(Number)), 8) }),
        ...(figure.words
          ? {}
          : {
              tickFormat: (value: number) => valueText(value, figure.xUnit ?? ''),
              ...(figure.log ? {} : { ticks: wholeTicks(xs.map(Number)) ?? (room.narrow ? 4 : 8) }),
            }),
      },
      y: {
        type: logarithmic ? 'log' : 'linear',
        domain: y,
        label: `↑ ${title}`,
        ticks,
        tickFormat: (value: number) => valueText(value, unit),
      },
      color: { type: 'identity' },
      marks: [
        Plot.gridY({ ...muted, ticks }),
        ...(slo === null
          ? []
          : [Plot.ruleY([slo.value], { stroke: sloHue, strokeWidth: 1.5, strokeDasharray: '5 3' })]),
        // arrows of several lines begin at one height
        ...lines.flatMap((line, i) =>
          responseMarks(figure, line, unit, 6 * (i - (lines.length - 1) / 2), symbolOf(known.indexOf(line.name))),
        ),
      ],
    });
    const readout = responseReadout(svg, figure, panel, [60, room.width - right, 34, frame - 42]);
    const read = readout === undefined ? {} : { readout };
    const labels = lines.flatMap(({ name, hue, points }): Label[] => {
      const end = points.at(-1);
      return end === undefined
        ? []
        : [{ text: name, colour: hue.colour, x: at(svg, 'x', end.x), y: at(svg, 'y', end.mean) }];
    });
    if (near) {
      // falls to the right: the corner above it is free
      const wide = 36 + 7.4 * longest;
      writeKey(svg, lines, 34 + 16 * lines.length, room.width - right - wide);
      return { title: '', svg, ...read };
    }
    if (below) {
      writeKey(svg, lines, height + deeper - 10, 4);
      labels.length = 0;
    }
    writeLabels(svg, labels, room.width + 20, frame - 42);
    if (slo !== null) {
      const path = lines.map(({ points }) =>
        points.map((one) => [at(svg, 'x', one.x), at(svg, 'y', one.mean)] as const),
      );
      const spot = freeSpot(path, slo.text, [64, room.width - right], at(svg, 'y', slo.value));
      writeLabel(svg, slo.text, sloHue, ...spot);
    }
    return { title: '', svg, ...read }; // it stands at the axis
  });
}
