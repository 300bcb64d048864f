// Web Workers that are none, or stop: whoever waits for their rows is told. Rows of real ones are compared in test/browser/workers.test.ts.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { serveWith, type WorkerLike, WebWorkers } from '../../src/study/web-workers.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A worker whose script is this function: it hears messages and answers by `post`. */
class FakeWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onerror: WorkerLike['onerror'] = null;
  isEnded = false;
  private take: (data: unknown) => void = () => undefined;

  constructor(script: (post: (said: unknown) => void) => (data: unknown) => void) {
    this.take = script((said) => this.onmessage?.(new MessageEvent('message', { data: said })));
  }

  postMessage(message: unknown): void {
    const sent: unknown = structuredClone(message);
    queueMicrotask(() => this.take(sent));
  }

  terminate(): void {
    this.isEnded = true;
  }
}

/** The script of a worker as it should be, of which chunks take so long. */
const serving = (ms: number) => (post: (said: unknown) => void) => {
  let take: (event: MessageEvent) => void = () => undefined;
  serveWith({ postMessage: post, addEventListener: (_, listener) => void (take = listener) }, () => async (chunk) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return [chunk];
  });
  return (data: unknown): void => take(new MessageEvent('message', { data }));
};

function openEngine(...scripts: ConstructorParameters<typeof FakeWorker>[0][]) {
  const made: FakeWorker[] = [];
  const workers = new WebWorkers(() => {
    made.push(new FakeWorker(scripts[Math.min(made.length, scripts.length - 1)]!));
    return made.at(-1)!;
  }, 1);
  return { workers, made, engine: workers.engine<unknown, unknown>({}) };
}

it('a worker whose script calls something else is told after a minute, and another takes what waits', async () => {
  const { engine, made } = openEngine(() => () => undefined, serving(1));
  const asked = [engine.run('first'), engine.run('second')].map((rows) => rows.catch((error: unknown) => error));
  await vi.advanceTimersByTimeAsync(59_000);
  expect(made).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2_000);
  const [first, second] = await Promise.all(asked);
  expect(first).toEqual(new Error('a Web Worker has not answered within 60 s: does its script call serveWebWorker?'));
  expect(second).toEqual(['second']);
  expect(made.map(({ isEnded }) => isEnded)).toEqual([true, false]);
});

it('a worker that has heard a chunk may take as long as it needs', async () => {
  const { engine } = openEngine(serving(3_600_000));
  const rows = engine.run('long');
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(await rows).toEqual(['long']);
});

it('what cannot be sent to a worker is refused, and the worker goes on', async () => {
  const { engine, made } = openEngine(serving(1));
  await expect(engine.run({ call: () => undefined })).rejects.toThrow(/could not be cloned/);
  const rows = engine.run('after');
  await vi.advanceTimersByTimeAsync(1);
  expect(await rows).toEqual(['after']);
  expect(made).toHaveLength(1);
});

it('workers that are closed leave no timer', () => {
  const { engine, workers } = openEngine(() => () => undefined);
  engine.run('never').catch(() => undefined);
  expect(vi.getTimerCount()).toBe(1);
  workers.close();
  expect(vi.getTimerCount()).toBe(0);
});
