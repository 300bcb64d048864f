// A small server for pages of a test's own, and one Chromium that visits them. The page posts what it has to say; nothing waits for a
// time to pass. Leaves out driving the page: it does all by itself.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { Pages } from './pages.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

export class Site {
  private waiting: ((body: string) => void) | undefined;
  private pages: Pages | undefined;

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  /** Serves a folder on this machine alone, under a policy that lets a page run its own scripts and Wasm and nothing else. */
  static async open(folder: string): Promise<Site> {
    let site: Site | undefined = undefined as Site | undefined;
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
      if (request.method === 'POST' && pathname.endsWith('/result')) {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          response.end();
          site?.waiting?.(Buffer.concat(chunks).toString());
        });
        return;
      }
      const path = normalize(join(folder, decodeURIComponent(pathname)));
      if (!path.startsWith(folder + sep) || !existsSync(path) || !statSync(path).isFile()) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
      });
      response.end(readFileSync(path));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    site = new Site(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return site;
  }

  /** Opens a page and answers what it posts to `result`; an error that it posts is thrown. */
  async visit(page: string): Promise<unknown> {
    this.pages ??= await Pages.begin();
    const visit = await this.pages.open({ width: 1280 }, () => true);
    try {
      const body = await new Promise<string>((resolve, reject) => {
        this.waiting = resolve;
        visit.page.once('crash', () => reject(new Error(`Chromium's page crashed before ${page} said anything`)));
        visit.page.goto(`${this.origin}/${page}`).catch(reject);
      });
      const said = JSON.parse(body) as { value?: unknown; error?: string };
      if (said.error !== undefined) throw new Error(`${page}: ${said.error}`);
      return said.value;
    } finally {
      this.waiting = undefined;
      await this.pages.leave(visit.page);
    }
  }

  async close(): Promise<void> {
    await this.pages?.end();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A page with one script; an error that nobody catches is posted as well, so that no test waits for a dead page. */
export const PAGE = `<!doctype html>
<meta charset="utf-8" />
<script src="report.js"></script>
<script type="module" src="main.js"></script>
`;

export const REPORT = `
self.report = (said) => fetch('result', { method: 'POST', body: JSON.stringify(said) });
addEventListener('error', (event) => {
  const what = event.error?.stack ?? event.message ?? 'a script that could not be loaded: ' + event.target?.src;
  self.report({ error: String(what) });
}, true);
addEventListener('unhandledrejection', (event) => self.report({ error: String(event.reason?.stack ?? event.reason) }));
`;
