// What the coordinator of a distributed fleet and its workers agree on: the queue (BullMQ on Redis or Valkey), what a job is, and who is there.
// The queue's name holds version and core, so that a worker of another one never sees a job that it would answer otherwise.
// Both packages are optional: loaded here, and only when asked for.

import type * as Bull from 'bullmq';
import type * as IoRedis from 'ioredis';
import { compileCore, hashOf } from '../core/load.js';
import { VERSION } from '../version.js';
import type { Arguments } from './args.js';
import type { ChunkOf, Context, RowOf } from '../fleet/simulator.js';
import type { Hashes } from './named-files.js';

/** A chunk with all that it takes to simulate it; its hash is the job's id, so that the same work is there once. */
export interface ChunkJob<K extends Context = Context> {
  readonly context: K;
  /** Where files that the fleet or scenario names are looked for. */
  readonly directory: string;
  /** What these files must hold. */
  readonly files: Hashes;
  readonly chunk: ChunkOf<K>;
}

/** What comes back. */
export interface ChunkAnswer<K extends Context = Context> {
  /** The worker. */
  readonly by: string;
  /** How long it took there, waiting for a thread included. */
  readonly ms: number;
  readonly rows: readonly RowOf<K>[];
}

/** A worker, as it announces itself. */
interface Member {
  readonly queue: string;
  readonly threads: number;
  /** Seconds, by the clock of the server. */
  readonly seen: number;
}

export interface Packages {
  readonly bull: typeof Bull;
  readonly Redis: typeof IoRedis.Redis;
}

const SCHEMES = ['redis:', 'rediss:'];
const MEMBERS = 'fluxhost:workers';
/** Why workers that stopped by themselves did. */
const LEFT = 'fluxhost:left';
const LEFT_SECONDS = 3600;
/** How often a worker announces itself, and how long it counts as there. */
export const ANNOUNCE_MS = 2000;
const ABSENT_SECONDS = 10;
const CONNECT_MS = 5000;
/** What is no Redis server may take a connection and never say a word; one that reads what it has kept takes a while. */
const ANSWER_MS = 15_000;
/** How often it is said that the server is away. */
const AWAY_MS = 30_000;

/** The URL of `--redis`, or a problem. */
export function redisOf(given: Arguments): string {
  const text = given.text('redis');
  if (text !== undefined && URL.canParse(text) && SCHEMES.includes(new URL(text).protocol)) return text;
  const said = text === undefined ? 'not given' : 'given no redis:// or rediss:// URL'; // a password may be in it
  given.problems.push(
    `--redis: ${said}, expected a URL such as redis://127.0.0.1:6379 or rediss://:PASSWORD@HOST:6380`,
  );
  return '';
}

/** Without name and password. */
export const placeOf = (url: string): string => `${new URL(url).protocol}//${new URL(url).host}`;

/** What a URL with a password looks like. */
const withPassword = (url: string): string => placeOf(url).replace('//', '//:PASSWORD@');

/** @throws Error that tells what to install */
export async function loadPackages(): Promise<Packages> {
  try {
    const [bull, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bull, Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('the distributed engine needs two packages that are not installed: npm install bullmq ioredis', {
      cause: error,
    });
  }
}

/** `fluxhost-0.1.0-` and the hash of the core. */
export async function queueName(): Promise<string> {
  return `fluxhost-${VERSION}-${hashOf(await compileCore())}`;
}

/** `fluxhost 0.1.0, core 1234abcd` */
export const shownName = (queue: string): string =>
  queue.replace(
    /^fluxhost-(.*)-(\w{8})\w*$/,
    (_, version: string, core: string) => `fluxhost ${version}, core ${core}`,
  );

/** For what BullMQ opens itself; a command waits for a server that is away for a while. */
export const connectionOf = (url: string) => ({ url, maxRetriesPerRequest: null });
/** What the server is was looked at once, by `connect`. */
export const OPEN = { skipVersionCheck: true } as const;

const LEAST_VERSION = [6, 2];

/** @throws Error for a server that is too old, or cannot hold a queue */
function checkServer(info: string, url: string, say: (line: string) => void): void {
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const [major = 0, minor = 0] = (field('redis_version') ?? '').split('.').map(Number);
  if (major < LEAST_VERSION[0]! || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1]!))
    throw new Error(`the queue at ${placeOf(url)} is of version ${field('redis_version')}, expected 6.2 or later`);
  if (field('cluster_enabled') === '1')
    throw new Error(`the queue at ${placeOf(url)} is a node of a cluster, expected a server of its own`);
  const policy = field('maxmemory_policy') ?? 'noeviction';
  if (policy !== 'noeviction')
    say(
      `note: the queue at ${placeOf(url)} drops keys when its memory is full (maxmemory-policy ${policy}): ` +
        'chunks that it drops are done again; noeviction keeps them',
    );
}

/** Sets and takes away what nobody reads, as BullMQ's scripts write. */
const TRIAL = "for _, key in ipairs(KEYS) do redis.call('SET', key, '') redis.call('DEL', key) end";
const TRIAL_KEYS = [MEMBERS, 'bull:fluxhost'].map((key) => `${key}:trial`);

/** @throws Error for a server that takes none: a replica, one that is full, or one that lets us only read */
async function checkWrites(redis: IoRedis.Redis, url: string): Promise<void> {
  try {
    await redis.eval(TRIAL, TRIAL_KEYS.length, ...TRIAL_KEYS);
  } catch (error) {
    const why = (error as Error).message.replace(/ script: .*$/s, '');
    throw new Error(`the queue at ${placeOf(url)} cannot be written (${why})`, { cause: error });
  }
}

/** Fails if there is no answer within the time. */
async function inTime<T>(answer: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout;
  const ends = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(late()), ms)));
  return Promise.race([answer, ends]).finally(() => clearTimeout(timer));
}

/** A connection, once it is known that the server answers and holds what it is given. @throws Error that names the place */
export async function connect(
  { Redis }: Packages,
  url: string,
  say: (line: string) => void,
  answerMs = ANSWER_MS,
): Promise<IoRedis.Redis> {
  let reason: unknown;
  const probe = new Redis(url, { lazyConnect: true, connectTimeout: CONNECT_MS, retryStrategy: () => null });
  probe.on('error', (error) => (reason ??= error));
  const answers = async (): Promise<void> => {
    await probe.connect();
    checkServer(await probe.info(), url, say);
    await checkWrites(probe, url);
  };
  const late = (): Error =>
    new Error(`the queue at ${placeOf(url)} has not answered within ${answerMs / 1000} s: is it a Redis server?`);
  try {
    await inTime(answers(), answerMs, late);
  } catch (error) {
    const { code, message } = (reason ?? error) as NodeJS.ErrnoException;
    if (message.startsWith('the queue')) throw error;
    if (message.startsWith('NOAUTH'))
      throw new Error(`the queue at ${placeOf(url)} asks for a password: ${withPassword(url)}`, { cause: error });
    if (message.startsWith('WRONGPASS'))
      throw new Error(`the queue at ${placeOf(url)} refuses this password`, { cause: error });
    throw new Error(`the queue at ${placeOf(url)} cannot be reached (${code ?? message})`, { cause: error });
  } finally {
    probe.disconnect();
  }
  return new Redis(url, connectionOf(url));
}

/** Other complaints than so many may have been forgotten. */
const MOST_COMPLAINTS = 100;

/** Says once in a while that the server is away, for all connections together, and what the queue refuses, as a late answer. */
export function complaints(url: string, say: (line: string) => void): (error: Error) => void {
  const lastMs = new Map<string, number>();
  return (error) => {
    const code: unknown = (error as NodeJS.ErrnoException).code; // a number where BullMQ's own scripts refuse
    const isAway = typeof code === 'string';
    const what = isAway ? 'away' : error.message.split('\n')[0]!.replace(/ script: .*$/, '');
    const now = performance.now();
    if (now - (lastMs.get(what) ?? -Infinity) < AWAY_MS) return;
    if (lastMs.size >= MOST_COMPLAINTS) lastMs.clear();
    lastMs.set(what, now);
    say(`the queue at ${placeOf(url)}${isAway ? ` is away (${code}); trying again` : `: ${what}`}`);
  };
}

/** Asks the server again and again, one question at a time, and complains of a silence. Gives what ends it. */
export function everySo(ms: number, ask: () => Promise<void>, complain: (error: Error) => void): () => void {
  let sinceMs: number | undefined;
  const timer = setInterval(() => {
    if (sinceMs === undefined) {
      sinceMs = performance.now();
      void ask()
        .catch(complain)
        .finally(() => (sinceMs = undefined));
    } else if (performance.now() - sinceMs > END_MS)
      complain(Object.assign(new Error('no answer'), { code: 'no answer' }));
  }, ms);
  return () => clearInterval(timer);
}

/** A server that has been silent for so long is away: whoever is to end waits no longer for it. */
const END_MS = 5000;
const LOOK_MS = 200;

/** Comes once the server has not answered for so long. */
export async function away(redis: Pick<IoRedis.Redis, 'ping'>): Promise<false> {
  let heardMs = performance.now();
  const heard = (): void => void (heardMs = performance.now());
  while (performance.now() - heardMs < END_MS) {
    void redis.ping().then(heard, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref());
  }
  return false;
}

/** Seconds. */
export const clockOf = async (redis: IoRedis.Redis): Promise<number> => Number((await redis.time())[0]);

export async function announce(redis: IoRedis.Redis, id: string, queue: string, threads: number): Promise<void> {
  const member: Member = { queue, threads, seen: await clockOf(redis) };
  await redis.hset(MEMBERS, id, JSON.stringify(member));
}

export const leave = (redis: IoRedis.Redis, id: string): Promise<unknown> => redis.hdel(MEMBERS, id);

interface Left {
  readonly queue: string;
  readonly why: string;
  /** Seconds, by the clock of the server. */
  readonly at: number;
}

/** So that coordinators can say it; it is forgotten after a while. */
export async function leaveBecause(redis: IoRedis.Redis, id: string, queue: string, why: string): Promise<void> {
  const left: Left = { queue, why, at: await clockOf(redis) };
  await redis.hset(LEFT, id, JSON.stringify(left));
  await redis.expire(LEFT, LEFT_SECONDS);
}

/** Workers of a queue that stopped by themselves from then on, and why. */
export async function leftSince(redis: IoRedis.Redis, queue: string, since: number): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [id, text] of Object.entries(await redis.hgetall(LEFT))) {
    const left = JSON.parse(text) as Left;
    if (left.queue === queue && left.at >= since) found.set(id, left.why);
  }
  return found;
}

/** Threads by queue of all workers that are there; those that have long been away are forgotten. */
export async function threadsThere(redis: IoRedis.Redis): Promise<Map<string, number>> {
  const [now, members] = await Promise.all([clockOf(redis), redis.hgetall(MEMBERS)]);
  const threads = new Map<string, number>();
  for (const [id, text] of Object.entries(members)) {
    const member = JSON.parse(text) as Member;
    if (now - member.seen > ABSENT_SECONDS) await leave(redis, id);
    else threads.set(member.queue, (threads.get(member.queue) ?? 0) + member.threads);
  }
  return threads;
}
