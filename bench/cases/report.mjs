// Case "report": the page of a comparison of every mechanism, the largest that a command leaves: how large it is, how long its pictures
// in sight take to draw when it is opened, and how long all of its pictures take at once, as before it is printed.
/* global document, Event, window */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { discard, ran, temporary } from '../children.mjs';
import { figure } from '../measure.mjs';
import { root } from '../programs.mjs';

const NOTE = "processor time of Chromium's page";
const SPENT = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];

/** Processor time of the page's thread so far: of its script, and of layout with styles; ms. */
async function spent(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  const [script, ...layout] = SPENT.map((name) => 1000 * metrics.find((one) => one.name === name).value);
  return { script, layout: layout.reduce((sum, ms) => sum + ms, 0) };
}

/** Pictures in sight as the page opens, its script read, then all of them anew and laid out: ms of each. */
async function drawn(browser, file) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-drawn]');
  const sight = await spent(session);
  const count = await page.evaluate(() => {
    window.dispatchEvent(new Event('beforeprint'));
    document.body.getBoundingClientRect(); // lays out
    return document.querySelectorAll('.plot svg').length;
  });
  const both = await spent(session);
  await page.close();
  return { sight, all: { script: both.script - sight.script, layout: both.layout - sight.layout }, count };
}

export async function report(_library, { smoke }) {
  const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (executablePath === undefined) return { figures: [], counts: { skipped: 'no Chromium here' } };
  const { chromium } = await import('playwright-core');
  const folder = temporary('report');
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    // a moment of two of them says whether it still runs
    const shorter = smoke ? ['--set', 'duration=20ms', '--set', 'warmup=0s'] : [];
    const mechanisms = smoke ? 'hyperflux,static' : 'all';
    const command = ['compare', join(root, 'examples/burst.yaml'), '--mechanisms', mechanisms, '--no-sizing'];
    const out = ['--out', join(folder, 'all'), ...shorter];
    await ran('fluxhost compare', process.execPath, [join(root, 'dist/cli.js'), ...command, ...out]);
    const file = join(folder, 'all', 'report.html');
    const looks = [];
    for (let turn = 0; turn < (smoke ? 1 : 5); turn++) looks.push(await drawn(browser, file));
    return {
      figures: [
        figure('report of every mechanism', 'kB', [statSync(file).size / 1000], { most: 2000, note: 'the file' }),
        figure(
          '  pictures in sight when opened, script and layout',
          'ms',
          looks.map(({ sight }) => sight.script + sight.layout),
          { most: 300, note: NOTE },
        ),
        figure(
          '  all pictures at once, script',
          'ms',
          looks.map(({ all }) => all.script),
          { note: NOTE },
        ),
        figure(
          '  all pictures at once, layout and styles',
          'ms',
          looks.map(({ all }) => all.layout),
          { note: NOTE },
        ),
      ],
      counts: { pictures: looks[0].count },
    };
  } finally {
    await browser.close();
    discard(folder);
  }
}
