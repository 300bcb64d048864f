// The documentation in Chromium, served as the live page is: under its policy, found by search, on a phone, without eyes or mouse.

import { createRequire } from 'node:module';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { site } from '../../scripts/site.mjs';
import { addressOf, listen } from '../../src/cli/serve.js';
import { Pages, type Visit } from './pages.js';

/** A folder for pictures of the pages, to be looked at. */
const LOOK = process.env['FLUXHOST_LOOK'];

let folder: string;
let server: Server;
let pages: Pages;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-docs-'));
  mkdirSync(join(folder, 'docs'));
  await site(join(folder, 'docs'));
  server = await listen('127.0.0.1', 0, folder);
  pages = await Pages.begin();
});
afterAll(async () => {
  await pages?.end();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(path: string, width: number, colorScheme: 'light' | 'dark'): Promise<Visit> {
  const own = (url: string): boolean => url.startsWith(addressOf(server)) || url.startsWith('data:');
  const visit = await pages.open({ width, colorScheme }, own);
  await visit.page.goto(`${addressOf(server)}docs/${path}`);
  return visit;
}

/**
 * Of rows that are made of the same elements the first stays: a page of 3,000 cells takes the audit of contrast 17 s of its 25, and says of
 * each what it has said of the one above it.
 */
const withoutMore = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const kind = (element: Element): string => `${element.tagName}.${element.className}`;
    let left = 0;
    for (const body of document.querySelectorAll('tbody')) {
      const seen = new Set<string>();
      for (const row of [...body.rows]) {
        const kinds = [row, ...row.querySelectorAll('*')].map((one) => `${kind(one.parentElement!)} ${kind(one)}`);
        if (kinds.every((one) => seen.has(one))) row.remove();
        else left++;
        for (const one of kinds) seen.add(one);
      }
    }
    return left;
  });

async function audit(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]!.html}`);
  });
}

describe('the documentation in Chromium', () => {
  it('says on every page how the API reference is made, where it has not been', async () => {
    const { page, complaints } = await open('model/moves.html', 1440, 'light');
    await page.click('nav.pages a:text-is("API reference: how to build it")');
    await page.waitForURL(/docs\/web\.html#api-reference$/);
    expect(await page.textContent('main')).toContain('npm run build puts this documentation into dist/web/docs');
    expect(complaints).toEqual([]);
    await pages.leave(page);
  });

  it('finds a section by its words and goes there', async () => {
    const { page, complaints } = await open('model/moves.html', 1440, 'light');
    expect(await page.isVisible('#found')).toBe(false);
    await page.keyboard.press('/');
    await page.keyboard.type('perfetto');
    await page.waitForSelector('#found a');
    if (LOOK !== undefined) await page.screenshot({ path: join(LOOK, 'docs-search.png') });
    expect(await page.textContent('#found p')).toMatch(/^\d+ sections?$/);
    // on a phone all of it is in the window
    await page.setViewportSize({ width: 390, height: 900 });
    const { left, right } = await page.$eval('#found', (element) => element.getBoundingClientRect());
    expect([left >= 0, right <= 390]).toEqual([true, true]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Enter');
    await page.waitForURL(/docs\/timeline\.html#/);
    expect(await page.isVisible('h1')).toBe(true);
    await page.fill('#search', 'qqqq');
    await page.waitForFunction(() => document.querySelector('#found p')?.textContent === 'nothing found');
    expect(complaints).toEqual([]);
    await pages.leave(page);
  });

  it.each(['index.html', 'parameters.html', 'model/moves.html', 'validation.html'])(
    '%s: asks nobody else, fits a phone, has no serious fault for those without eyes or mouse',
    async (path) => {
      for (const [width, scheme] of [
        [1440, 'light'],
        [1440, 'dark'],
        [390, 'dark'],
      ] as const) {
        const { page, complaints } = await open(path, width, scheme);
        if (LOOK !== undefined)
          await page.screenshot({ path: join(LOOK, `docs-${path.replaceAll(/\W/g, '-')}-${width}-${scheme}.png`) });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        expect(await withoutMore(page)).toBeGreaterThanOrEqual(await page.locator('tbody').count());
        expect((await audit(page)).filter((one) => /^(serious|critical)/.test(one))).toEqual([]);
        expect(await page.isVisible('nav.pages')).toBe(width > 760);
        expect(complaints).toEqual([]);
        await pages.leave(page);
      }
    },
  );
});
