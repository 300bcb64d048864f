// `fluxhost serve`: the live page (src/web, built into dist/web) from this machine to this machine. Any other web server can
// host the same folder; docs/web.md says which headers this one adds.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { InputError, show } from '../input/errors.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** The page and its worker run their own scripts and Wasm, ask this server alone, and can be framed by nobody. */
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

const serveSpec: CommandSpec = {
  name: 'serve',
  summary: 'Serves the live page: scenarios that run in the browser, drawn while they do.',
  positionals: [],
  options: {
    port: { value: 'N', help: 'to listen on (default 8080; 0: any that is free)' },
    host: { value: 'ADDRESS', help: 'to listen on (default 127.0.0.1: this machine alone)' },
  },
  details:
    'The page simulates in the browser; the server only hands out its files, which any web server can do as well: they are\n' +
    'the folder dist/web of the package. Ctrl-C ends it.',
  examples: ['fluxhost serve', 'fluxhost serve --port 0'],
};

/** Where the page lies: beside the program, or in the project's dist when it runs from its sources. */
function pageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    for (const place of [join(folder, 'web'), join(folder, 'dist', 'web')])
      if (existsSync(join(place, 'worker.js'))) return place;
    const above = dirname(folder);
    if (above === folder)
      throw new InputError({
        path: 'serve',
        given: 'a package without dist/web',
        expected: 'a whole one: `npm run build` makes it',
      });
    folder = above;
  }
}

interface Packed {
  readonly type: string;
  readonly bytes: Buffer;
  readonly packed: Buffer;
}

const pack = promisify(gzip);

/** Files of one folder, each read and packed once; what is not there may come: that is looked for again. */
class Folder {
  private readonly files = new Map<string, Promise<Packed | undefined>>();

  constructor(private readonly root: string) {}

  file(pathname: string): Promise<Packed | undefined> {
    let name: string;
    try {
      name = decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    } catch {
      return Promise.resolve(undefined);
    }
    const path = normalize(join(this.root, name));
    const type = TYPES[extname(path)];
    // what has no known kind is no part of the page; so a wrong path is not even looked for
    if (type === undefined || !path.startsWith(this.root + sep) || path.includes('\0'))
      return Promise.resolve(undefined);
    const known = this.files.get(path);
    if (known !== undefined) return known;
    const read = this.read(path, type);
    if (this.files.size < 256) {
      this.files.set(path, read);
      void read.then((file) => {
        if (file === undefined) this.files.delete(path);
      });
    }
    return read;
  }

  private async read(path: string, type: string): Promise<Packed | undefined> {
    const bytes = await readFile(path).catch(() => undefined);
    return bytes === undefined ? undefined : { type, bytes, packed: await pack(bytes, { level: 9 }) };
  }
}

async function answer(folder: Folder, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...HEADERS, allow: 'GET, HEAD' }).end();
    return;
  }
  const pathname = (request.url ?? '/').replace(/[?#].*$/s, '');
  const file = await folder.file(pathname);
  if (file === undefined) {
    const why = pathname.startsWith('/docs/') ? ': `npm run build` makes the documentation' : '';
    response.writeHead(404, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(`not here${why}\n`);
    return;
  }
  const packs = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const body = packs ? file.packed : file.bytes;
  const encoding = packs ? { 'content-encoding': 'gzip' } : {};
  response.writeHead(200, {
    ...HEADERS,
    ...encoding,
    'content-type': file.type,
    vary: 'accept-encoding',
    'content-length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Listens, and answers the server; its address says where. */
export async function listen(host: string, port: number, root = pageFolder()): Promise<Server> {
  const folder = new Folder(root);
  const server = createServer((request, response) => {
    answer(folder, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

/** As a browser takes it. */
export function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
}

export async function serve(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(serveSpec, args);
  if (given.help) {
    io.stdout(renderHelp(serveSpec));
    return EXIT.done;
  }
  const port = given.whole('port', 0, 65_535) ?? 8080;
  given.check();
  const host = given.text('host') ?? '127.0.0.1';
  const server = await listen(host, port).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const expected =
      error.code === 'EADDRINUSE'
        ? 'a port that is free; --port 0 takes any'
        : 'an address of this machine and a port that may be used';
    throw new InputError({ path: '--port', given: `${show(`${host}:${port}`)} (${String(error.code)})`, expected });
  });
  io.stdout(`${addressOf(server)}\n`);
  await new Promise<void>((resolve) => {
    if (io.onInterrupt === undefined) server.once('close', resolve);
    else io.onInterrupt(resolve);
  });
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return EXIT.done;
}
