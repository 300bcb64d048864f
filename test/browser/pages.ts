// Pages of one Chromium. One that has been left is visited again: a fresh one takes a process and reads its scripts anew, which is a
// second of the processor of the 1.8 s that a visit of the live page takes.

import { chromium, type Browser, type Page } from 'playwright-core';
import { PATIENCE_MS, QUIET, chromiumPath } from './chromium.js';

export interface Visit {
  readonly page: Page;
  /** Errors of the page, and what it asked of anybody else. */
  readonly complaints: string[];
}

/** How a page looks at the world; what is not said is as for everybody. */
export interface Sight {
  readonly width: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

export class Pages {
  private readonly idle: Page[] = [];

  private constructor(private readonly browser: Browser) {}

  static async begin(): Promise<Pages> {
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    return new Pages(await chromium.launch({ executablePath: chromiumPath(), args: [...QUIET, ...sandbox] }));
  }

  end(): Promise<void> {
    return this.browser.close();
  }

  /** An empty page, which complains of every address that is not `own`. */
  async open(sight: Sight, own: (url: string) => boolean): Promise<Visit> {
    const page = this.idle.pop() ?? (await this.browser.newPage());
    page.setDefaultTimeout(PATIENCE_MS);
    await page.setViewportSize({ width: sight.width, height: sight.height ?? 900 });
    const { colorScheme = 'light', reducedMotion = 'no-preference' } = sight;
    await page.emulateMedia({ media: null, colorScheme, reducedMotion });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('request', (request) => {
      if (!own(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    return { page, complaints };
  }

  /** For the next visit; a page with a clock or answers of its own is closed instead. */
  async leave(page: Page): Promise<void> {
    for (const event of ['console', 'pageerror', 'request'] as const) page.removeAllListeners(event);
    await page.mouse.move(0, 0);
    await page.goto('about:blank');
    this.idle.push(page);
  }
}
