// A picture of a system's page: the first table of its experiment that says what is drawn of it, as an SVG that needs no script, in light and
// dark. The report draws the same in a browser.

import { readFileSync } from 'node:fs';
import type { Reproduction } from '../../src/experiments/api.js';
import { experimentFigures } from '../../src/report/html/figures/claims.js';
import type { Figure, ResponsePlot } from '../../src/report/html/figure.js';
import { logDomain, logTicks, valueText } from '../../src/report/html/page/ticks.js';

type Panel = ResponsePlot['panels'][number];

const WIDTH = 720;
const HEIGHT = 190;
const LEFT = 62;
const GAP = 62;
const RIGHT = 14;
/** Of a letter of 11 px, on average. */
const LETTER = 5.9;
const MOST_PANELS = 2;
/** Of a word on an axis. */
const MOST_LETTERS = 44;
/** Words aslant end at their place; steeper where they would else reach over the left edge. */
const ASLANT = [30, 50] as const;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const roomAt = (left: number, degrees: number): number =>
  Math.floor((left - 4) / (LETTER * Math.cos(radians(degrees))));

/** A word no longer than so many letters. */
const cut = (word: string, most: number): string =>
  word.length > most ? `${word.slice(0, most - 1).trimEnd()}…` : word;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const at = (value: number): string => value.toFixed(1);

function wrapped(text: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of text.replace(/(\d) (%|[nµu]s|ms|s)(?!\w)/g, '$1\u00a0$2').split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Both themes' values of the report's colours that are used. */
function colours(used: readonly string[]): string {
  const [light, dark] = readFileSync('src/report/html/page/colours.css', 'utf8').split('@media screen');
  const values = (css: string): string =>
    used
      .flatMap((name) => {
        const value = new RegExp(`${name}: (#[0-9a-f]+)`).exec(css)?.[1];
        return value === undefined ? [] : [`${name}:${value}`];
      })
      .join(';');
  return `svg{${values(light!)}}@media (prefers-color-scheme:dark){svg{${values(dark!)}}}`;
}

interface Scale {
  readonly y: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Even ticks of 1, 2 or 5. */
function evenTicks(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough)!;
  const from = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - from + 1 }, (_, i) => (from + i) * step);
}

function scaleOf({ unit, log, lines }: Panel, top: number): Scale {
  const values = lines.flatMap(({ points }) =>
    points.flatMap(({ mean, low, high }) => [mean, low ?? mean, high ?? mean]),
  );
  const place = (share: number): number => top + HEIGHT * (1 - share);
  if ((unit === 'ns' || log === true) && values.every((value) => value > 0)) {
    const [low, high] = logDomain(values);
    return {
      y: (value) => place(Math.log(value / low) / Math.log(high / low)),
      ticks: logTicks([low, high], 6),
    };
  }
  const [low, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const high = most === low ? low + 1 : most;
  return { y: (value) => place((value - low) / (high - low)), ticks: evenTicks(low, high) };
}

/** Words of the axis, slanted where they would run into each other; every second one where there are many. */
function axisWords(
  words: readonly string[],
  x: (i: number) => number,
  width: number,
  bottom: number,
): { text: string; deep: number } {
  const degrees =
    ASLANT.find((one) => words.every((word, i) => word.length <= roomAt(x(i), one))) ?? ASLANT[ASLANT.length - 1]!;
  const fitting = words.map((word, i) => cut(word, Math.min(MOST_LETTERS, roomAt(x(i), degrees))));
  const longest = Math.max(...fitting.map((word) => word.length));
  const aslant = longest * LETTER > width / Math.max(1, words.length) - 4;
  const every = aslant && words.length > 24 ? 2 : 1;
  const text = fitting
    .map((word, i) => {
      if (i % every !== 0) return '';
      const [left, y] = [at(x(i)), at(bottom + 15)];
      return aslant
        ? `<text class="tick" text-anchor="end" transform="translate(${left} ${y}) rotate(-${degrees})">${escaped(word)}</text>`
        : `<text class="tick" text-anchor="middle" x="${left}" y="${y}">${escaped(word)}</text>`;
    })
    .join('');
  return { text, deep: aslant ? 16 + longest * LETTER * Math.sin(radians(degrees)) : 18 };
}

function panelText(
  panel: Panel,
  plot: ResponsePlot,
  left: number,
  width: number,
  top: number,
): { text: string; deep: number } {
  const words = [...new Set(panel.lines.flatMap(({ points }) => points.map(({ x }) => String(x))))];
  if (!plot.words) words.sort((a, b) => Number(a) - Number(b));
  const [least, most] = [Number(words[0]), Number(words.at(-1))];
  const share = (i: number): number =>
    plot.words || most === least
      ? (i + 0.5) / words.length
      : 0.05 + (0.9 * (Number(words[i]) - least)) / (most - least);
  const x = (i: number): number => left + width * share(i);
  const { y, ticks } = scaleOf(panel, top);
  const grid = ticks.map(
    (value) =>
      `<path class="grid" d="M${at(left)} ${at(y(value))}h${at(width)}"/>` +
      `<text class="tick" text-anchor="end" x="${at(left - 6)}" y="${at(y(value) + 4)}">${escaped(valueText(value, panel.unit))}</text>`,
  );
  const drawn = panel.lines.map(({ hue, points, name }) => {
    const places = points.map((point) => ({ ...point, left: x(words.indexOf(String(point.x))) }));
    const path = places.map(({ left: to, mean }, i) => `${i === 0 ? 'M' : 'L'}${at(to)} ${at(y(mean))}`).join('');
    const style = `style="stroke:${hue.colour}"${hue.dash === '' ? '' : ` stroke-dasharray="${hue.dash}"`}`;
    const line = plot.cloud || !plot.words || places.length < 2 ? '' : `<path class="line" ${style} d="${path}"/>`;
    const bars = places
      .filter(({ low, high }) => low !== null && high !== null)
      .map(
        ({ left: to, low, high }) =>
          `<path class="line" style="stroke:${hue.colour}" d="M${at(to)} ${at(y(low!))}V${at(y(high!))}"/>`,
      );
    const dots = places.map(
      ({ left: to, mean, x: word }) =>
        `<circle style="fill:${hue.colour}" cx="${at(to)}" cy="${at(y(mean))}" r="3"><title>${escaped(`${name}, ${word}: ${valueText(mean, panel.unit)}`)}</title></circle>`,
    );
    return `<g>${line}${bars.join('')}${dots.join('')}</g>`;
  });
  const bottom = top + HEIGHT;
  const axis = axisWords(words, x, width, bottom);
  const title = `<text class="head" x="${at(left - 6)}" y="${at(top - 8)}">${escaped(panel.title)}</text>`;
  const name = `<text class="tick" text-anchor="end" x="${at(left + width)}" y="${at(bottom + axis.deep + 14)}">${escaped(plot.x)} →</text>`;
  const base = `<path class="axis" d="M${at(left)} ${at(bottom)}h${at(width)}"/>`;
  return { text: `${title}${grid.join('')}${base}${axis.text}${name}${drawn.join('')}`, deep: axis.deep + 20 };
}

/** What the lines are, in rows as long as there is room. */
function keyText(lines: Panel['lines'], cloud: boolean, top: number): { text: string; deep: number } {
  let [x, row] = [16, 0];
  const parts = lines.map(({ name, hue }) => {
    const wide = 34 + name.length * LETTER + 14;
    if (x + wide > WIDTH && x > 16) [x, row] = [16, row + 1];
    const y = top + 18 * row;
    const dash = hue.dash === '' ? '' : ` stroke-dasharray="${hue.dash}"`;
    const mark = cloud
      ? `<circle style="fill:${hue.colour}" cx="${at(x + 20)}" cy="${at(y)}" r="3"/>`
      : `<path class="line" style="stroke:${hue.colour}"${dash} d="M${at(x)} ${at(y)}h26"/>`;
    const part = `${mark}<text x="${at(x + 32)}" y="${at(y + 4)}">${escaped(name)}</text>`;
    x += wide;
    return part;
  });
  return { text: parts.join(''), deep: 18 * (row + 1) };
}

function drawn({ question, answer }: Figure, plot: ResponsePlot): string {
  const panels = plot.panels.slice(0, MOST_PANELS);
  const width = (WIDTH - LEFT - RIGHT - GAP * (panels.length - 1)) / panels.length;
  const said = wrapped(answer, 104);
  const top = 48 + 16 * said.length + 26;
  const parts = panels.map((panel, i) => panelText(panel, plot, LEFT + i * (width + GAP), width, top));
  const below = top + HEIGHT + Math.max(...parts.map(({ deep }) => deep)) + 14;
  const names = new Map(panels.flatMap(({ lines }) => lines).map((line) => [line.name, line] as const));
  const key = keyText([...names.values()], plot.cloud || !plot.words, below);
  const height = Math.round(below + key.deep);
  const used = [...new Set([...names.values()].flatMap(({ hue }) => /--[\w-]+/.exec(hue.colour)?.[0] ?? []))];
  const style =
    'text{font:11px system-ui,sans-serif;fill:var(--text)}.title{font-weight:600;font-size:14px}.said{font-size:12px}.head{font-weight:600}' +
    '.tick{fill:var(--quiet)}.grid{stroke:var(--grid)}.axis{stroke:var(--quiet)}.line{fill:none;stroke-width:1.8;color:var(--text)}' +
    `circle{color:var(--text)}.paper{fill:var(--page)}${colours(['--page', '--text', '--quiet', '--grid', ...used])}`;
  const answerText = said.map((line, i) => `<text class="said" x="16" y="${46 + 16 * i}">${escaped(line)}</text>`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">\n` +
    `<title>${escaped(`${question} ${answer}`)}</title>\n<style>${style}</style>\n` +
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>\n<text class="title" x="16" y="24">${escaped(question)}</text>\n` +
    `${[...answerText, ...parts.map(({ text }) => text), key.text].join('\n')}\n</svg>\n`
  );
}

/** Pages of systems, each with its picture. */
export const PICTURED = [
  ...['virtuoso', 'valve', 'tierbpf', 'ptmt', 'temponet', 'clawvm', 'pi-dlinear', 'gil', 'edgeflow', 'yolofs', 'vcao'],
  ...['verusage', 'periodic-space', 'nanvix', 'nexus', 'provisioning'],
] as const;

/** The picture of an experiment's answer; undefined: no table of it is drawn as lines or dots. */
export function pictureOf(found: Reproduction): string | undefined {
  const figure = experimentFigures(found).find(({ drawing }) => drawing.kind === 'response');
  if (figure === undefined) return undefined;
  const plot = figure.drawing as ResponsePlot;
  if (plot.words) return drawn(figure, plot);
  // places in a plane: what is said of them
  const said = found.claims.filter(({ answer }) => answer === undefined).map(({ claim, ours }) => `${claim}: ${ours}.`);
  return drawn({ ...figure, answer: said.join(' ') }, plot);
}
