// The README's pictures, made anew: compares mechanisms on the burst example, opens the report that this leaves in Chromium, and takes
// two of its figures. Not part of `npm run docs`, whose files must come out the same byte for byte on every machine: fonts differ.
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { at, ensureInstalled, fail, run } from './support.mjs';

const FIGURES = { latency: 'latency.png', 'core-seconds': 'core-seconds.png' };
const MOST_BYTES = 200_000;

await ensureInstalled();
const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
if (executablePath === undefined)
  fail("pictures: no Chromium here: install Debian's package `chromium`, or set CHROMIUM_PATH");
const folder = mkdtempSync(join(tmpdir(), 'fluxhost-pictures-'));
try {
  const args = ['compare', 'examples/burst.yaml', '--mechanisms', 'ideal,hyperflux,hotplug,static', '--out', folder];
  const status = await run(process.execPath, [at('dist/cli.js'), ...args], { cwd: at() });
  if (status !== 0) fail(`pictures: compare ended with status ${status}`);
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args: sandbox });
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 }, colorScheme: 'light' });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    mkdirSync(at('docs/pictures'), { recursive: true });
    for (const [id, name] of Object.entries(FIGURES)) {
      const target = at('docs/pictures', name);
      await page.locator(`#${id} .plot`).screenshot({ path: target });
      const { size } = statSync(target);
      if (size > MOST_BYTES) fail(`pictures: ${name} has ${size} bytes, ${MOST_BYTES} at most`);
      process.stderr.write(`docs/pictures/${name}: ${size} bytes\n`);
    }
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
