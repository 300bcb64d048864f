// The editor of the live page, used with the keyboard alone: it completes what the schema knows, says what the command line would say
// at the place where it is wrong, and runs; where it cannot be loaded there is a plain field. All under the page's policy.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScenario, Simulation } from '../../src/index.js';
import { pageSha256 as hashOf } from '../../src/result/same.js';
import { fill, LivePage, toEnd } from './live.js';

const BURSTS = readFileSync(new URL('../../src/web/scenarios/bursts.yaml', import.meta.url), 'utf8');
const SHORT = BURSTS.replace('duration: 20ms', 'duration: 2ms');

let live: LivePage;
beforeAll(async () => {
  live = await LivePage.begin();
});
afterAll(() => live?.end());

const refusal = (text: string): string => {
  try {
    parseScenario(text, { file: 'bursts.yaml' });
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('the editor of the live page', () => {
  it('completes a field and its value, marks an error, and runs what was mended', async () => {
    const { page, complaints } = await live.open();
    await fill(page, `\n${SHORT}`);
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('finger');
    await page.keyboard.press('Control+Space'); // asked for, also where the typing was slower than the editor's patience
    await page.waitForSelector('.cm-tooltip-autocomplete [aria-selected]');
    expect(await page.textContent('.cm-completionInfo')).toMatch(/^Hash every event/);
    await page.waitForTimeout(100); // CodeMirror takes no choice in the first 75 ms of a list
    await page.keyboard.press('Enter');
    await page.waitForFunction(() =>
      document.querySelector<HTMLTextAreaElement>('#text')!.value.startsWith('fingerprint: '),
    );
    // the value is one of two: they are offered by themselves
    await page.waitForFunction(() => {
      const { shadowRoot } = document.querySelector('.code')!;
      return shadowRoot!.querySelector('.cm-tooltip-autocomplete')?.textContent?.includes('false');
    });
    await page.keyboard.type('falsy');
    const broken = `fingerprint: falsy\n${SHORT}`;
    expect(await page.inputValue('#text')).toBe(broken);
    await page.waitForFunction((line) => document.querySelector('.problems')!.textContent === line, refusal(broken));
    expect(refusal(broken)).toMatch(/^bursts\.yaml:1: fingerprint: given .*falsy/);
    expect(await page.textContent('.cm-lintRange-error')).toBe('fingerprint: falsy');
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Escape');
    await page.keyboard.type('e');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('.problems')!.childElementCount === 0);
    expect(await page.$('.cm-lintRange-error')).toBeNull();
    await page.keyboard.press('Control+Enter');
    const text = `fingerprint: false\n${SHORT}`;
    await page.waitForFunction(() => document.querySelector('#play')!.textContent === 'Pause');
    const [hash] = await toEnd(page);
    const simulation = await Simulation.create(parseScenario(text).scenario);
    await simulation.run();
    expect(hash).toBe(hashOf(simulation.metrics()));
    // Tab goes on to the next control: nobody is held in the text
    await page.focus('.cm-content');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Run this');
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('completes what is typed over lines, without a complaint of the policy', async () => {
    const { page, complaints } = await live.open();
    await fill(page, SHORT);
    // with its own way of joining lines Chromium writes a style attribute
    await page.keyboard.press('Control+a');
    await page.keyboard.type('fing');
    await page.keyboard.press('Control+Space');
    await page.waitForSelector('.cm-tooltip-autocomplete [aria-selected]');
    await page.waitForSelector('.cm-completionInfo');
    expect(await page.inputValue('#text')).toBe('fing');
    await page.keyboard.press('Escape');
    // a bracket goes around what is selected, as without a policy
    await page.keyboard.press('Shift+Home');
    await page.keyboard.type('[');
    expect(await page.inputValue('#text')).toBe('[fing]');
    await page.keyboard.press('Control+z');
    expect(await page.inputValue('#text')).toBe('fing');
    expect(complaints).toEqual([]);
    await live.leave(page);
  });

  it('has no serious fault for those who use it without eyes, errors and choices shown', async () => {
    const { page } = await live.open();
    await fill(page, `${SHORT}hots: 3\n`);
    await page.waitForSelector('.cm-lintRange-error');
    await page.keyboard.type('li');
    await page.waitForSelector('.cm-tooltip-autocomplete [aria-selected]');
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const found = await page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]!.html}`);
    });
    expect(found.filter((one) => /^(serious|critical)/.test(one))).toEqual([]);
    await live.leave(page);
  });

  it('leaves a plain field where it cannot be loaded, with the same errors', async () => {
    let handOut = (): void => undefined;
    const core = new Promise<void>((resolve) => (handOut = resolve));
    const { page } = await live.open('', 'reduce', /chunks\/editor-/, core);
    await page.click('.editor summary');
    await page.waitForFunction(() => document.querySelector('.editor .hint')!.textContent?.includes('plain field'));
    const broken = SHORT.replace('seed: 1', 'sead: 1');
    // what is typed while the first scenario is still loading is checked all the same
    await page.fill('#text', broken);
    handOut();
    await page.waitForSelector('canvas.strips');
    await page.waitForSelector('.problems .place');
    expect(await page.textContent('.problems')).toBe(refusal(broken));
    await page.click('.problems .place');
    const [from, to] = await page.$eval('#text', (element) => {
      const { selectionStart, selectionEnd } = element as HTMLTextAreaElement;
      return [selectionStart, selectionEnd];
    });
    expect(broken.slice(from, to)).toBe('sead: 1');
    await page.fill('#text', SHORT);
    await page.click('.editor button');
    await page.waitForFunction(() => document.querySelector('#play')!.textContent === 'Pause');
    await page.close();
  });
});
