// The live page in headless Chromium: when the first cores are seen after the page is asked for, and frames a second while 256 cores play.
//   node bench/page.mjs        (after npm run build)
// It prints what it measured and judges nothing: other programs of the machine decide as much as the page does.
/* global DataTransfer, document, DragEvent, File, requestAnimationFrame, window */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { chromium } from 'playwright-core';
import { at } from '../scripts/support.mjs';

const SECONDS = 5;
const TURNS = 5;

const bursts = readFileSync(at('src/web/scenarios/bursts.yaml'), 'utf8');
/** As many times as busy on as many times the cores. */
const wide = bursts
  .replace('cores: 17', 'cores: 257')
  .replace('max: 14', 'max: 224')
  .replace('max: 16', 'max: 256')
  .replace('tasks: 64', 'tasks: 1024')
  .replace('onRate: 1.0e6', 'onRate: 1.6e7')
  .replace('offRate: 2.0e4', 'offRate: 3.2e5');

const server = spawn(process.execPath, [at('dist/cli.js'), 'serve', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const address = await new Promise((resolve) =>
  server.stdout.on('data', (said) => resolve(/http:\/\/\S+/.exec(String(said))[0])),
);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const first = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const asked = performance.now();
    await page.goto(address);
    await page.waitForFunction(() => Number(document.getElementById('page').dataset.nowNs) > 0);
    first.push(performance.now() - asked);
    await page.close();
  }
  first.sort((a, b) => a - b);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(address);
  await page.waitForSelector('canvas.strips');
  await page.evaluate((text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], 'wide.yaml'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer }));
  }, wide);
  await page.waitForFunction(() => document.querySelector('.command').textContent.includes('wide.yaml'));
  await page.waitForFunction(() => Number(document.getElementById('page').dataset.nowNs) > 100_000);
  const { frames, drawn, rows } = await page.evaluate(
    (ms) =>
      new Promise((resolve) => {
        const begin = performance.now();
        let [frames, drawn, before] = [0, 0, ''];
        const frame = (now) => {
          frames++;
          const { nowNs } = document.getElementById('page').dataset;
          if (nowNs !== before) drawn++;
          before = nowNs;
          if (now - begin < ms) requestAnimationFrame(frame);
          else resolve({ frames, drawn, rows: document.querySelector('canvas.strips').height });
        };
        requestAnimationFrame(frame);
      }),
    1000 * SECONDS,
  );
  if (rows < 256) throw new Error(`the strips are ${rows} pixels high: not 256 cores`);
  const ms = (value) => `${Math.round(value)} ms`;
  process.stdout.write(
    `first cores seen: ${ms(first[0])} to ${ms(first.at(-1))}, median ${ms(first[TURNS >> 1])}\n` +
      `256 cores: ${(frames / SECONDS).toFixed(1)} frames/s, ${(drawn / SECONDS).toFixed(1)} of them with new columns\n` +
      `load of the machine: ${loadavg()[0].toFixed(1)}\n`,
  );
} finally {
  await browser.close();
  server.kill();
}
