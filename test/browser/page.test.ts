// The live page in Chromium, served by `fluxhost serve`: its results are Node's to the last bit, whoever sent the scenario; it asks
// nobody but the server it came from, under a policy that forbids the rest; and it can be used without eyes or mouse.

import { createRequire } from 'node:module';
import { execSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kit } from '../../src/cli/artifact-kit.js';
import { main } from '../../src/cli/program.js';
import { POLICY } from '../../src/cli/serve.js';
import { formatDuration } from '../../src/input/quantities.js';
import {
  memoryHost,
  missRatioCurve,
  parseScenario,
  Simulation,
  sweep,
  toStableJson,
  withFields,
} from '../../src/index.js';
import { pageSha256 as hashOf } from '../../src/result/same.js';
import { countsText } from '../../src/report/trust.js';
import { fromFragment, toFragment } from '../../src/web/share.js';
import { duration } from '../../src/web/words.js';
import { STORIES } from '../../src/web/stories/index.js';
import { benchOf } from '../../src/lessons/grade.js';
import { LESSONS, lessonFor } from '../../src/lessons/index.js';
import { captureIo } from '../cli/fake.js';
import { PATIENCE_MS } from './chromium.js';
import { data, drop, inSight, LivePage, standing, toEnd, write, saying } from './live.js';

const BURSTS = readFileSync(new URL('../../src/web/scenarios/bursts.yaml', import.meta.url), 'utf8');
const SHORT = BURSTS.replace('duration: 20ms', 'duration: 2ms');

let live: LivePage;
beforeAll(async () => {
  live = await LivePage.begin();
});
afterAll(() => live?.end());

async function resultOf(simulation: Simulation): Promise<string> {
  await simulation.run();
  return hashOf(simulation.metrics());
}

const inNode = (text: string): Promise<Simulation> => Simulation.create(parseScenario(text).scenario);

describe('the live page in Chromium', () => {
  it('plays by itself, draws, and comes to the result that Node has', async () => {
    const { page, complaints } = await live.open('', 'no-preference');
    // the first story, with something to see from its first sentence on, and it goes on by itself
    const [first] = (await STORIES[0]!.load()).captions;
    await page.waitForSelector('.caption p');
    expect(await page.textContent('.caption p')).toBe(first.text);
    await page.waitForFunction(
      (at) => Number(document.getElementById('page')!.dataset['nowNs']) > at,
      first.atNs + 20_000,
    );
    const colours = await page.$eval('canvas.strips', (element) => {
      const canvas = element as HTMLCanvasElement;
      const { data: bytes } = canvas.getContext('2d')!.getImageData(0, 0, 20, canvas.height);
      return new Set(new Uint32Array(bytes.buffer)).size;
    });
    expect(colours).toBeGreaterThanOrEqual(3);
    await write(page, SHORT);
    expect(await toEnd(page)).toEqual([await resultOf(await inNode(SHORT))]);
    expect(await page.textContent('.verdict')).toMatch(/api p99 [\d.]+ µs keeps p99 ≤ 200 µs/);
    // what ran at once has latencies over time all the same: a line as far as the chart goes
    const [, latencies] = await page.$$('.plot canvas');
    const columns = await latencies!.evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement;
      const { data: bytes } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      const colour = getComputedStyle(document.documentElement).getPropertyValue('--vm-1').trim();
      const wanted = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
      const found = new Set<number>();
      for (let at = 0; at < bytes.length; at += 4)
        if (wanted.every((value, i) => Math.abs(bytes[at + i]! - value) < 24)) found.add((at / 4) % width);
      return found.size / width;
    });
    expect(columns).toBeGreaterThan(0.5);
    const policy = (await page.request.get(live.address)).headers()['content-security-policy'];
    expect(policy).toBe(POLICY);
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('scrolls what it has drawn, and has the pixels that it would draw anew', async () => {
    const { page, complaints } = await live.open('', 'no-preference');
    await page.setViewportSize({ width: 320, height: 700 });
    await page.selectOption('#example', 'Bursts, close up'); // no story, which would stand still
    // the strips are full, and move
    await page.waitForFunction(() => {
      const { width } = document.querySelector<HTMLCanvasElement>('canvas.strips')!;
      return width < 300 && Number(document.getElementById('page')!.dataset['nowNs']) > (width + 40) * 3333;
    });
    await page.click('#play');
    const pixels = (): Promise<string> =>
      page.$eval('canvas.strips', (element) => (element as HTMLCanvasElement).toDataURL());
    await page.waitForFunction(() => document.querySelector('#play')!.textContent === 'Play');
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const scrolled = await pixels();
    await page.evaluate(() => {
      window.dispatchEvent(new Event('resize'));
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    });
    expect(scrolled.length).toBeGreaterThan(1000);
    expect((await pixels()) === scrolled).toBe(true);
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('forks into the futures that Node has from the same instant', async () => {
    const { page, complaints } = await live.open();
    await standing(page, SHORT);
    const atNs = Number(await data(page, 'nowNs'));
    await page.selectOption('#mechanism', 'static');
    await page.waitForFunction(() => document.getElementById('page')!.dataset['futures'] === '2');
    const hashes = await toEnd(page);
    const one = await inNode(SHORT);
    await one.runUntil(atNs);
    // where the warm-up ends, statistics begin anew
    const before = atNs < one.scenario.warmupNs ? undefined : one.latencies(0);
    const two = await one.fork(withFields(one.scenario, ['mechanism=static']));
    expect(hashes).toEqual([await resultOf(one), await resultOf(two)]);
    expect(hashes[0]).not.toBe(hashes[1]);
    const said = await page.textContent('.settings .command');
    expect(said).toBe(
      `fluxhost run bursts.yaml --snapshot at.snapshot --at ${formatDuration(atNs)}\nfluxhost fork at.snapshot --set mechanism=static`,
    );
    expect(await page.$$eval('.track h2', (titles) => titles.map(({ textContent }) => textContent))).toEqual([
      'A  hyperflux',
      'B  static',
    ]);
    // the headline: what both come to, side by side, as Node has it
    const p99 = async (simulation: Simulation): Promise<string> =>
      duration((before === undefined ? simulation.latencies(0) : simulation.latencies(0).since(before)).quantile(0.99));
    expect(
      await page.$$eval('.versus tr:nth-child(2) strong', (all) => all.map(({ textContent }) => textContent)),
    ).toEqual([await p99(one), await p99(two)]);
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('says so where two futures are one, names what is different, and how cores are read', async () => {
    const { page, complaints } = await live.open();
    await standing(page, SHORT);
    await page.keyboard.press('f');
    await page.waitForSelector('.versus');
    await page.keyboard.press(',');
    await page.waitForFunction(() => document.querySelector('.versus')!.textContent?.includes('No difference so far'));
    // twice the load, in the second alone
    await page.fill('#load', '1');
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.track h2')].some(({ textContent }) => textContent === 'B  load × 2'),
    );
    await toEnd(page);
    await page.waitForFunction(() => /B [\d.]+ % |times as/.test(document.querySelector('.versus')!.textContent));
    expect(await page.textContent('.versus')).not.toContain('No difference');
    // newest first, of both futures
    const times = await page.$$eval('.moves .when', (all) =>
      all.map(({ textContent }) => Number(textContent.replace(/[^\d.]/g, ''))),
    );
    expect(times.length).toBeGreaterThan(5);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    // the last row polls
    const height = await page.$eval('canvas.strips', (canvas) => canvas.clientHeight);
    await page.click('canvas.strips', { position: { x: 20, y: height - 3 } });
    await page.waitForFunction(() => document.querySelector('.why')!.textContent?.startsWith('Core 16 is kept for'));
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open] kbd');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'hidden' });
    // no flag of the command breaks in two
    expect(
      await page.$$eval('.settings .command .flag', (all) => all.map((flag) => flag.getClientRects().length)),
    ).toEqual(await page.$$eval('.settings .command .flag', (all) => all.map(() => 1)));
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('steps by event and by microsecond, and explains a move', async () => {
    const { page, complaints } = await live.open();
    await standing(page, SHORT);
    const atNs = Number(await data(page, 'nowNs'));
    const simulation = await inNode(SHORT);
    await simulation.runUntil(atNs);
    await page.click('#event');
    await simulation.step(1);
    await page.waitForFunction((at) => document.getElementById('page')!.dataset['nowNs'] !== at, String(atNs));
    expect(Number(await data(page, 'nowNs'))).toBe(simulation.nowNs);
    const { events, lastEvent } = simulation.look();
    await saying(page, `^Event ${events} at .*: ${lastEvent}$`);
    await page.keyboard.press('Escape');
    await page.click('#microsecond');
    await page.waitForFunction(
      (at) => Number(document.getElementById('page')!.dataset['nowNs']) === at,
      simulation.nowNs + 1000,
    );
    await page.keyboard.press(','); // the button that was pressed has no use for it
    await page.waitForFunction(
      (at) => Number(document.getElementById('page')!.dataset['nowNs']) === at,
      simulation.nowNs + 2000,
    );
    await toEnd(page);
    await page.click('.moves button');
    await page.waitForSelector('.steps li');
    await saying(page, 'It went to (api|batch) because .* decided in a round of the arbiter');
    await page.focus('canvas.strips');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('.why')!.textContent?.includes('core 1 '));
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('reads a broken scenario as the command line does, and shows names as names', async () => {
    const { page, complaints } = await live.open();
    const broken = SHORT.replace('cores: 17', 'cores: <img src=x onerror=alert(1)>').replace(
      'version: 1',
      'version: 2',
    );
    await write(page, broken);
    await page.waitForSelector('.problems li');
    let expected = '';
    try {
      parseScenario(broken, { file: 'bursts.yaml' });
    } catch (error) {
      expected = (error as Error).message;
    }
    expect((await page.$$eval('.problems li', (items) => items.map(({ textContent }) => textContent))).join('\n')).toBe(
      expected,
    );
    expect(expected).toContain('<img src=x onerror=alert(1)>');
    expect(await page.$('img')).toBeNull();
    // what is drawn is of the text before, and says so
    expect(await page.isVisible('.before')).toBe(true);
    await page.click('.problems .place');
    await page.waitForFunction(() => document.activeElement?.matches('.code'));
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('takes files that are dropped: a scenario, and a trace that it names', async () => {
    const { page, complaints } = await live.open();
    const trace = `arrival\n${Array.from({ length: 200 }, (_, i) => i * 10_000).join('\n')}\n`;
    await drop(page, 'dropped.csv', trace);
    await page.waitForFunction(() =>
      document.querySelector('.command')!.textContent?.includes('replay-of-dropped.yaml'),
    );
    // a column a frame, at 100 us a second: no longer in the columns of the story, of 2 us
    await page.waitForFunction(() => document.getElementById('page')!.dataset['columnNs'] === '1667');
    // five requests are too few for a p99, and nobody has set them an objective
    await drop(page, 'five.csv', 'arrival\n10000\n20000\n30000\n40000\n50000\n');
    await page.waitForFunction(() => document.querySelector('.command')!.textContent?.includes('replay-of-five.yaml'));
    await page.click('#end');
    await page.waitForFunction(() => document.querySelector('.over')!.textContent.startsWith('Done.'));
    await page.waitForFunction(() => document.querySelector('.verdict')!.textContent?.includes('of 5 requests'));
    expect(await page.textContent('.verdict')).toMatch(/traced p99 [\d.]+ µs of 5 requests, too few to rely on p99/);
    expect(await page.textContent('.verdict')).not.toMatch(/keeps|misses/);
    await drop(page, 'dropped.csv', trace);
    await page.waitForFunction(() =>
      document.querySelector('.command')!.textContent?.includes('replay-of-dropped.yaml'),
    );
    const replay = (await page.inputValue('#text')).replace('duration: 20ms', 'duration: 2ms');
    await drop(page, 'replay.yaml', replay);
    await page.waitForFunction(() => document.querySelector('.command')!.textContent?.includes('replay.yaml'));
    const [hash] = await toEnd(page);
    const files = memoryHost({ 'dropped.csv': trace });
    const simulation = await Simulation.create(parseScenario(replay).scenario, { files });
    expect(hash).toBe(await resultOf(simulation));
    expect(simulation.metrics().vms[0]!.arrived).toBeGreaterThan(50);
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('asks of a file that could be anything what it is, and runs nothing', async () => {
    const { page, complaints } = await live.open();
    await page.waitForSelector('.caption .primary');
    const before = await data(page, 'nowNs');
    await drop(page, 'times.csv', 'time,<b>size</b>\n1,2\n3,4\n');
    await page.waitForFunction(() => document.querySelector('.status')!.textContent?.includes('What is it?'));
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      await inSight(page, '.status');
    }
    expect(await page.isVisible('.before')).toBe(false);
    expect(await page.textContent('.status')).toMatch(
      /^times\.csv: 25 bytes.*“time,<b>size<\/b>” names neither a column “arrival”/,
    );
    expect(await page.textContent('.settings .command')).toBe('fluxhost run bursts.yaml');
    expect(await data(page, 'nowNs')).toBe(before);
    // what is dropped next takes it away
    await drop(page, 'pages.csv', `page\n${Array.from({ length: 50 }, (_, i) => i % 7).join('\n')}\n`);
    await page.waitForFunction(() => document.querySelector('.status')!.textContent === '');
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('takes away what was read, but neither an error nor the focus', async () => {
    const { page, complaints } = await live.open();
    await page.clock.install();
    const said = (): Promise<string> => page.$eval('.status', ({ textContent }) => textContent);
    const focus = (): Promise<string> => page.evaluate(() => document.activeElement!.id);
    await page.click('#share');
    await page.waitForFunction(() => document.querySelector('.status')!.textContent.includes('link'));
    await page.focus('.toast button');
    await page.clock.fastForward(60_000);
    expect(await said()).toContain('link'); // somebody is at it
    await page.keyboard.press('Enter');
    expect(await said()).toBe('');
    expect(await focus()).toBe('share');
    await page.keyboard.press('s');
    await page.waitForFunction(() => document.querySelector('.status')!.textContent.includes('link'));
    await page.clock.fastForward(60_000);
    expect(await said()).toBe('');
    expect(await focus()).toBe('share');
    // what went wrong stays
    await drop(page, 'times.csv', 'time,size\n1,2\n');
    await page.waitForFunction(() => document.querySelector('.status')!.textContent.includes('What is it?'));
    await page.clock.fastForward(3_600_000);
    expect(await said()).toContain('What is it?');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([/worker\.js$/, /fluxhost\.wasm$/])('says so when the server does not have %s', async (missing) => {
    const { page } = await live.open('', 'reduce', missing);
    await page.waitForSelector('.middle .problems');
    expect(await page.textContent('.middle')).toMatch(
      /^The simulator stopped: .*(worker\.js|fluxhost\.wasm) could not be loaded/,
    );
    expect(await page.textContent('.status')).toBe(await page.textContent('.middle'));
    await page.close();
  });

  it('puts a scenario into a link, and takes it out without running it', async () => {
    const { page, complaints } = await live.open();
    await standing(page, SHORT);
    await page.click('#share');
    await page.waitForFunction(() => location.hash.startsWith('#s='));
    const fragment = await page.evaluate(() => location.hash);
    await live.leave(page);
    const other = await live.open(fragment, 'no-preference');
    expect(await other.page.textContent('#play')).toBe('Play');
    expect(await other.page.inputValue('#text')).toBe(SHORT);
    expect(await data(other.page, 'nowNs')).toBe('0');
    expect(await toEnd(other.page)).toEqual([await resultOf(await inNode(SHORT))]);
    await live.leave(other.page);
    // a link that was printed with a hash says whether its result is that
    const hash64 = await resultOf(await inNode(SHORT));
    const printed = await live.open(await toFragment({ text: SHORT, set: [], expect: hash64 }));
    await toEnd(printed.page);
    expect(await printed.page.textContent('.over')).toContain('✓ It matches the printed hash.');
    await live.leave(printed.page);
    const damaged = await live.open('#s=AAAA');
    await damaged.page.waitForFunction(() => document.querySelector('.status')!.textContent !== '');
    expect(await damaged.page.textContent('.status')).toMatch(/this link holds no scenario/);
    await live.leave(damaged.page);
    expect([...complaints, ...other.complaints, ...printed.complaints, ...damaged.complaints]).toEqual([]);
  });

  it('runs what the links of a kit hold, files among it, and says whether it is what was printed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fluxhost-links-'));
    const replay = SHORT.replace('process: saturate, tasks: 64', 'process: trace, format: csv, file: calls.csv');
    const calls = Array.from({ length: 60 }, (_, i) => i * 30_000).join('\n');
    writeFileSync(join(folder, 'a.yaml'), replay);
    writeFileSync(join(folder, 'calls.csv'), `arrival\n${calls}\n`);
    writeFileSync(join(folder, 'p.csv'), `page\n${Array.from({ length: 400 }, (_, i) => (i * i) % 97).join('\n')}\n`);
    const of = [
      `fluxhost compare ${folder}/a.yaml --mechanisms ideal,static --no-sizing`,
      `fluxhost pages ${folder}/p.csv --format csv --write-column none --policy lru,sieve --capacity 10%,40% --mrc`,
    ];
    const io = captureIo();
    const made = ['artifact', join(folder, 'kit'), ...of.flatMap((one) => ['--of', one]), '--sizes', 'quick'];
    expect(await main(made, io), io.err).toBe(0);
    const { entries } = JSON.parse(readFileSync(join(folder, 'kit/artifact.json'), 'utf8')) as Kit;
    rmSync(folder, { recursive: true });
    const [[, fixed] = [], [pages] = []] = entries.map((entry) => entry.live);
    expect(fixed!.of).toBe('static');
    const { page, complaints } = await live.open(fixed!.fragment);
    expect(await toEnd(page)).toEqual([fixed!.sha256]);
    expect(await page.textContent('.over')).toContain('✓ It matches the printed hash.');
    const replayed = async (fragment: string, says: string): Promise<void> => {
      await page.evaluate((hash) => void (location.hash = hash), fragment);
      await page.click('#replay');
      await page.waitForFunction(
        (text) => document.querySelector('#pages [role=status]')!.textContent.includes(text),
        says,
      );
    };
    await replayed(pages!.fragment, '✓ It matches the printed hash.');
    expect(await page.$eval('#pages > div', (element) => (element as HTMLElement).dataset['sha256'])).toBe(
      pages!.sha256,
    );
    expect(await page.$$eval('#pages .legend .name', (all) => all.map(({ textContent }) => textContent))).toEqual([
      ...['lru', 'sieve', 'lru, curve'],
    ]);
    const alone = await page.context().browser()!.newPage();
    alone.setDefaultTimeout(PATIENCE_MS);
    await alone.goto(page.url().replace(/#.*/s, pages!.fragment));
    await alone.click('#replay');
    await alone.waitForSelector('#pages canvas');
    const parts = ['#pages', '.bar', '.settings', '.happened', '.tour', '#sweep', '#lessons', 'canvas.strips'];
    const seen = (): Promise<boolean[]> => Promise.all(parts.map((part) => alone.isVisible(part)));
    expect(await seen()).toEqual(parts.map((part) => part === '#pages'));
    await alone.click('.whole a');
    await alone.waitForSelector('canvas.strips');
    expect(await seen()).toEqual(parts.map((part) => part !== '#pages'));
    await alone.close();
    const other = { ...(await fromFragment(pages!.fragment))!, expect: '0'.repeat(64) };
    await replayed(await toFragment(other), '✕ It does not match the printed hash 0000');
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('holds what came by a link to its limits, also when it is run again, and asks nobody for its files', async () => {
    const fragment = async (text: string): Promise<string> => toFragment({ text, set: [] });
    const large = await live.open(await fragment(SHORT.replace('cores: 17', 'cores: 5000')), 'reduce', /no such file/);
    await large.page.waitForSelector('.problems li');
    const refused = await large.page.textContent('.problems');
    expect(refused).toBe('shared.yaml: host.cores: given 5000, expected at most 1024 in a scenario from a link');
    await large.page.click('#play');
    expect(await large.page.textContent('#play')).toBe('Play');
    await large.page.$eval('.editor', (element) => ((element as HTMLDetailsElement).open = true));
    await large.page.waitForSelector('.cm-content');
    await large.page.click('.editor button');
    await large.page.waitForTimeout(400); // that it does not run
    expect(await large.page.textContent('.problems')).toBe(refused);
    expect(await large.page.$('canvas.strips')).toBeNull();
    const far = SHORT.replace(
      /process: saturate, tasks: 64/,
      'process: trace, format: csv, file: "http://203.0.113.5/x.csv"',
    );
    const asking = await live.open(await fragment(far), 'reduce', /no such file/);
    await asking.page.waitForSelector('canvas.strips');
    await asking.page.click('#play');
    await asking.page.waitForFunction(() =>
      document.querySelector('.status')!.textContent?.includes('given the name of no file'),
    );
    expect([...large.complaints, ...asking.complaints]).toEqual([]);
    await large.page.close();
    await asking.page.close();
  });

  it('draws a curve while a range is dragged, with the rows that sweep has in Node', async () => {
    const { page, complaints } = await live.open();
    await page.click('#sweep summary');
    await page.waitForSelector('.sweep .curve canvas');
    await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('.sweep')!.dataset['stage']) >= 1);
    await page.click('#sweep summary');
    await page.evaluate(() => scrollTo(0, 0));
    await inSight(page, '#sweep summary'); // between the bars
    await page.click('#sweep summary');
    await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('.sweep')!.dataset['stage']) >= 1);
    // no name lies over a line: from its first point to its last it has no gap but those of its dashes
    expect(
      await page.$eval('.sweep .curve canvas', (element) => {
        const { width, height } = element as HTMLCanvasElement;
        const { data: bytes } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
        const colour = getComputedStyle(document.documentElement).getPropertyValue('--m-hyperflux').trim();
        const wanted = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
        const columns = new Set<number>();
        for (let at = 0; at < bytes.length; at += 4)
          if (wanted.every((value, i) => Math.abs(bytes[at + i]! - value) < 24)) columns.add((at / 4) % width);
        const found = [...columns].sort((a, b) => a - b);
        return found.length > 100 && Math.max(...found.slice(1).map((x, i) => x - found[i]!));
      }),
    ).toBeLessThan(12);
    await standing(page, SHORT);
    await page.fill('#sweep-low', '0.3');
    await page.fill('#sweep-high', '0.5');
    // whatever stage it is at when it is looked at: command and rows are of one question
    const seen = await page.waitForFunction(
      () => {
        const { stage, rows } = (document.querySelector('.sweep') as HTMLElement).dataset;
        const command = document.querySelector('.sweep .command')!.textContent;
        const trust = document.querySelector('.sweep .trust')!.textContent;
        return Number(stage) >= 2 && command.includes('load=0.3..0.5:9') ? { rows: rows!, command, trust } : false;
      },
      undefined,
      { timeout: 240_000 },
    );
    const { rows, command, trust } = (await seen.jsonValue()) as Record<'rows' | 'command' | 'trust', string>;
    const [, mechanisms, seeds] = /:9 --mechanisms (hyperflux,static|static,hyperflux) --replications (\d+)$/.exec(
      command,
    )!;
    const { rows: expected } = await sweep(parseScenario(SHORT).scenario, {
      vary: ['load=0.3..0.5:9'],
      mechanisms: mechanisms!.split(',') as ('hyperflux' | 'static')[],
      replications: Number(seeds),
    });
    expect(toStableJson(JSON.parse(rows))).toBe(toStableJson(expected));
    expect(countsText(expected)).toMatch(/ in \d+ of 18/);
    expect(trust).toContain(`Rows with warnings: ${countsText(expected)}`);
    // and in words, one of each kind
    expect(trust).toContain(expected.flatMap(({ warnings }) => warnings)[0]!.code);
    expect(await page.$$eval('.sweep tr', (all) => all.length)).toBeGreaterThanOrEqual(10);
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('draws the miss ratios of a page trace that is dropped', async () => {
    const { page, complaints } = await live.open();
    const text = `page\n${Array.from({ length: 2000 }, (_, i) => (i * i) % 97).join('\n')}\n`;
    await drop(page, 'pages.csv', text);
    await page.waitForSelector('#pages canvas');
    const points = await page.$eval('#pages > div', (element) => (element as HTMLElement).dataset['points']!);
    const curve = await missRatioCurve('pages.csv', { files: memoryHost({ 'pages.csv': text }), format: 'csv' });
    expect(JSON.parse(points)).toEqual(curve.points);
    expect(await page.textContent('#pages [role=status]')).toMatch(/distinct pages\. With \d+ of them/);
    await inSight(page, '#pages [role=status]');
    // get and set are no words for a read and a write, and need not be
    const name = 'object-cache.csv';
    const cache = readFileSync(new URL(`../../examples/data/${name}`, import.meta.url), 'utf8');
    await drop(page, name, cache);
    const command = `fluxhost pages ${name} --format csv --mrc --write-column none`;
    await page.waitForFunction((text) => document.querySelector('#pages .command')!.textContent === text, command);
    const cached = await missRatioCurve(name, {
      files: memoryHost({ [name]: cache }),
      format: 'csv',
      writeColumn: 'none',
    });
    const drawn = await page.$eval('#pages > div', (element) => (element as HTMLElement).dataset['points']!);
    expect(JSON.parse(drawn)).toEqual(cached.points);
    // each complaint is a line
    await drop(page, 'pages.csv', 'page\nx\ny\n');
    await page.waitForFunction(() => /x[^]*\n[^]*y/.test(document.querySelector('#pages [role=status]')!.textContent));
    await inSight(page, '#pages [role=status]');
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('tells a story: stands at each of its instants, says a sentence, and splits the future where it says so', async () => {
    const { page, complaints } = await live.open();
    await page.keyboard.press('1');
    const { captions } = await STORIES[0]!.load();
    for (const { atNs, fork } of captions) {
      await page.waitForFunction((at) => Number(document.getElementById('page')!.dataset['nowNs']) === at, atNs);
      await page.waitForSelector('.caption .primary');
      // the bar is drawn with the next frame
      await page.waitForFunction(() => document.getElementById('play')!.textContent === 'Play');
      expect((await page.textContent('.caption p'))!.length).toBeGreaterThan(40);
      // the sentence covers no story, in one row or in two
      for (const width of [1200, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        const [end, begin] = await page.evaluate(() => [
          document.querySelector('.caption')!.getBoundingClientRect().bottom,
          document.querySelector('.tour')!.getBoundingClientRect().top,
        ]);
        expect(end, `${width} px`).toBeLessThanOrEqual(begin);
      }
      if (fork !== undefined) break;
      await page.click('.caption .primary');
      await page.fill('#speed', '7'); // ten milliseconds a second: it must not run past an instant either
    }
    await page.waitForFunction(() => document.getElementById('page')!.dataset['futures'] === '2');
    // the stories lie at the foot of a window that is higher than the page, and nothing over them
    await page.setViewportSize({ width: 1440, height: 1400 });
    await page.waitForFunction(() => document.querySelector('.tour')!.getBoundingClientRect().bottom === innerHeight);
    await inSight(page, '.tour a');
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('sets two sizes of memory side by side, and says what Node has of both', async () => {
    const { page, complaints } = await live.open();
    await page.keyboard.press('4');
    const { captions, beside, scenario } = await STORIES[3]!.load();
    for (const { atNs } of captions) {
      await page.waitForFunction((at) => Number(document.getElementById('page')!.dataset['nowNs']) === at, atNs);
      await page.waitForSelector('.caption .primary');
      if (atNs === captions.at(-1)!.atNs) break;
      await page.click('.caption .primary');
      await page.fill('#speed', '8');
    }
    const read = async (set: readonly string[]): Promise<number> => {
      const simulation = await Simulation.create(parseScenario(scenario.text, { set }).scenario);
      await simulation.runUntil(captions.at(-1)!.atNs);
      return simulation.latencies(0).quantile(0.99)!;
    };
    const seen = [
      { latencyNs: [await read([])], completed: [] },
      { latencyNs: [await read(beside!.set)], completed: [] },
    ];
    expect(await page.textContent('.caption p')).toBe((captions.at(-1)!.text as (of: typeof seen) => string)(seen));
    expect(await page.$$eval('.track h2', (titles) => titles.map(({ textContent }) => textContent))).toEqual([
      'A  26 GiB of memory',
      'B  20 GiB of memory',
    ]);
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('saves scenario, result, report and timeline, and its hash is what the command that it names prints', async () => {
    const { page, complaints } = await live.open();
    await standing(page, SHORT);
    await toEnd(page);
    const saved = async (button: string): Promise<string> => {
      await page.click('#save summary');
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
      return readFileSync(await download.path(), 'utf8');
    };
    const simulation = await inNode(SHORT);
    await simulation.run();
    expect(hashOf(JSON.parse(await saved('#result')))).toBe(hashOf(simulation.metrics()));
    // what the page says of its hash is a command; it runs on what is saved
    const command = (await page.textContent('.compare'))!;
    const folder = mkdtempSync(join(tmpdir(), 'fluxhost-saved-'));
    writeFileSync(join(folder, 'bursts.yaml'), await saved('#scenario'));
    const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    const run = command.replace(/^fluxhost run bursts\.yaml/, `'${process.execPath}' '${cli}' run bursts.yaml`);
    const [hash] = execSync(run, { cwd: folder, encoding: 'utf8' }).split(' ');
    rmSync(folder, { recursive: true });
    expect(hash).toBe(await data(page, 'sha256'));
    // the strips, all of a packet's names among them
    expect(await saved('#timeline')).toMatch(/core 3[^]*api/);
    expect(await saved('#report')).toMatch(/^<!doctype html>[^]*api[^]*<\/html>\s*$/i);
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it.each(['light', 'dark'] as const)(
    'has no serious fault for those who use it without eyes or mouse (%s)',
    async (colorScheme) => {
      const { page } = await live.open();
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await standing(page, SHORT);
      await page.click('#fork');
      await page.waitForFunction(() => document.getElementById('page')!.dataset['futures'] === '2');
      await page.click('#lessons > summary');
      await page.fill('#student', 'ada');
      await page.click('.lessons button:text-is("Begin")');
      await page.waitForSelector('#answer-1');
      const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      await page.evaluate(axe);
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 844 });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const found = await page.evaluate(async () => {
          const { axe: audit } = window as unknown as {
            axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
          };
          return (await audit.run()).violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]!.html}`);
        });
        expect({ width, found: found.filter((one) => /^(serious|critical)/.test(one)) }).toEqual({ width, found: [] });
      }
      await live.leave(page);
    },
  );

  it('plays by the space bar also where the bar was clicked, and presses what the keyboard came to', async () => {
    const { page, complaints } = await live.open();
    await write(page, SHORT);
    await toEnd(page);
    const before = await data(page, 'loaded');
    await page.keyboard.press(' '); // "Run on" holds the focus, and has no use for it
    await page.waitForFunction((stood) => document.getElementById('page')!.dataset['loaded'] !== stood, before);
    await toEnd(page);
    await page.focus('#microsecond');
    await page.focus('#end');
    await page.keyboard.press(' ');
    await page.waitForFunction(() => document.querySelector('.status')!.textContent.startsWith('This is the end'));
    expect(await page.textContent('#play')).toBe('Again');
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('begins anew under nsdi22, which no fork takes up, and says why where a scenario cannot have it', async () => {
    const { page, complaints } = await live.open();
    await standing(page, SHORT);
    await page.selectOption('#mechanism', 'nsdi22');
    await page.waitForFunction(() => document.querySelector('.settings .command')!.textContent.includes('nsdi22'));
    expect(await data(page, 'futures')).toBe('1');
    const { scenario } = parseScenario(SHORT, { set: ['mechanism=nsdi22'] });
    expect(await toEnd(page)).toEqual([await resultOf(await Simulation.create(scenario))]);
    const ordered = SHORT.replace('    slo:', '    dispatch: single-queue\n    order: edf\n    slo:').replace(
      'workload:\n',
      'workload:\n      deadline: 1ms\n',
    );
    await standing(page, ordered);
    await page.selectOption('#mechanism', 'nsdi22');
    await page.waitForSelector('.problems li');
    // what was typed is checked meanwhile, and is right: that takes nothing back
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000)));
    expect(() => parseScenario(ordered, { file: 'bursts.yaml', set: ['mechanism=nsdi22'] })).toThrow(
      (await page.textContent('.problems li'))!,
    );
    expect(await page.inputValue('#mechanism')).toBe('hyperflux'); // what goes on
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('opens every lesson: its scenario plays, whatever it is of', async () => {
    const { page, complaints } = await live.open();
    await page.click('#lessons > summary');
    await page.fill('#student', 'mallory');
    for (const { name } of LESSONS) {
      await page.selectOption('#lesson', name);
      await page.click('.lessons button:text-is("Begin")');
      const { scenario } = lessonFor(name, 'mallory');
      await page.waitForFunction((text) => document.querySelector('textarea')?.value === text, scenario);
      // what is told of the run, not of the text: the scenario was taken, and is simulated
      await page.waitForFunction(
        (file) => document.getElementById('page')!.textContent.includes(`fluxhost run ${file}`),
        `${name}.yaml`,
      );
      await page.waitForFunction(() => document.getElementById('page')!.dataset['nowNs'] === '0');
      await page.waitForSelector('canvas.strips');
      await page.click('#play');
      await page.waitForFunction(() => Number(document.getElementById('page')!.dataset['nowNs']) > 0);
    }
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('teaches: a student gets the numbers of the command line, and the same grades', async () => {
    const { page, complaints } = await live.open();
    await page.click('#lessons > summary');
    await page.fill('#student', 'ada');
    await page.selectOption('#lesson', 'tail');
    await page.click('.lessons button:text-is("Begin")');
    await page.waitForSelector('#answer-5');
    const lesson = lessonFor('tail', 'ada');
    await page.waitForFunction((text) => document.querySelector('textarea')?.value === text, lesson.scenario);
    const bench = benchOf(lesson);
    const [, count, mean] = await Promise.all(lesson.questions.slice(0, 3).map(async ({ answer }) => answer(bench)));
    await page.fill('#answer-1', 'much');
    await page.fill('#answer-2', `${count} answers`);
    await page.click('.lessons button:text-is("Grade")');
    // what cannot be read says so beside it, and the others are graded
    await page.waitForSelector('.lessons[data-right="1"]');
    expect(
      await page.$$eval('.lessons .mark', (marks) => marks.slice(0, 2).map(({ textContent }) => textContent)),
    ).toEqual(['✕ cannot be read: expected a share in per cent, such as 12.5%', '✓ right']);
    await page.fill('#answer-1', '1%');
    await page.fill('#answer-2', String(count));
    await page.fill('#answer-3', `${Math.round(mean!)}ns`);
    await page.press('#answer-3', 'Enter');
    await page.waitForSelector('.lessons[data-right="2"]');
    expect(await page.$$eval('.lessons .mark', (marks) => marks.map(({ textContent }) => textContent))).toEqual([
      ...['✕ not right: too small', '✓ right', '✓ right', '', ''],
    ]);
    await page.click('.lessons button:text-is("Show the answers")');
    await page.waitForFunction(() => document.getElementById('answer-5-mark')!.textContent !== '');
    expect(await page.textContent('#answer-2-mark')).toContain(`${count} answers: the least n`);
    // who closes it while it computes leaves that, and finds it ready
    await page.selectOption('#lesson', 'overcommit');
    await page.click('.lessons button:text-is("Begin")');
    await page.waitForFunction(() => document.querySelectorAll('.questions li').length === 4);
    await page.click('.lessons button:text-is("Show the answers")');
    await page.waitForFunction(() =>
      document.querySelector('.lessons [role=status]')!.textContent.startsWith('Computing'),
    );
    await page.click('#lessons > summary');
    await page.waitForFunction(() => document.querySelector('.lessons [role=status]')!.textContent === '');
    await page.click('#lessons > summary');
    await page.fill('#answer-1', '1%');
    await page.click('.lessons button:text-is("Grade")');
    await page.waitForFunction(() => document.getElementById('answer-1-mark')!.textContent.includes('cannot be read'));
    expect(
      await page.$$eval('.lessons .mark', (marks) => marks.slice(1).map(({ textContent }) => textContent)),
    ).toEqual(['', '', '']);
    expect(complaints).toEqual([]);
    await live.leave(page);
  });
});
