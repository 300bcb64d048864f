// One headless Chromium on one page, and the small server it is served from. The page posts what it has to say; nothing waits
// for a time to pass. Everything ends by its handle. Leaves out driving the page: it does all by itself.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, sep } from 'node:path';

const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Without these Chromium asks the outside for updates, accounts and field trials at every start. */
export const QUIET = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For what a page is waited for: most of what a test has. Playwright's own 30 s are over before a busy machine has loaded one. */
export const PATIENCE_MS = 240_000;

export function chromiumPath(): string {
  const path = PLACES.find((place) => place !== undefined && existsSync(place));
  if (path === undefined) {
    throw new Error(
      "no Chromium here: install Debian's package `chromium` (npm test does so as root), or set CHROMIUM_PATH",
    );
  }
  return path;
}

/** Ends the browser and all that it started, and waits until it is gone. */
async function end(browser: ChildProcess): Promise<void> {
  if (browser.pid === undefined || browser.exitCode !== null || browser.signalCode !== null) return;
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  process.kill(-browser.pid, 'SIGKILL');
  await gone;
}

export class Site {
  private waiting: ((body: string) => void) | undefined;

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

  /** Opens a page in a fresh Chromium and answers what it posts to `result`; an error that it posts is thrown. */
  async visit(page: string): Promise<unknown> {
    const profile = mkdtempSync(join(tmpdir(), 'fluxhost-chromium-'));
    const options = [...QUIET, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `--user-data-dir=${profile}`];
    const browser = spawn(chromiumPath(), [...options, `${this.origin}/${page}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true, // a process group of its own, so that its helpers end with it
    });
    let complaints = '';
    browser.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    try {
      const body = await new Promise<string>((resolve, reject) => {
        this.waiting = resolve;
        browser.once('error', reject);
        browser.once('exit', (code, signal) =>
          reject(new Error(`Chromium ended with ${code ?? signal} before ${page} said anything:\n${complaints}`)),
        );
      });
      const said = JSON.parse(body) as { value?: unknown; error?: string };
      if (said.error !== undefined) throw new Error(`${page}: ${said.error}`);
      return said.value;
    } finally {
      this.waiting = undefined;
      await end(browser);
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  }

  async close(): Promise<void> {
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
