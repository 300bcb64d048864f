// `fluxhost reproduce valve`: the step at the greatest gap, traces and profiles, what online requests feel, and what is refused.

import { beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { reproduce } from '../../src/experiments/api.js';
import type { Claim } from '../../src/experiments/experiment.js';
import { stream } from '../../src/experiments/draw.js';
import { withoutPrefixes } from '../../src/experiments/valve/load.js';
import type { TraceHost } from '../../src/workload/text-source.js';
import { captureIo } from '../cli/fake.js';
import { heldNumbers } from './claim-numbers.js';
import { printed, refused } from './reproduced.js';

interface Figures {
  readonly requests: number;
  readonly completed: number;
  readonly perRequest: number;
  readonly mostSeen: number;
  readonly seenTwice: number;
  readonly offlineShare: number;
  readonly busyShare: number;
  readonly ttftMs: number;
  readonly killed: number;
  readonly prefixShare: number;
}
interface Document {
  readonly claims: (Claim & { readonly verdict: string })[];
  readonly remarks?: readonly { readonly code: string; readonly detail: string }[];
  readonly figures: {
    readonly own: Figures;
    readonly alone: Figures;
    readonly sweep: (Figures & { cooldownMs: number; gapMs: number })[];
    readonly loads: (Figures & { rate: number })[];
    readonly greatestGapMs: number;
  };
}

const QUICK = ['duration=600s', 'cooldowns=0,4,5,6,74,1000', 'gaps=5,37', 'rates=0.05,0.73', 'law.poissonCooldowns=74'];

describe('reproduce valve', () => {
  let document: Document;
  beforeAll(async () => {
    document = await printed<Document>('valve', ...QUICK);
  });

  const at = (cooldownMs: number, gapMs: number): Figures =>
    document.figures.sweep.find((one) => one.cooldownMs === cooldownMs && one.gapMs === gapMs)!;

  it('has a step of preemptions at the greatest gap, and loses offline time beyond it', () => {
    expect(at(4, 5).perRequest).toBeGreaterThan(20);
    expect(at(5, 5).perRequest).toBeLessThan(1);
    expect(at(6, 37).perRequest).toBeGreaterThan(20);
    expect(at(74, 37).perRequest).toBeLessThan(1);
    expect(at(1000, 5).offlineShare).toBeLessThan(at(74, 5).offlineShare);
    for (const cooldown of [5, 6, 74, 1000]) expect(at(cooldown, 5).mostSeen).toBeLessThanOrEqual(1);
  });

  it('preempts nobody twice, and costs online requests little', () => {
    const { own, alone } = document.figures;
    expect([own.mostSeen, own.seenTwice, alone.mostSeen]).toEqual([1, 0, 0]);
    expect(alone.offlineShare).toBe(0);
    expect(own.ttftMs).toBeGreaterThan(alone.ttftMs);
    expect(own.requests).toBe(alone.requests);
  });

  it('has more for offline work the less comes online', () => {
    const [few, many] = document.figures.loads;
    expect(few!.offlineShare).toBeGreaterThan(0.5);
    expect(many!.offlineShare).toBeLessThan(0.2);
    for (const { busyShare, offlineShare } of document.figures.loads)
      expect(busyShare + offlineShare).toBeLessThanOrEqual(1);
  });

  it('judges every claim, in words and numbers alike', () => {
    expect(heldNumbers(document.claims)).toEqual(['ttft', 'tpot', 'utilization']);
    expect(Object.fromEntries(document.claims.map(({ id, verdict }) => [id, verdict]))).toMatchObject({
      preemptions: 'reachable',
      utilization: 'reachable',
      tpot: 'reachable',
    });
  });

  it('says where a cooldown is too short', async () => {
    const { claims } = await printed<Document>('valve', ...QUICK, 'cooldown=4', 'rates=0.05');
    const { verdict, brief } = claims.find(({ id }) => id === 'preemptions')!;
    expect(verdict).toBe('not reached');
    expect(brief).toMatch(/; the cooldown is below the greatest gap of 5\.0 ms$/);
    expect(document.claims.find(({ id }) => id === 'preemptions')!.brief).not.toContain('cooldown');
  });

  it('warns of a gap above the cooldown, of one GPU too, and in the terminal', async () => {
    expect(document.remarks).toBeUndefined();
    const own = async (...set: string[]): Promise<Document['remarks']> =>
      (await printed<Document>('valve/gpu', 'duration=60s', ...set)).remarks;
    expect(await own('cooldown=5')).toBeUndefined();
    expect(await own('cooldown=4.9')).toMatchObject([
      {
        code: 'short-cooldown',
        detail: expect.stringContaining('4.9 ms, below the greatest gap between decodes (5 ms)'),
      },
    ]);
    const io = captureIo();
    expect(await main(['reproduce', 'valve/gpu', '--set', 'duration=60s', '--set', 'gap=75ms'], io)).toBe(0);
    expect(io.out.replace(/\s+/g, ' ')).toMatch(/short-cooldown\W+cooldown is 74 ms, below the greatest gap/);
  });

  it('refuses what cannot be', async () => {
    expect(await refused('valve', 'kv=0.001', 'thin=0')).toContain('thin: given "0"');
    expect(await refused('valve', 'kv=0.002')).toContain('kv: given 0.002, expected room for two pages');
    expect(await refused('valve', 'offline.prompt=1000000', 'headroom=1000000')).toMatch(
      /offline\.prompt.*\n.*headroom/,
    );
    expect(await refused('valve', 'rates=0', 'law.demand=0.5')).toMatch(/rates.*\n.*law\.demand/);
    expect(await refused('valve', 'gpu=a40', 'up=0.5')).toMatch(/gpu.*\n.*up/);
    expect(await refused('valve', 'trace=nowhere.csv')).toContain('nowhere.csv');
  });
});

const folder = (files: Readonly<Record<string, string>>): TraceHost => ({
  open: async (path) =>
    (async function* () {
      yield new TextEncoder().encode(files[path]);
    })(),
});

const HEAD = 'TIMESTAMP,ContextTokens,GeneratedTokens\n';
const TRACE = `${HEAD}2023-11-16 18:17:03.9799600,480,10\n2023-11-16 18:17:04.0319600,318,8\n2023-11-16 18:17:06.0781490,110,27\n`;

async function withFiles(files: Readonly<Record<string, string>>, ...set: string[]): Promise<Figures> {
  const paths = Object.keys(files).map((name) => `${name.split('.')[0]}=${name}`);
  for await (const { figures } of reproduce('valve/gpu', { files: folder(files), set: [...paths, 'thin=1', ...set] }))
    return figures as unknown as Figures;
  throw new Error('no answer');
}

describe('files of reproduce valve', () => {
  it('repeats a trace of requests, thinned, to the end', async () => {
    expect((await withFiles({ 'trace.csv': TRACE }, 'duration=2s')).requests).toBe(2);
    // three requests in 2.098 s, and the mean gap behind them: 3.147 s a round
    expect((await withFiles({ 'trace.csv': TRACE }, 'duration=31.47s')).requests).toBe(30);
    expect((await withFiles({ 'trace.csv': TRACE }, 'duration=31.47s', 'thin=3')).requests).toBe(10);
  });

  it('takes times of a step from a profile, and factors from jitter', async () => {
    const profile =
      'num_tokens,num_tensor_parallel_workers,time_stats.emb.median,time_stats.add.median\n1,1,1,2\n1000,1,1,2\n1000,2,9,9\n';
    const one = `${HEAD}2023-11-16 18:17:03.9,100,10\n`;
    const set = ['duration=0.9s', 'layers=10', 'gap=0', 'preempt=0'];
    const plain = await withFiles({ 'trace.csv': one, 'profile.csv': profile }, ...set);
    expect(plain.ttftMs).toBeCloseTo(21, 6); // the embedding once, 10 layers of 2 ms
    const jitter = 'batch_time_norm\n200\n100\n100\n';
    expect(
      (await withFiles({ 'trace.csv': one, 'profile.csv': profile, 'jitter.csv': jitter }, ...set)).ttftMs,
    ).toBeCloseTo(21, 6); // its second step's
  });

  it('warns of gaps that jitter makes longer than the cooldown', async () => {
    const files = { 'trace.csv': TRACE, 'jitter.csv': 'batch_time_norm\n100\n100\n1600\n' };
    const set = [...Object.keys(files).map((name) => `${name.split('.')[0]}=${name}`), 'thin=1', 'duration=10s'];
    for await (const { remarks } of reproduce('valve/gpu', { files: folder(files), set }))
      expect(remarks![0]!.detail).toContain('cooldown is 74 ms, below the greatest gap between decodes (80 ms)');
    expect.assertions(1);
  });

  it.each([
    [`${HEAD}yesterday,480,10\n`, /trace\.csv:2: TIMESTAMP: given "yesterday"/],
    [
      `${HEAD}2023-11-16 18:17:03,480,0\n`,
      /trace\.csv:2: GeneratedTokens: given "0", expected a whole number of tokens from 1/,
    ],
    [
      `${HEAD}2023-11-16 18:17:03,480,1\n2023-11-16 18:17:02,480,1\n`,
      /trace\.csv:3: TIMESTAMP.*no time before that of the row above/,
    ],
    [`${HEAD}2023-11-16 18:17:03,900000,1\n`, /trace\.csv:2: ContextTokens.*900001 tokens.*expected at most 114688/],
    [HEAD, /no row/],
  ])('refuses %j', async (text, expected) => {
    await expect(withFiles({ 'trace.csv': text })).rejects.toThrow(expected);
  });

  it('refuses profiles and jitter that are none', async () => {
    const head = 'num_tokens,num_tensor_parallel_workers,time_stats.emb.median\n';
    await expect(withFiles({ 'profile.csv': `${head}1,1,-1\n` })).rejects.toThrow(
      /profile\.csv:2: time_stats\.emb\.median/,
    );
    await expect(withFiles({ 'profile.csv': `${head}1,2,1\n` })).rejects.toThrow('rows of one worker');
    await expect(withFiles({ 'jitter.csv': 'batch_time_norm\n0\n' })).rejects.toThrow(/jitter\.csv:2: batch_time_norm/);
  });
});

const line = (timestamp: number, input_length: number, hash_ids: readonly number[], output_length = 1): string =>
  JSON.stringify({ timestamp, input_length, output_length, hash_ids });

describe('prompts that begin alike', () => {
  it('are computed from where they differ, as long as their blocks are held: a list of lists says the same', () => {
    const next = stream(13, 1);
    for (let n = 0; n < 200; n++) {
      // blocks of a tree: a block's number says which blocks come before it
      const blocks = Array.from({ length: 30 }, () => {
        let id = 0;
        return Array.from({ length: 1 + Math.floor(next() * 5) }, () => (id = 3 * id + 1 + Math.floor(next() * 2)));
      });
      const prompts = Float64Array.from(blocks, ({ length }) => 512 * length - Math.floor(next() * 512));
      const held = Math.floor(next() * 12);
      let used: number[] = []; // the last use first
      const naive = blocks.map((own, i) => {
        const leading = own.findIndex((id) => !used.includes(id));
        const known = leading < 0 ? own.length : leading;
        used = [...own, ...used.filter((id) => !own.includes(id))].slice(0, held);
        return Math.max(1, prompts[i]! - 512 * known);
      });
      const { prompt, found } = withoutPrefixes(prompts, blocks, held);
      expect([...prompt]).toEqual(naive);
      expect(found).toBe(prompts.reduce((a, b) => a + b, 0) - prompt.reduce((a, b) => a + b, 0));
      if (held === 0) expect(found).toBe(0);
    }
  });

  const set = ['trace.format=mooncake', 'duration=17s', 'kv=10'];
  it('come sooner, and take less of the GPU, by the memory that holds what they begin with', async () => {
    const rows = [line(0, 1024, [0, 1]), line(3000, 1500, [0, 1, 2]), line(6000, 1600, [0, 1, 2, 3])];
    const trace = { 'trace.jsonl': `${rows.join('\n')}\n` };
    const none = await withFiles(trace, ...set);
    const all = await withFiles(trace, ...set, 'prefixes=1');
    const two = await withFiles(trace, ...set, 'prefixes=0.5'); // 0.5 GiB are two blocks of 0.5 MiB a token
    expect([none.requests, none.prefixShare]).toEqual([6, 0]); // 9 s with the mean gap behind, twice
    // of 4,124 tokens a round: two blocks, three; then of the first two prompts all but a token, of the third too
    expect(all.prefixShare).toBeCloseTo((1024 + 1536 + 1023 + 1499 + 1599) / (2 * 4124), 12);
    expect(two.prefixShare).toBeGreaterThan(0);
    expect(two.prefixShare).toBeLessThan(all.prefixShare);
    expect(all.ttftMs).toBeLessThan(two.ttftMs);
    expect(two.ttftMs).toBeLessThan(none.ttftMs);
    expect(all.busyShare).toBeLessThan(none.busyShare);
  });

  it('go to a GPU by conversations', async () => {
    const rows = [0, 1, 2, 3].map((i) => line(1000 * i, 1024, [0, 1 + (i % 2)]));
    const one = { 'trace.jsonl': `${rows.join('\n')}\n` };
    const files = await withFiles(one, ...set, 'thin=2', 'prefixes=1', 'duration=3.5s');
    expect([files.requests, files.prefixShare]).toEqual([2, 1023 / 2048]);
  });

  it.each([
    [line(0, 1024, [0]), /trace\.jsonl:1: input_length: .*tokens for 1 blocks of 512/],
    [`${line(5, 512, [0])}\n${line(4, 512, [0])}`, /trace\.jsonl:2: timestamp: given 4.*no time before/],
    [
      line(
        0,
        512 * 80,
        Array.from({ length: 80 }, (_, i) => i),
      ),
      /trace\.jsonl:1: input_length.*at most 20480/,
    ],
    [line(0, 512, [0]).replace('"output_length":1', '"output_length":-1'), /trace\.jsonl:1: output_length/],
  ])('refuses %s', async (text, expected) => {
    await expect(withFiles({ 'trace.jsonl': `${text}\n` }, ...set)).rejects.toThrow(expected);
  });

  it('refuses to hold prefixes that nobody knows', async () => {
    expect(await refused('valve', 'prefixes=1')).toContain('expected 0, or a trace of trace.format mooncake');
  });
});
