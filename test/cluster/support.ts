// A Redis server of its own on loopback, and programs (coordinators, workers) that are started, killed and frozen by their ids.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';

export const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Nobody listens there. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  for (let waited = 0; waited < ms; waited += 20, await sleep(20)) if (await holds()) return;
  throw new Error(`not within ${ms} ms: ${what}`);
}

/** Over TLS with a certificate that nobody has signed, and with a password. */
export interface Secure {
  readonly certificate: string;
  readonly key: string;
  readonly password: string;
}

/** By openssl, for 127.0.0.1. */
export function certify(folder: string, password: string): Secure {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...made, ...names, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  return { certificate, key, password };
}

export class Server {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    readonly redis: Redis,
    private readonly options: readonly string[],
  ) {}

  static async start(folder: string, secure?: Secure): Promise<Server> {
    const found = (process.env['PATH'] ?? '').split(delimiter).some((path) => existsSync(join(path, 'redis-server')));
    if (!found) throw new Error("test/cluster needs a Redis server: install Debian's package `redis-server`");
    mkdirSync(folder, { recursive: true });
    const port = await freePort();
    const always = { maxRetriesPerRequest: null, retryStrategy: () => 100 };
    const tls =
      secure === undefined ? {} : { password: secure.password, tls: { ca: readFileSync(secure.certificate) } };
    const redis = new Redis(port, '127.0.0.1', { ...always, ...tls });
    redis.on('error', () => undefined); // while it is away
    const options =
      secure === undefined
        ? ['--port', String(port)]
        : [
            ...[
              '--port',
              '0',
              '--tls-port',
              String(port),
              '--tls-auth-clients',
              'no',
              '--requirepass',
              secure.password,
            ],
            ...['--tls-cert-file', secure.certificate, '--tls-key-file', secure.key, '--tls-ca-cert-file'],
            secure.certificate,
          ];
    const server = new Server(folder, port, redis, options);
    await server.go();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async go(): Promise<void> {
    const options = [...this.options, '--bind', '127.0.0.1', '--dir', this.folder];
    const kept = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
    this.child = spawn('redis-server', [...options, ...kept], { stdio: 'ignore' });
    await this.redis.ping();
  }

  async kill(): Promise<void> {
    const gone = once(this.child!, 'exit');
    this.child!.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    await this.kill();
  }

  /** Of any queue: jobs that workers hold. */
  async active(): Promise<number> {
    const [list] = await this.redis.keys('bull:*:active');
    return list === undefined ? 0 : this.redis.llen(list);
  }

  /** What is left of jobs, done ones included. */
  async jobs(): Promise<string[]> {
    return (await this.redis.keys('bull:*')).filter((key) => !/:(meta|events|id|stalled-check|marker)$/.test(key));
  }
}

/** A program that was started; `ended` comes with its status. */
export class Running {
  out = '';
  err = '';
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(args: readonly string[], file = program, env: Readonly<Record<string, string>> = {}) {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    this.child = spawn(process.execPath, [file, ...args], { stdio: [...stdio], env: { ...process.env, ...env } });
    this.child.stdout!.on('data', (some: Buffer) => (this.out += some.toString()));
    this.child.stderr!.on('data', (some: Buffer) => (this.err += some.toString()));
    this.ended = once(this.child, 'close').then(([status]) => status as number | null);
  }

  /** To this process alone, by its id. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async end(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}
