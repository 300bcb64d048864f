// The README's pictures, made anew in Chromium: two figures of the report that a comparison on the burst example leaves, and the live
// page, forked in the middle of a burst. Not part of `npm run docs`, whose files must come out the same byte for byte on every machine:
// fonts differ.
/* global document */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from './build.mjs';
import { at, ensureInstalled, fail, run } from './support.mjs';

const FIGURES = { latency: 'latency.png', 'core-seconds': 'core-seconds.png' };
const MOST_BYTES = 200_000;
/** Of the live page: where it forks, and where it stands still, simulated ns. */
const FORK_NS = 900_000;
const STAND_NS = 2_300_000;

function made(name) {
  const { size } = statSync(at('docs/pictures', name));
  if (size > MOST_BYTES) fail(`pictures: ${name} has ${size} bytes, ${MOST_BYTES} at most`);
  process.stderr.write(`docs/pictures/${name}: ${size} bytes\n`);
}

async function figures(browser, folder) {
  const args = ['compare', 'examples/burst.yaml', '--mechanisms', 'ideal,hyperflux,hotplug,static', '--out', folder];
  const status = await run(process.execPath, [at('dist/cli.js'), ...args], { cwd: at() });
  if (status !== 0) fail(`pictures: compare ended with status ${status}`);
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(join(folder, 'report.html')).href);
  for (const [id, name] of Object.entries(FIGURES)) {
    await page.locator(`#${id} .plot`).screenshot({ path: at('docs/pictures', name) });
    made(name);
  }
}

async function livePage(browser) {
  const server = spawn(process.execPath, [at('dist/cli.js'), 'serve', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const address = await new Promise((resolve) =>
      server.stdout.on('data', (said) => resolve(/http:\/\/\S+/.exec(String(said))[0])),
    );
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
    await page.screenshot({ path: at('docs/pictures/live-page.png') });
    made('live-page.png');
  } finally {
    server.kill();
  }
}

await ensureInstalled();
const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined)
  fail("pictures: no Chromium here: install Debian's package `chromium`, or set CHROMIUM_PATH");
await build({ groups: ['bundle', 'web'] });
const folder = mkdtempSync(join(tmpdir(), 'fluxhost-pictures-'));
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath, args: sandbox });
try {
  mkdirSync(at('docs/pictures'), { recursive: true });
  await figures(browser, folder);
  await livePage(browser);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
