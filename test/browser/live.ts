// The live page as `fluxhost serve` hands it out, in one Chromium, and what people do on it. A visit keeps what the page complains of
// and whatever it asks of anybody but its server.

import type { Server } from 'node:http';
import type { Page } from 'playwright-core';
import { addressOf, listen } from '../../src/cli/serve.js';
import { Pages, type Visit } from './pages.js';

export class LivePage {
  private constructor(
    private readonly server: Server,
    private readonly pages: Pages,
  ) {}

  static async begin(): Promise<LivePage> {
    const server = await listen('127.0.0.1', 0);
    return new LivePage(server, await Pages.begin());
  }

  async end(): Promise<void> {
    await this.pages.end();
    this.server.closeAllConnections();
    this.server.close();
  }

  get address(): string {
    return addressOf(this.server);
  }

  /**
   * A page that does not play by itself, unless motion is wanted. What `missing` matches the server does not have; no core is handed
   * out before `core`, so that nothing has been loaded yet: such a page is to be closed, any other to be left.
   */
  async open(
    fragment = '',
    reducedMotion: 'reduce' | 'no-preference' = 'reduce',
    missing?: RegExp,
    core?: Promise<void>,
  ): Promise<Visit> {
    const own = (url: string): boolean => url.startsWith(this.address) || /^(data|blob):/.test(url);
    const { page, complaints } = await this.pages.open({ width: 1440, reducedMotion }, own);
    if (missing !== undefined) await page.route(missing, (route) => route.fulfill({ status: 404 }));
    if (core !== undefined) await page.route(/\.wasm$/, (route) => core.then(() => route.continue()));
    await page.goto(`${this.address}${fragment}`);
    await page.waitForSelector('.settings');
    if (missing === undefined) await page.waitForSelector('canvas.strips');
    return { page, complaints };
  }

  leave(page: Page): Promise<void> {
    return this.pages.leave(page);
  }
}

export const data = (page: Page, name: string): Promise<string> =>
  page.$eval('#page', (element, key) => (element as HTMLElement).dataset[key] ?? '', name);

/** Puts a text into the editor in place of what is there. */
export async function fill(page: Page, text: string): Promise<void> {
  await page.$eval('.editor', (element) => ((element as HTMLDetailsElement).open = true));
  await page.click('.cm-content');
  await page.keyboard.press('Control+a');
  await page.$eval(
    '.cm-content',
    (element, given) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', given);
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    },
    text,
  );
}

/** And runs it. */
export async function write(page: Page, text: string): Promise<void> {
  await fill(page, text);
  await page.click('.editor button');
}

/** It says so, and the last answer that was on its way has come. */
const paused = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.getElementById('page')!.dataset['stands'] === 'true');

/** Begins a scenario anew, and stands still at its begin or soon after. */
export async function standing(page: Page, text: string): Promise<void> {
  const before = await data(page, 'loaded');
  await write(page, text);
  // not the time of what stood there until this is loaded
  await page.waitForFunction((stood) => {
    const { loaded, nowNs } = document.getElementById('page')!.dataset;
    return loaded !== stood && Number(nowNs) > 0;
  }, before);
  await page.click('#play');
  await paused(page);
}

/** Waits until the explanation is what `pattern` matches: it is asked of the worker, and comes after what asked for it. */
export async function saying(page: Page, pattern: string): Promise<void> {
  const matches = (text: string): boolean => new RegExp(text).test(document.querySelector('.why')?.textContent ?? '');
  await page.waitForFunction(matches, pattern);
}

/** The hashes of what every future came to. */
export async function toEnd(page: Page): Promise<string[]> {
  await page.click('#end');
  await page.waitForFunction(() => document.querySelector('.over')!.textContent.startsWith('Done.'), undefined, {
    timeout: 240_000,
  });
  return (await data(page, 'sha256')).split(' ');
}

/** Waits until nothing lies over what is there, all of it in the window, wherever the page is scrolled to. */
export const inSight = (page: Page, selector: string): Promise<unknown> =>
  page.waitForFunction((wanted) => {
    const element = document.querySelector(wanted)!;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight || bottom <= top) return false;
    return [
      [left + 2, top + 2],
      [right - 2, bottom - 2],
    ].every(([x, y]) => {
      const hit = document.elementFromPoint(x!, y!);
      return hit !== null && (element.contains(hit) || hit.contains(element));
    });
  }, selector);

/** Drops a file onto the page. */
export const drop = (page: Page, name: string, text: string): Promise<void> =>
  page.evaluate(
    ([file, content]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content!], file!));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, text],
  );
