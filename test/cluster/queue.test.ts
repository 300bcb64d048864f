// What is asked of a server that is none, and what is said of one that is away or refuses: nobody waits for ever without a word.

import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { complaints, connect, everySo, loadPackages } from '../../src/cli/queue.js';

describe('something that listens and is no queue', () => {
  let server: Server;
  let sockets: Socket[] = [];
  /** Answers commands by their names, in small letters; others not at all. */
  async function listening(answers: Readonly<Record<string, string>>): Promise<string> {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        for (const [, name] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
          if (answers[name!.toLowerCase()] !== undefined) socket.write(answers[name!.toLowerCase()]!);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    return `redis://127.0.0.1:${address.port}`;
  }
  const greeting = { hello: '%0\r\n', client: '+OK\r\n' };
  const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
  const open = async (url: string, answerMs: number) => connect(await loadPackages(), url, () => undefined, answerMs);

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets = [];
    server.close();
    await once(server, 'close');
  });

  it('and never says a word is not waited for', async () => {
    const url = await listening({});
    await expect(open(url, 100)).rejects.toThrow(
      `the queue at ${url} has not answered within 0.1 s: is it a Redis server?`,
    );
  });

  it('is refused as a node of a cluster, whose keys lie on several', async () => {
    const url = await listening({
      ...greeting,
      info: bulk('redis_version:7.0.0\r\nloading:0\r\ncluster_enabled:1\r\n'),
    });
    await expect(open(url, 60_000)).rejects.toThrow(
      `the queue at ${url} is a node of a cluster, expected a server of its own`,
    );
  });

  it('is refused with the reason that it gives for taking no writes', async () => {
    const url = await listening({
      ...greeting,
      info: bulk('redis_version:7.0.0\r\nloading:0\r\n'),
      eval: "-NOPERM User reader has no permissions to run the 'eval' command\r\n",
    });
    await expect(open(url, 60_000)).rejects.toThrow(
      `the queue at ${url} cannot be written (NOPERM User reader has no permissions to run the 'eval' command)`,
    );
  });
});

describe('a server that is away or refuses', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const said: string[] = [];
  beforeEach(() => void said.splice(0));
  const complain = () => complaints('redis://:secret@127.0.0.1:1', (line) => said.push(line));
  const of = (message: string, code?: string): Error => Object.assign(new Error(message), { code });

  it('is told of once in 30 s, each refusal for itself', () => {
    const tell = complain();
    const all = [of('', 'ECONNREFUSED'), of('', 'ECONNRESET'), of('late script: 1a'), of('late'), of('full\nat x')];
    for (const error of all) tell(error);
    const lines = [
      'the queue at redis://127.0.0.1:1 is away (ECONNREFUSED); trying again',
      'the queue at redis://127.0.0.1:1: late',
      'the queue at redis://127.0.0.1:1: full',
    ];
    expect(said).toEqual(lines);
    vi.advanceTimersByTime(29_000);
    for (const error of all) tell(error);
    expect(said).toHaveLength(3);
    vi.advanceTimersByTime(2_000);
    for (const error of all) tell(error);
    expect(said.slice(3)).toEqual(lines);
  });

  it('is asked one question at a time, and its silence is told', async () => {
    let [asked, answer]: [number, () => void] = [0, () => undefined];
    const ask = () => new Promise<void>((resolve) => void ([asked, answer] = [asked + 1, resolve]));
    const end = everySo(2_000, ask, complain());
    await vi.advanceTimersByTimeAsync(2_000);
    answer();
    await vi.advanceTimersByTimeAsync(2_000);
    expect([asked, said]).toEqual([2, []]);
    await vi.advanceTimersByTimeAsync(20_000); // as a server that is stopped, or behind a cable that is cut
    expect([asked, said]).toEqual([2, ['the queue at redis://127.0.0.1:1 is away (no answer); trying again']]);
    answer();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked).toBe(3);
    answer();
    end();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([asked, said.length]).toEqual([3, 1]);
  });

  it('is asked again after it has refused', async () => {
    let asked = 0;
    const refuse = () => {
      asked++;
      return Promise.reject(of('full'));
    };
    const end = everySo(2_000, refuse, complain());
    await vi.advanceTimersByTimeAsync(6_000);
    end();
    expect([asked, said]).toEqual([3, ['the queue at redis://127.0.0.1:1: full']]);
  });
});
