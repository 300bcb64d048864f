// The pictures of README.md and docs/ that are taken in Chromium: figures of the reports that commands on the examples leave, and the
// live page, forked in the middle of a burst; and docs/pictures/arrivals.svg, which needs a simulation. Not part of `npm run docs`, whose files must come out the same byte for byte on every
// machine: fonts differ. Names (`npm run pictures -- strips`) make only those.
/* global document, requestAnimationFrame */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { arrivals, arrivalsPicture } from './arrivals.mjs';
import { Child } from '../bench/children.mjs';
import { build } from './build.mjs';
import { at, ensureInstalled, fail, run, writeAtomically } from './support.mjs';

/** Figures of reports by the command that leaves them, and the files that they go to. */
const REPORTS = [
  {
    command: 'compare examples/burst.yaml --mechanisms ideal,hyperflux,hotplug,static',
    figures: { latency: 'latency.png', 'core-seconds': 'core-seconds.png' },
    inBoth: true,
  },
  { command: 'compare examples/burst.yaml --mechanisms hyperflux,cgroup', figures: { strips: 'strips.png' } },
  {
    command:
      'compare src/web/scenarios/lock.yaml --mechanisms hyperflux,blind --set vms.batch.workload.request.lock.hold=40us',
    figures: { strips: 'locks.png' },
  },
  { command: 'run examples/taiji-dpu.yaml', figures: { 'swap-in': 'swap-in.png' } },
  { command: 'run examples/functions.yaml', figures: { starts: 'starts.png' } },
  { command: 'fleet examples/fleet.yaml', figures: { 'over-time': 'fleet.png' } },
  { command: 'reserve examples/vmem-server.yaml --against hugetlb,hvo,thp', figures: { plan: 'reserve.png' } },
  {
    command:
      'pages examples/data/object-cache.csv --format csv --write-values set --policy lru,arc,opt --capacity 1%..100%:8:log',
    figures: { 'miss-ratio': 'miss-ratio.png' },
  },
];
/** Those of README.md are there in dark, too, for `<picture>` to choose from. */
const darkOf = (name) => name.replace('.png', '-dark.png');
const SCHEMES = [
  ['light', (name) => name],
  ['dark', darkOf],
];
const LIVE_PAGE = 'live-page.png';
const ARRIVALS = 'arrivals.svg';
const MOST_BYTES = 200_000;
/** Of the live page: where it forks, and where it stands still, simulated ns. */
const FORK_NS = 900_000;
const STAND_NS = 2_300_000;

function made(name) {
  const { size } = statSync(at('docs/pictures', name));
  if (size > MOST_BYTES) fail(`pictures: ${name} has ${size} bytes, ${MOST_BYTES} at most`);
  process.stderr.write(`docs/pictures/${name}: ${size} bytes\n`);
}

async function figures(browser, folder, { command, figures, inBoth = false }) {
  const wanted = Object.entries(figures).filter(([, name]) => isWanted(name));
  if (wanted.length === 0) return;
  const status = await run(process.execPath, [at('dist/cli.js'), ...command.split(' '), '--out', folder], {
    cwd: at(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) fail(`pictures: ${command} ended with status ${status}`);
  for (const [colorScheme, fileOf] of inBoth ? SCHEMES : SCHEMES.slice(0, 1)) {
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, colorScheme });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    for (const [id, name] of wanted) {
      const path = at('docs/pictures', fileOf(name));
      await page.locator(`#${id} .plot`).first().screenshot({ path });
      made(fileOf(name));
    }
    await page.close();
  }
}

async function livePage(browser) {
  const server = new Child('fluxhost serve', process.execPath, [at('dist/cli.js'), 'serve', '--port', '0']);
  try {
    const [address] = await server.hears(/http:\/\/\S+/);
    const page = await browser.newPage({ viewport: { width: 1200, height: 820 }, colorScheme: 'light' });
    await page.goto(address);
    const reached = (ns) =>
      page.waitForFunction((most) => Number(document.getElementById('page').dataset.nowNs) >= most, ns);
    await reached(FORK_NS);
    await page.selectOption('#mechanism', 'static');
    await reached(STAND_NS);
    await page.click('#play');
    await page.locator('canvas.strips').first().focus();
    for (let core = 0; core < 6; core++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.steps li');
    await page.evaluate(() => document.activeElement.blur());
    for (const [colorScheme, fileOf] of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await page.screenshot({ path: at('docs/pictures', fileOf(LIVE_PAGE)) });
      made(fileOf(LIVE_PAGE));
    }
  } finally {
    await server.stop();
  }
}

const names = process.argv.slice(2);
const isWanted = (file) => names.length === 0 || names.includes(file.replace(/\.\w+$/, ''));
const known = [...REPORTS.flatMap(({ figures }) => Object.values(figures)), LIVE_PAGE, ARRIVALS];
const unknown = names.filter((name) => !known.some((file) => file.replace(/\.\w+$/, '') === name));
if (unknown.length > 0) fail(`pictures: ${unknown.join(' ')} unknown, expected any of ${known.join(' ')}`);
await ensureInstalled();
const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined)
  fail("pictures: no Chromium here: install Debian's package `chromium`, or set CHROMIUM_PATH");
await build({ groups: isWanted(LIVE_PAGE) ? ['bundle', 'web'] : ['bundle'] });
const folder = mkdtempSync(join(tmpdir(), 'fluxhost-pictures-'));
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath, args: sandbox });
try {
  mkdirSync(at('docs/pictures'), { recursive: true });
  for (const [i, report] of REPORTS.entries()) await figures(browser, join(folder, String(i)), report);
  if (isWanted(LIVE_PAGE)) await livePage(browser);
  if (isWanted(ARRIVALS)) {
    const picture = arrivalsPicture(await arrivals(await import(pathToFileURL(at('dist/index.js')).href)));
    writeAtomically(at('docs/pictures', ARRIVALS), picture);
    made(ARRIVALS);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
