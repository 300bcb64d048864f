// Reports in Chromium, as files: no request, no error, every figure drawn with what its data says, in light and dark, wide and narrow,
// and each picture as a file.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contourOf } from '../../src/report/html/figures/contour.js';
import { reportOf } from '../../src/report/html/document.js';
import type { ResponsePlot, TailPlot } from '../../src/report/html/figure.js';
import { valueText } from '../../src/report/html/page/ticks.js';
import { renderHtml } from '../../src/report/html/render.js';
import { PAPER, all, documents, type Documents } from '../report/html/documents.js';
import { Pages, type Visit } from './pages.js';

/** A folder for pictures of the pages, to be looked at. */
const LOOK = process.env['FLUXHOST_LOOK'];

let folder: string;
let pages: Pages;
/** For all that is looked at on a phone, in the dark: what comes after the first page has its scripts compiled. */
let phone: Visit & Going;
let made: Documents;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-report-'));
  made = await documents();
  for (const [name, one] of all(made))
    writeFileSync(join(folder, `${name}.html`), renderHtml(one, { command: `fluxhost ${name} <b>a.yaml</b>` }));
  pages = await Pages.begin();
  phone = await open('size', 390, 'dark');
});
afterAll(async () => {
  await pages?.end();
  rmSync(folder, { recursive: true, force: true });
});

interface Going {
  /** To another report in the same page. */
  readonly go: (name: string) => Promise<void>;
}

async function open(name: string, width: number, colorScheme: 'light' | 'dark'): Promise<Visit & Going> {
  let url = '';
  const visit = await pages.open({ width, colorScheme }, (asked) => asked === url);
  const { page } = visit;
  const go = async (to: string): Promise<void> => {
    url = pathToFileURL(join(folder, `${to}.html`)).href;
    await page.goto(url);
    await page.waitForSelector('html[data-drawn]');
  };
  await go(name);
  return { ...visit, go };
}

const leave = (page: Page): Promise<void> => pages.leave(page);

const NAMES = ['result', 'comparison', 'size', 'sweep', 'grid', 'memory', 'pages', 'server', 'paper', 'suite'] as const;
type Name = (typeof NAMES)[number];

/** Every figure of a page is drawn, and nothing of it lies beyond the window's edge. */
async function drawnWhole(name: Name, { page, complaints }: Visit): Promise<void> {
  const figures = reportOf(made[name]).figures.map(({ id }) => id);
  const drawn = await page.$$eval('.plot', (places) =>
    places.map((place) => [
      (place as HTMLElement).dataset['figure'],
      place.querySelectorAll(
        'svg :is([aria-label=dot], [aria-label=bar], [aria-label=area], [aria-label=cell], [aria-label=line]) *, svg path:has(title)',
      ).length,
      [...place.querySelectorAll('svg')].every((svg) => !/NaN|Infinity|undefined/.test(svg.outerHTML)),
    ]),
  );
  expect(drawn.map(([id]) => id)).toEqual(figures);
  for (const [id, marks, sound] of drawn) {
    expect(marks, `${name} ${String(id)}`).toBeGreaterThan(0);
    expect(sound, `${name} ${String(id)}`).toBe(true);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(Number(await page.getAttribute('html', 'data-draw-ms'))).toBeGreaterThan(0);
  expect(await page.textContent('#command')).toBe(`fluxhost ${name} <b>a.yaml</b>`);
  expect(complaints).toEqual([]);
}

/** What a page has taken of the processor since it was opened, milliseconds; what else the machine does is not counted. */
async function taking(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (wanted: string): number => metrics.find((one) => one.name === wanted)!.value;
    return 1000 * (of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration'));
  };
}

describe.each(NAMES)('a report in Chromium: %s', (name) => {
  let wide: Visit;
  beforeAll(async () => {
    wide = await open(name, 1440, 'light');
  });
  afterAll(() => leave(wide.page));

  it('draws every figure, asks for nothing', () => drawnWhole(name, wide));

  it('does on a phone, and takes at most 300 ms of the processor for its scripts and its layout', async () => {
    const taken = await taking(phone.page);
    const before = await taken();
    await phone.go(name);
    const ms = (await taken()) - before;
    expect(ms).toBeGreaterThan(1);
    expect(ms).toBeLessThanOrEqual(300);
    await drawnWhole(name, phone);
  });

  it('prints light, without buttons, with every picture inside the paper', async () => {
    const { page } = wide;
    await page.emulateMedia({ colorScheme: 'dark' });
    const paper = await page.pdf({ format: 'A4', printBackground: false });
    expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
    if (LOOK !== undefined) writeFileSync(join(LOOK, `${name}.pdf`), paper);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.setViewportSize({ width: 700, height: 1000 }); // what A4 has between its margins
    if (LOOK !== undefined) await page.screenshot({ path: join(LOOK, `${name}.png`), fullPage: true });
    const found = await page.evaluate(() => ({
      ground: getComputedStyle(document.body).backgroundColor,
      ink: getComputedStyle(document.body).color,
      hue: getComputedStyle(document.documentElement).getPropertyValue('--m-hyperflux'),
      buttons: [...document.querySelectorAll('button')].filter((one) => one.checkVisibility()).length,
      beyond: [...document.querySelectorAll('.plot svg')].filter(
        (one) => one.getBoundingClientRect().right > innerWidth,
      ).length,
    }));
    const light = (colour: string): number =>
      Math.max(...(/\d+, \d+, \d+/.exec(colour)?.[0] ?? '0').split(', ').map(Number));
    expect(found.ground === 'rgba(0, 0, 0, 0)' || light(found.ground) > 240).toBe(true);
    expect(light(found.ink)).toBeLessThan(80);
    expect(found).toMatchObject({ buttons: 0, beyond: 0 });
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
    const hue = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--m-hyperflux'));
    expect(hue).toMatch(/^#/);
    expect(found.hue).toBe(hue);
  });
});

describe('a report in Chromium', () => {
  it('says what every line has where somebody points, what is drawn there, and keeps it out of files', async () => {
    const { page, complaints } = await open('comparison', 1200, 'light');
    const tails = reportOf(made.comparison).figures.find(({ id }) => id === 'latency')!.drawing as TailPlot;
    const { lines } = tails.panels[0]!;
    const picture = page.locator('#latency .plot svg').first();
    await picture.scrollIntoViewIfNeeded();
    const box = (await picture.boundingBox())!;
    const shares: number[][] = [];
    for (const at of [0.3, 0.5, 0.7]) {
      await page.mouse.move(box.x + at * box.width, box.y + box.height / 2);
      await page.waitForSelector('#latency .readout');
      expect(await page.locator('.read-name').allTextContents()).toEqual(lines.map(({ name }) => name));
      const told = await page.locator('.read-value').allTextContents();
      shares.push(told.map((text) => (text === '–' ? 0 : parseFloat(text))));
      // the drawing is as it was
      expect(await picture.evaluate((svg) => svg.outerHTML.includes('readout'))).toBe(false);
    }
    lines.forEach((_, i) => {
      const falling = shares.map((row) => row[i]!);
      expect(falling).toEqual([...falling].sort((a, b) => b - a));
    });
    await page.mouse.move(2, 2);
    expect(await page.locator('.readout').count()).toBe(0);
    // a sweep's points are few: what is nearest is told as the table has it
    const sweep = await open('sweep', 1200, 'light');
    const response = reportOf(made.sweep).figures[0]!.drawing as ResponsePlot;
    const place = sweep.page.locator('.figure .plot svg').first();
    await place.scrollIntoViewIfNeeded();
    const frame = (await place.boundingBox())!;
    await sweep.page.mouse.move(frame.x + 64, frame.y + frame.height / 2);
    const first = response.panels[0]!.lines[0]!.points[0]!;
    expect(await sweep.page.locator('.read-head').textContent()).toBe(`${response.x} = ${first.x}`);
    expect(await sweep.page.locator('.read-value').first().textContent()).toContain(valueText(first.mean, 'ns'));
    expect([...complaints, ...sweep.complaints]).toEqual([]);
    await leave(page);
    await leave(sweep.page);
  });

  it('lists what it asks where that is much', async () => {
    const { page } = await open('comparison', 390, 'dark');
    const { figures } = reportOf(made.comparison);
    expect(await page.locator('.contents a').allTextContents()).toEqual([
      ...figures.map(({ question }) => question),
      'What limits these figures?',
    ]);
    for (const href of await page.locator('.contents a').evaluateAll((all) => all.map((a) => a.getAttribute('href')!)))
      expect(await page.locator(href).count(), href).toBe(1);
    await leave(page);
    const short = await open('size', 1200, 'light');
    expect(await short.page.locator('.contents').count()).toBe(0);
    await leave(short.page);
  });

  it.each(['result', 'comparison', 'sweep'] as const)(
    '%s: an audit finds nothing, wide and on a phone',
    async (name) => {
      const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      for (const width of [1440, 390]) {
        const { page } = await open(name, width, 'light');
        // of one's own script the page's policy lets nothing in: the audit comes from outside
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { axe: audit } = window as unknown as {
            axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
          };
          return (await audit.run()).violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]!.html}`);
        });
        expect(
          found.filter((one) => /^(?:serious|critical)|empty-table-header/.test(one)),
          `${name} ${width}`,
        ).toEqual([]);
        await leave(page);
      }
    },
  );

  it('paper: shows every claim whole on a phone, each cell under the name of its column', async () => {
    const { page } = await open('paper', 390, 'light');
    const cells = await page.$$eval('.claims tbody td', (all) =>
      all.map((cell) => {
        const { left, right } = cell.getBoundingClientRect();
        return [
          left >= 0 && right <= innerWidth && cell.scrollWidth <= cell.clientWidth,
          getComputedStyle(cell, '::before').content,
        ];
      }),
    );
    expect(cells.length).toBeGreaterThan(0);
    expect(cells.every(([whole]) => whole)).toBe(true);
    expect(cells[1]![1]).toContain('ours');
    await leave(page);
  });

  it('suite: the words below a map do not cover one another on a phone', async () => {
    const { page, complaints } = await open('suite', 390, 'light');
    const turned = await page.$$eval('[aria-label="x-axis tick label"] text', (texts) =>
      texts.map((text) => ({
        turn: text.getAttribute('transform') ?? '',
        wide: (text as SVGTextElement).getComputedTextLength(),
      })),
    );
    const step = await page.$eval('[aria-label=cell] rect', (cell) => Number(cell.getAttribute('width')));
    const most = Math.max(...turned.map(({ wide }) => wide));
    expect(turned.length).toBeGreaterThan(1);
    if (most > step) for (const { turn } of turned) expect(turn).toContain('rotate(-40');
    expect(complaints).toEqual([]);
    await leave(page);
  });

  it('chips tell what they mean to whoever comes to them by key, and close behind them', async () => {
    const { page, complaints } = await open('comparison', 1440, 'light');
    const first = page.locator('details.chip').first();
    expect(await first.getAttribute('open')).toBeNull();
    for (let i = 0; i < 5 && (await page.evaluate(() => document.activeElement?.closest('.chip') === null)); i++)
      await page.keyboard.press('Tab');
    expect(await first.getAttribute('open')).not.toBeNull();
    expect(await first.locator('p').first().isVisible()).toBe(true);
    await page.keyboard.press('Shift+Tab');
    expect(await first.getAttribute('open')).toBeNull();
    expect(complaints).toEqual([]);
    await leave(page);
  });

  it('draws first what is in sight, the rest later, and all of it', async () => {
    const { page } = await pages.open({ width: 1440 }, () => true);
    await page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => {
        const places = [...document.querySelectorAll('.plot')];
        document.documentElement.dataset['first'] = places
          .map((place) => (place.childElementCount > 0 ? 1 : 0))
          .join('');
      });
    });
    await page.goto(pathToFileURL(join(folder, 'comparison.html')).href);
    expect(await page.getAttribute('html', 'data-first')).toMatch(/^1+0+$/);
    await page.waitForSelector('html[data-drawn]');
    expect(await page.$$eval('.plot', (places) => places.every((place) => place.childElementCount > 0))).toBe(true);
    await page.close();
  });

  it('outlines on a map where the objective begins to be met', async () => {
    const { page } = await open('grid', 1440, 'light');
    const { drawing } = reportOf(made.grid).figures[0]!;
    if (drawing.kind !== 'heat') throw new Error('no map');
    const edges = contourOf(drawing.panels[0]!);
    expect(edges.length).toBeGreaterThan(0);
    const d = await page.getAttribute('.contour', 'd');
    expect(d!.match(/M/g)).toHaveLength(edges.length);
    await leave(page);
  });

  it.each(['line', 'tail'] as const)(
    '%s: names too long for a phone stand in a key, within the picture',
    async (mark) => {
      const lines = ['a', 'b'].map((letter, row) => ({
        name: `${letter} backend, thirty of a hundred pages`,
        points: ['p50', 'p99'].map((x, i) => ({ x, row, column: i + 1 })),
      }));
      const picture = { mark, x: 'time', panels: [{ title: 'swap-in', lines }], answer: 'So long.' } as const;
      const rows = [
        ['a', '2 us', '5 us'],
        ['b', '3 us', '9 us'],
      ];
      const table = { title: 'T', head: ['backend', 'p50', 'p99'], rows, picture };
      const html = renderHtml({ ...PAPER, tables: [table] }, { command: 'fluxhost reproduce paper' });
      writeFileSync(join(folder, 'long-names.html'), html);
      const { page } = await open('long-names', 390, 'light');
      await page.locator('#table-1 svg').waitFor();
      const outside = await page.$$eval('#table-1 svg', ([svg]) => {
        const frame = svg!.getBoundingClientRect();
        return [...svg!.querySelectorAll('text')].flatMap((text) => {
          const { left, right, bottom } = text.getBoundingClientRect();
          return left < frame.left - 1 || right > frame.right + 1 || bottom > frame.bottom + 1
            ? [text.textContent]
            : [];
        });
      });
      expect(outside).toEqual([]);
      expect(await page.locator('#table-1 svg').textContent()).toContain(lines[1]!.name);
      await leave(page);
    },
  );

  it('prints at the width of the paper, side by side where the screen has it so', async () => {
    const { page } = await open('comparison', 1440, 'light');
    const widths = (): Promise<number[]> =>
      page.$$eval('[data-figure=latency] svg', (some) => some.map((one) => Number(one.getAttribute('width'))));
    const screen = await widths();
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    expect(await widths()).toEqual(screen.map(() => (screen.length > 1 ? 324 : 680)));
    await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
    expect(await widths()).toEqual(screen);
    await leave(page);
  });

  it('strips: a part is looked at by dragging, by buttons and by keys, for all mechanisms together', async () => {
    const { page, complaints } = await open('comparison', 1440, 'light');
    const ends = (group: string): Promise<string[]> =>
      page.$$eval(`[data-figure=strips] svg[data-group=${group}]`, (some) =>
        some.map((svg) => svg.querySelector('[aria-label="x-axis tick label"] text:last-of-type')!.textContent),
      );
    const whole = await ends('worst');
    expect(new Set(whole)).toEqual(new Set(['2 ms']));
    await page.locator('[data-zoom=in]').click();
    expect(new Set(await ends('worst'))).toEqual(new Set(['1.4 ms']));
    await page.keyboard.press('ArrowRight');
    expect(new Set(await ends('worst'))).toEqual(new Set(['2 ms']));
    await page.keyboard.press('0');
    expect(await ends('worst')).toEqual(whole);
    const strip = page.locator('[data-figure=strips] svg[data-group=worst]').nth(1);
    await strip.scrollIntoViewIfNeeded();
    const { x, y, width } = (await strip.boundingBox())!;
    const [left, right] = await strip.evaluate((svg) => [
      Number((svg as SVGSVGElement).dataset['left']),
      Number((svg as SVGSVGElement).dataset['right']),
    ]);
    expect(right).toBeLessThan(width);
    await page.mouse.move(x + left + 1, y + 120);
    await page.mouse.down();
    await page.mouse.move(x + left + (right - left) / 4, y + 120, { steps: 3 });
    await page.mouse.up();
    expect(new Set(await ends('worst'))).toEqual(new Set(['500 µs']));
    expect(await ends('run')).not.toContain('500 µs');
    const pieces = await page.$$eval('[data-figure=strips] svg[data-group=worst] > path:has(title)', (some) =>
      some.map((one) => {
        const { left: from, right: to } = one.getBoundingClientRect();
        const frame = one.closest('svg')!.getBoundingClientRect();
        return [from - frame.left, to - frame.left];
      }),
    );
    expect(pieces.length).toBeGreaterThan(2);
    for (const [from, to] of pieces) {
      expect(from).toBeGreaterThanOrEqual(left - 1);
      expect(to).toBeLessThanOrEqual(right + 1);
    }
    expect(complaints).toEqual([]);
    await leave(page);
  });

  it('strips: draws windows in which ten thousand tasks and more wait', async () => {
    const runs = made.comparison.runs.map((run) => {
      const windows = run.strips!.windows.map((one) => ({
        ...one,
        waiting: one.waiting.map(() => `10102*1 12345*${one.columns - 1}`),
      }));
      return { ...run, strips: { ...run.strips!, windows } };
    });
    writeFileSync(
      join(folder, 'drowning.html'),
      renderHtml({ ...made.comparison, runs }, { command: 'fluxhost compare' }),
    );
    const { page, complaints } = await open('drowning', 1440, 'light');
    const paths = await page.$$eval('[data-figure=strips] svg path', (some) =>
      some.map((one) => one.getAttribute('d') ?? ''),
    );
    expect(paths.length).toBeGreaterThan(6);
    expect(paths.filter((d) => d.includes('NaN'))).toEqual([]);
    expect(await page.textContent('[data-figure=strips]')).toMatch(/up to 12\D?345/);
    expect(complaints).toEqual([]);
    await leave(page);
  });

  it('every quantile is a dot where its axis has it', async () => {
    const { page } = await open('comparison', 1440, 'light');
    const { drawing } = reportOf(made.comparison).figures[0]!;
    if (drawing.kind !== 'tail') throw new Error('the first figure is no tail');
    const titles = await page.$$eval('[data-figure=latency] [aria-label=dot] title', (some) =>
      some.map((one) => one.textContent),
    );
    expect(titles).toHaveLength(drawing.panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points)).length);
    // on a logarithmic axis equal ratios are equal lengths
    const xs = await page.$$eval(
      '[data-figure=latency] .panel:first-child [aria-label=dot] path, [data-figure=latency] .panel:first-child [aria-label=dot] circle',
      (some) =>
        some
          .filter((one) => one.querySelector('title') !== null)
          .map((one) =>
            Number(one.getAttribute('cx') ?? /translate\(([\d.]+)/.exec(one.getAttribute('transform') ?? '')?.[1]),
          ),
    );
    const times = drawing.panels[0]!.lines.flatMap(({ points }) => points.map(({ ns }) => Math.log(ns)));
    const order = [...times.keys()].sort((a, b) => times[a]! - times[b]!);
    const [first, last] = [order[0]!, order.at(-1)!];
    const perUnit = (xs[last]! - xs[first]!) / (times[last]! - times[first]!);
    xs.forEach((x, i) => expect(x).toBeCloseTo(xs[first]! + perUnit * (times[i]! - times[first]!), 1));
    await leave(page);
  });

  it('sweep: whole tails stay within the frame, and names whose ends lie together stand in a key', async () => {
    // to one request in a million, at nearly one latency at every point
    const rows = made.sweep.rows.map((row) => {
      const ns = 1e6 + 1e4 * Number(row.point['host.cores']);
      const share = [0.9, 0.5, 0.1, 0.01, 1e-3, 1e-4, 1e-6];
      return { ...row, tails: { api: { share, ns: share.map((_, i) => ns * (1 + i / 100)) } } };
    });
    writeFileSync(join(folder, 'tails.html'), renderHtml({ ...made.sweep, rows }, { command: 'fluxhost sweep' }));
    const { page, complaints } = await open('tails', 1440, 'light');
    const panels = await page.$$eval('[data-figure=tails] svg', (some) =>
      some.map((svg) => ({
        bottom: Math.max(
          ...[...svg.querySelectorAll('[aria-label=line] path')].map((one) => one.getBoundingClientRect().bottom),
        ),
        frame: svg.getBoundingClientRect().bottom - 42,
        // where the axis with its name ends, the key begins
        axis: Math.max(
          ...[...svg.querySelectorAll('[aria-label^="x-axis"]')].map((one) => one.getBoundingClientRect().bottom),
        ),
        keyTop: Math.min(...[...svg.querySelectorAll(':scope > line')].map((one) => one.getBoundingClientRect().top)),
        keyBottom: Math.max(
          ...[...svg.querySelectorAll(':scope > line')].map((one) => one.getBoundingClientRect().bottom),
        ),
        ends: svg.getBoundingClientRect().bottom,
        key: [...svg.querySelectorAll(':scope > line')].map((one) => [
          one.getAttribute('stroke'),
          one.nextElementSibling?.getAttribute('fill'),
          one.nextElementSibling?.textContent?.replace(' ✕', ''),
        ]),
        strokes: [...svg.querySelectorAll('[aria-label=line]')].map((one) => one.getAttribute('stroke')),
      })),
    );
    expect(panels).toHaveLength(3);
    for (const { bottom, frame, key, strokes, axis, keyTop, keyBottom, ends } of panels) {
      expect(bottom).toBeLessThanOrEqual(frame);
      expect(keyTop).toBeGreaterThan(axis);
      expect(keyBottom).toBeLessThan(ends);
      expect(key.map(([, , name]) => name)).toEqual(['5', '7', '9', '11']);
      expect(key.map(([stroke]) => stroke)).toEqual(strokes);
      for (const [stroke, fill] of key) expect(fill).toBe(stroke);
    }
    expect(complaints).toEqual([]);
    await leave(page);
  });

  it('size: a run of which only is known that it misses has an arrow upwards, which no line reaches', async () => {
    const [run] = made.size.runs;
    const slo = { vm: 'api', quantile: 0.99, targetNs: 2e5 };
    const tried = [null, null, 150_000, 120_000].map((latencyNs, i) => {
      return { value: 4 + i, attainedIn: latencyNs === null ? 0 : 1, of: 1, slos: [{ ...slo, latencyNs }] };
    });
    const lost = { ...made.size, runs: [{ ...run!, tried, value: 6, low: 6 }] };
    writeFileSync(join(folder, 'lost.html'), renderHtml(lost, { command: 'fluxhost size' }));
    const { page, complaints } = await open('lost', 1440, 'light');
    const plot = '[data-figure=size-curve]';
    const arrows = await page.$$eval(`${plot} [aria-label=vector] path`, (some) =>
      some.map((one) => [one.querySelector('title')?.textContent, one.getBoundingClientRect().bottom]),
    );
    const [objective] = await page.$$eval(`${plot} [aria-label=rule] line`, (some) =>
      some.map((one) => one.getBoundingClientRect().bottom),
    );
    expect(arrows.map(([title]) => title)).toEqual([4, 5].map((x) => `${run!.mechanism} at ${x}: more than 200 µs`));
    for (const [, bottom] of arrows) expect(Math.abs(Number(bottom) - objective!)).toBeLessThan(2);
    const joined = await page.$$eval(`${plot} [aria-label=line] path`, (some) =>
      some.map((one) => one.getAttribute('d')),
    );
    expect(joined).toHaveLength(1);
    expect(joined[0]!.match(/[ML]/g)).toHaveLength(2); // of 6 and 7
    expect(complaints).toEqual([]);
    await leave(page);
  });

  it("a paper's number is an upright line and each of ours a dot where their axis has them", async () => {
    const { page } = await open('paper', 1440, 'light');
    const { drawing } = reportOf(made.paper).figures[0]!;
    if (drawing.kind !== 'claims') throw new Error('the first figure is not of claims');
    const row = drawing.panels[0]!.rows[0]!;
    const read = (label: string, attribute: string): Promise<number[]> =>
      page.$$eval(
        `[data-figure=claims] [aria-label=${label}] > :is(circle, line):has(title)`,
        (some, name) => some.map((one) => Number(one.getAttribute(name))),
        attribute,
      );
    const dots = await read('dot', 'cx');
    expect(dots).toHaveLength(row.ours.length);
    const values = row.ours.map(({ value }) => value);
    const perUnit = (dots[0]! - dots[2]!) / (values[0]! - values[2]!);
    const xOf = (value: number): number => dots[2]! + perUnit * (value - values[2]!);
    expect(dots[1]).toBeCloseTo(xOf(values[1]!), 1);
    const [paper] = await read('rule', 'x1');
    expect(paper).toBeCloseTo(xOf(row.paper.high!), 1);
    const written = await page.$$eval('[data-figure=claims] svg > text', (some) => some.map((one) => one.textContent));
    expect(written).toEqual([`${row.verdict}: ${row.claim}`, row.paper.text, expect.stringMatching(/^ours: /)]);
    await leave(page);
  });

  it('hands each picture out as SVG and PNG that stand alone', async () => {
    const { page, complaints } = await open('sweep', 1440, 'dark');
    for (const kind of ['svg', 'png']) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(`.figure [data-save=${kind}]`)]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^response-host-cores\\.${kind}$`));
      const bytes = readFileSync(await download.path());
      if (kind === 'png') expect(bytes.subarray(1, 4).toString()).toBe('PNG');
      else {
        expect(bytes.toString()).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
        expect(bytes.toString()).not.toContain('var(');
      }
    }
    expect(
      complaints.filter((one) => !one.startsWith('asked for blob:') && !one.startsWith('asked for data:')),
    ).toEqual([]);
    await leave(page);
  });
});
