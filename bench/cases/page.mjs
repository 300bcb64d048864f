// Case "page": the live page in headless Chromium. When the first cores are seen after the page is asked for, and what a frame costs
// while 256 cores play, one future and two of them: processor time of the page's main thread, of which a frame has 16.7 ms.
/* global DataTransfer, document, DragEvent, File, requestAnimationFrame, window */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../children.mjs';
import { figure } from '../measure.mjs';
import { root } from '../programs.mjs';

/** Of 60 that a screen shows: a run on a quiet machine has them all. */
const FRAMES = 58;
/** That two cores have for a frame at 60 Hz. */
const BOTH_CORES_MS = 33.3;

const bursts = readFileSync(join(root, 'src/web/scenarios/bursts.yaml'), 'utf8');
/** As many times as busy on as many times the cores. */
const WIDE = bursts
  .replace('cores: 17', 'cores: 257')
  .replace('max: 14', 'max: 224')
  .replace('max: 16', 'max: 256')
  .replace('tasks: 64', 'tasks: 1024')
  .replace('onRate: 1.0e6', 'onRate: 1.6e7')
  .replace('offRate: 2.0e4', 'offRate: 3.2e5');

/** A page on which 256 cores play. */
async function playing(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(address);
  await page.waitForSelector('canvas.strips');
  await page.evaluate((text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], 'wide.yaml'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer }));
  }, WIDE);
  await page.waitForFunction(() => document.querySelector('.command').textContent.includes('wide.yaml'));
  await page.waitForFunction(() => Number(document.getElementById('page').dataset.nowNs) > 100_000);
  return page;
}

/** Frames of so many ms, and how many of them showed anything new. */
const count = (page, ms) =>
  page.evaluate(
    (most) =>
      new Promise((resolve) => {
        const begin = performance.now();
        let [frames, drawn, before] = [0, 0, ''];
        const frame = (now) => {
          frames++;
          const { nowNs } = document.getElementById('page').dataset;
          if (nowNs !== before) drawn++;
          before = nowNs;
          if (now - begin < most) requestAnimationFrame(frame);
          else resolve({ frames, drawn, height: document.querySelector('canvas.strips').height });
        };
        requestAnimationFrame(frame);
      }),
    ms,
  );

/** Frames a second, and ms of each of the main thread and of all the browser, while a page plays. */
async function frames(browser, page, seconds) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const taken = async () =>
    (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
  const [before, allBefore] = [await taken(), await used(browser)];
  const { frames: shown, drawn, height } = await count(page, 1000 * seconds);
  const ms = (1000 * ((await taken()) - before)) / shown;
  const allMs = ((await used(browser)) - allBefore) / shown;
  await session.detach();
  if (height < 256) throw new Error(`the strips are ${height} pixels high: not 256 cores`);
  return { ms, allMs, perSecond: drawn / seconds };
}

/** Processor time of all the browser so far, ms. */
async function used(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + 1000 * cpuTime, 0);
}

/** In a new window Chromium soon loads some 140 scripts of its own, for its address bar's popup, as a trace shows: no part of the page. */
const SETTLE_MS = 4500;

async function firstCores(browser, address, settleMs) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await sleep(settleMs);
  const before = await used(browser);
  const asked = performance.now();
  await page.goto(address);
  await page.waitForFunction(() => Number(document.getElementById('page').dataset.nowNs) > 0);
  const wallMs = performance.now() - asked;
  const ms = (await used(browser)) - before;
  await page.close();
  return { wallMs, ms };
}

async function measure(browser, address, { turns, seconds, settleMs }) {
  const samples = { first: [], one: [], two: [] };
  for (let turn = 0; turn < turns; turn++) {
    samples.first.push(await firstCores(browser, address, settleMs));
    const page = await playing(browser, address);
    samples.one.push(await frames(browser, page, seconds));
    await page.click('#fork');
    await page.waitForFunction(() => document.getElementById('page').dataset.futures === '2');
    samples.two.push(await frames(browser, page, seconds));
    await page.close();
  }
  return samples;
}

export async function page(_library, { smoke }) {
  const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (executablePath === undefined) return { figures: [], counts: { skipped: 'no Chromium here' } };
  const { chromium } = await import('playwright-core');
  const server = new Child('fluxhost serve', process.execPath, [join(root, 'dist/cli.js'), 'serve', '--port', '0']);
  const [address] = await server.hears(/http:\/\/\S+/);
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const { first, one, two } = await measure(
      browser,
      address,
      smoke ? { turns: 1, seconds: 0.3, settleMs: 0 } : { turns: 5, seconds: 3, settleMs: SETTLE_MS },
    );
    const of = (samples, name) => samples.map((sample) => sample[name]);
    return {
      figures: [
        figure('live page: first cores seen', 'ms', of(first, 'wallMs'), { most: 1000, note: 'wall time' }),
        figure('  processor time until then', 'ms', of(first, 'ms'), { most: 1000, note: 'of all the browser' }),
        figure('  a frame of 256 cores', 'ms', of(one, 'ms'), { most: 8, note: 'of the main thread' }),
        figure('  the same', 'ms', of(one, 'allMs'), { most: BOTH_CORES_MS, note: 'of all the browser, worker too' }),
        figure('  frames a second, each with something new', '/s', of(one, 'perSecond'), {
          least: FRAMES,
          note: 'wall time',
        }),
        figure('  a frame of two futures of 256 cores', 'ms', of(two, 'ms'), { most: 8, note: 'of the main thread' }),
        figure('  the same, two futures', 'ms', of(two, 'allMs'), { most: BOTH_CORES_MS, note: 'of all the browser' }),
        figure('  frames a second, two futures', '/s', of(two, 'perSecond'), { least: FRAMES, note: 'wall time' }),
      ],
      counts: { frames: one.length + two.length },
    };
  } finally {
    await browser.close();
    await server.stop();
  }
}
