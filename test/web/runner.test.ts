// The live page's runner without a page: what it shows is what the library simulates, to the last bit, however it is sliced, looked at,
// forked and explained.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  compileCore,
  Histogram,
  memoryHost,
  missRatioCurve,
  parseScenario,
  Simulation,
  withFields,
} from '../../src/index.js';
import { MOST_MEMORY_BYTES } from '../../src/web/limits.js';
import { isOfArrivals } from '../../src/input/tables.js';
import { headerOf, pageFormatOf } from '../../src/web/page-format.js';
import { keptFor, keptLine } from '../../src/web/kept.js';
import { IDLE, kindOf, vmOf, type Advanced, type Answer, type Ask } from '../../src/web/protocol.js';
import { scaledRates } from '../../src/web/rates.js';
import { pageSha256 as hashOf } from '../../src/result/same.js';
import { Runner } from '../../src/web/runner.js';
import { explained } from '../../src/web/words.js';

const BURSTS = readFileSync(new URL('../../src/web/scenarios/bursts.yaml', import.meta.url), 'utf8');
const SHORT = ['duration=2ms'];

type Of<A extends Answer['answer']> = Extract<Answer, { answer: A }>;

async function asked<A extends Answer['answer']>(runner: Runner, answer: A, ask: Ask): Promise<Of<A>> {
  const got = await runner.answer(ask);
  if (got.answer !== answer)
    throw new Error(`${JSON.stringify(ask).slice(0, 100)}: ${JSON.stringify(got).slice(0, 500)}`);
  return got as Of<A>;
}

const load = (text: string, set: readonly string[] = SHORT, foreign = false): Ask => {
  return { ask: 'load', text, file: 'bursts.yaml', set, foreign, files: [] };
};

async function loaded(set?: readonly string[]): Promise<Runner> {
  const runner = new Runner(() => compileCore());
  await asked(runner, 'loaded', load(BURSTS, set));
  return runner;
}

const advance = (runner: Runner, toNs: number, columnNs: number, point = false): Promise<Advanced> =>
  asked(runner, 'advanced', { ask: 'advance', toNs, columnNs, budgetMs: Infinity, point });

async function toEnd(runner: Runner, columnNs: number): Promise<void> {
  for (let toNs = 0; ;) {
    const { done, nowNs } = await advance(runner, (toNs += 377_777), columnNs, true);
    if (done) return;
    expect(nowNs).toBeGreaterThan(0);
  }
}

async function inNode(set: readonly string[] = SHORT): Promise<Simulation> {
  return Simulation.create(parseScenario(BURSTS, { set }).scenario);
}

describe('the runner of the live page', () => {
  it('says in a report how far a run has come, and what makes it again', async () => {
    const runner = await loaded();
    const command = 'fluxhost run bursts.yaml --set duration=2ms';
    const report = async (): Promise<string> =>
      (await asked(runner, 'report', { ask: 'report', future: 0, command })).html;
    const { scenario } = await inNode();
    expect(scenario.warmupNs).toBeGreaterThan(604_000);
    await advance(runner, 604_000, 1000);
    const paused = await report();
    expect(paused).toContain('604 µs, still in the warm-up, unfinished');
    expect(paused).not.toMatch(/measured after|class="mark"|fluxhost serve/);
    expect(paused).toContain(`<code id="command">${command}</code>`);
    await advance(runner, scenario.warmupNs + 604_000, 1000);
    expect(await report()).toContain(`604 µs measured after 1.00 ms of warm-up, unfinished`);
    await toEnd(runner, 1000);
    expect(await report()).not.toContain('unfinished');
  });

  it('comes to the result that a plain run has, at any width of the columns', async () => {
    const simulation = await inNode();
    await simulation.run();
    const expected = hashOf(simulation.metrics());
    for (const columnNs of [1000, 7919, 1e9]) {
      const runner = await loaded();
      await toEnd(runner, columnNs);
      expect((await asked(runner, 'result', { ask: 'result', future: 0 })).sha256).toBe(expected);
    }
    const other = await inNode([...SHORT, 'seed=2']);
    await other.run();
    expect(hashOf(other.metrics())).not.toBe(expected);
  });

  it('answers in the middle of a column that takes long, and comes to the futures that it would have come to', async () => {
    const set = ['duration=3s'];
    const runner = await loaded(set);
    const { atNs } = await asked(runner, 'forked', { ask: 'fork', set: ['mechanism=static'] });
    const wide: Ask = { ask: 'advance', toNs: 4e9, columnNs: 4e9, budgetMs: 0, point: true };
    const answers: Advanced[] = [];
    while (answers.at(-1)?.done !== true) answers.push(await asked(runner, 'advanced', wide));
    const early = answers.filter(({ timeNs }) => timeNs.length === 0);
    expect(early.length).toBeGreaterThan(2);
    expect(early.every(({ futures }) => futures.every(({ latencyNs }) => latencyNs === null))).toBe(true);
    const times = answers.map(({ nowNs }) => nowNs);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    const one = await inNode(set);
    await one.runUntil(atNs);
    const two = await one.fork(withFields(one.scenario, ['mechanism=static']));
    for (const [future, simulation] of [one, two].entries()) {
      await simulation.run();
      expect((await asked(runner, 'result', { ask: 'result', future })).sha256).toBe(hashOf(simulation.metrics()));
    }
  });

  it('comes back from a run of a thousand hours', async () => {
    const runner = await loaded(['duration=1000h']);
    const ask: Ask = { ask: 'advance', toNs: 3.6e15, columnNs: 6e12, budgetMs: 0, point: true };
    const { nowNs, done } = await asked(runner, 'advanced', ask);
    expect(done).toBe(false);
    expect(nowNs).toBeGreaterThan(0);
    expect(nowNs).toBeLessThan(6e12);
  });

  it('forks into the futures that the library has from that instant', async () => {
    const set = ['mechanism=static', ...scaledRates([['vms.0.workload.arrivals.onRate', 1e6]], 0.5)];
    expect(set).toContain('vms.0.workload.arrivals.onRate=500000');
    const runner = await loaded();
    await advance(runner, 1_234_567, 1000);
    const { atNs } = await asked(runner, 'forked', { ask: 'fork', set });
    expect(atNs).toBe(1_234_567);
    await toEnd(runner, 5000);
    const one = await inNode();
    await one.runUntil(atNs);
    const two = await one.fork(withFields(one.scenario, set));
    for (const [future, simulation] of [one, two].entries()) {
      await simulation.run();
      expect((await asked(runner, 'result', { ask: 'result', future })).sha256).toBe(hashOf(simulation.metrics()));
    }
    expect(hashOf(one.metrics())).not.toBe(hashOf(two.metrics()));
    await asked(runner, 'unforked', { ask: 'unfork' });
    expect((await runner.answer({ ask: 'result', future: 1 })).answer).toBe('failed');
  });

  it('shows each core with the VM that has it, and as many as the VMs hold or are under way', async () => {
    const runner = await loaded();
    const { timeNs, futures } = await advance(runner, 1_500_000, 10_000);
    const [{ cores, held, waiting }] = futures as [Advanced['futures'][number]];
    expect(timeNs).toHaveLength(150);
    expect(cores).toHaveLength(150 * 16);
    const simulation = await inNode();
    for (let column = 0; column < 150; column++) {
      await simulation.runUntil(timeNs[column]!);
      const look = simulation.look();
      look.cores.forEach(({ vm, target, doing }, core) => {
        const code = cores[column * 16 + core]!;
        expect(vmOf(code)).toBe(vm >= 0 ? vm : target);
        expect(kindOf(code) === IDLE).toBe(doing === 'idle' && target < 0);
      });
      expect([...held.subarray(2 * column, 2 * column + 2)]).toEqual(look.vms.map((vm) => vm.held));
      expect([...waiting.subarray(2 * column, 2 * column + 2)]).toEqual(look.vms.map((vm) => vm.waiting));
      // nothing is drawn for a VM beyond what it was given
      const taken = look.vms.reduce((sum, vm) => sum + vm.held, 0);
      expect(taken).toBeLessThanOrEqual(16);
    }
  });

  it('steps one event at a time, and says what it was for', async () => {
    const runner = await loaded();
    const simulation = await inNode();
    for (let event = 1; event <= 50; event++) {
      const { futures, nowNs } = await asked(runner, 'advanced', { ask: 'step' });
      await simulation.step(1);
      expect(futures[0]!.events).toBe(event);
      expect(nowNs).toBe(simulation.nowNs);
      expect(futures[0]!.lastEvent).toBe(simulation.look().lastEvent);
      expect(futures[0]!.lastEvent).toMatch(/^(vcpu|core|vm|arbiter|control|client|sample|publication)/);
    }
  });

  it('names the events as the log does', async () => {
    const simulation = await inNode([...SHORT, 'log={from: 0us, until: 2ms, events: 1000}']);
    const seen: unknown[] = [];
    while (seen.length < 200) {
      await simulation.step(1);
      const { timeNs, lastEvent } = simulation.look();
      seen.push([timeNs, lastEvent]);
    }
    expect(seen).toEqual(
      simulation
        .eventLog()!
        .events.slice(0, 200)
        .map(({ timeNs, entity }) => [timeNs, entity]),
    );
  });

  it('tells of no move before its command goes out, and of each that went out', async () => {
    const set = ['duration=4ms', 'costs.pollPerVm=200us']; // a round of decisions takes 400 us
    const runner = await loaded(set);
    const simulation = await inNode(set);
    const told: string[] = [];
    const issued = new Set<string>();
    let ahead = 0;
    for (let toNs = 0; toNs < 4e6;) {
      const { futures, nowNs } = await advance(runner, (toNs += 20_000), 10_000);
      for (const { core, to, decidedAtNs } of futures[0]!.moves) {
        expect(decidedAtNs).toBeLessThanOrEqual(nowNs);
        told.push(`${core} ${to} ${decidedAtNs}`);
      }
    }
    // what every event leaves
    while (!simulation.done) {
      await simulation.step(1);
      const { timeNs, cores } = simulation.look();
      cores.forEach(({ vm, target, decidedAtNs }, core) => {
        if (decidedAtNs > timeNs) ahead += 1;
        else if (target >= 0) issued.add(`${core} ${target} ${decidedAtNs}`);
        else if (vm >= 0 && decidedAtNs > 0) issued.add(`${core} ${vm} ${decidedAtNs}`);
      });
    }
    expect(ahead).toBeGreaterThan(0);
    expect(told.length).toBeGreaterThan(5);
    expect(new Set(told).size).toBe(told.length);
    expect(told.filter((one) => !issued.has(one))).toEqual([]);
  });

  it('says of each core that no VM gets what it is kept for', async () => {
    const example = (name: string): string =>
      readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url), 'utf8');
    const keptIn = async (name: string, set: readonly string[] = []): Promise<(string | undefined)[]> => {
      const { about } = await asked(new Runner(() => compileCore()), 'loaded', load(example(name), set));
      return Array.from({ length: about.hostCores }, (_, core) => keptFor(about, about.cores, core));
    };
    const vms = (count: number): undefined[] => Array.from({ length: count }, () => undefined);
    expect(await keptIn('upgrade-under-load')).toEqual([...vms(10), 'polls', 'memory', 'memory']);
    expect(await keptIn('upgrade-under-load', ['mechanism=static'])).toEqual([...vms(11), 'memory', 'memory']);
    // two cores for memory and one for the datapath, as its result counts them
    expect(await keptIn('serverless-host')).toEqual([...vms(11), 'polls', 'memory', 'memory', 'packets']);
    expect(keptLine(11, 'memory')).toMatch(/^Core 11 is kept for memory: .*\. No VM runs on it\.$/);
  });

  it('shows all instances of functions as one VM', async () => {
    const text = readFileSync(new URL('../../examples/serverless-host.yaml', import.meta.url), 'utf8');
    const set = ['duration=120ms', 'warmup=10ms'];
    const runner = new Runner(() => compileCore());
    const { about } = await asked(runner, 'loaded', load(text, set));
    expect(about.vms.map(({ name }) => name)).toEqual(['small', 'large', 'batch', 'functions']);
    const { futures } = await advance(runner, 100e6, 100_000, true);
    const simulation = await Simulation.create(parseScenario(text, { set }).scenario);
    await simulation.runUntil(100e6);
    const { vms, cores } = simulation.look();
    const held = vms.slice(3).reduce((sum, vm) => sum + vm.held, 0);
    expect(vms.length).toBeGreaterThan(4);
    expect(futures[0]!.held.at(-1)).toBe(held);
    expect(cores.filter(({ vm }) => vm >= 3).length).toBeGreaterThan(0);
    const shown = futures[0]!.cores.slice(-cores.length);
    cores.forEach(({ vm, target }, core) => expect(vmOf(shown[core]!)).toBe(Math.min(vm < 0 ? target : vm, 3)));
    const [done] = futures[0]!.completed!.slice(-1);
    expect(done).toBe(vms.slice(3).reduce((sum, vm) => sum + vm.completed, 0));
  });

  it('explains a move: who asked, each step, and how long they took together', async () => {
    const runner = await loaded();
    const { about } = await asked(runner, 'loaded', load(BURSTS));
    const { futures } = await advance(runner, 2_000_000, 3333);
    const move = futures[0]!.moves.find(
      ({ from, to, decidedAtNs }) => from === 1 && to === 0 && decidedAtNs > 1_800_000,
    )!;
    const { explanation } = await asked(runner, 'explained', {
      ask: 'explain',
      future: 0,
      core: move.core,
      atNs: move.decidedAtNs + 20_000,
    });
    const seen = explanation.move!;
    expect(seen).toMatchObject({ from: 1, to: 0, issuedAtNs: move.decidedAtNs });
    expect(seen.asked!.waiting).toBeGreaterThan(0);
    expect(seen.asked!.event).toBe('arbiter');
    expect(seen.phases.map(({ step }) => step)).toEqual([
      'notify',
      'preempt',
      'suspend',
      'deschedule',
      'wake',
      'enter',
      'none',
    ]);
    // from its command on it takes what the scenario says that the steps cost
    const { costs } = parseScenario(BURSTS).scenario;
    const steps = costs.notify + costs.preempt + costs.suspend + costs.deschedule + costs.wake + costs.dispatch;
    expect(seen.doneAtNs! - seen.issuedAtNs).toBe(steps);
    const said = explained(about, explanation);
    expect(said.why).toMatch(
      /^It went to api because \d+ tasks waited there, the oldest for .* in a round of the arbiter/,
    );
    expect(said.steps).toHaveLength(8);
  });

  it('writes the timeline of what is shown, as a run that is watched does', async () => {
    const runner = await loaded();
    await advance(runner, 1_200_000, 1000);
    const window = { fromNs: 900_000, untilNs: 1_100_000 };
    const got = await asked(runner, 'timeline', { ask: 'timeline', future: 0, ...window });
    const pieces: Uint8Array[] = [];
    await (await inNode()).timeline((piece) => void pieces.push(piece.slice()), window);
    expect(got).toMatchObject(window);
    expect(Buffer.compare(got.bytes, Buffer.concat(pieces))).toBe(0);
    expect(got.bytes.length).toBeGreaterThan(10_000);
    // of a second future, from the fork on at most
    await asked(runner, 'forked', { ask: 'fork', set: ['mechanism=static'] });
    await advance(runner, 1_300_000, 1000);
    const second = await asked(runner, 'timeline', { ask: 'timeline', future: 1, fromNs: 0, untilNs: 1_250_000 });
    expect(second).toMatchObject({ fromNs: 1_200_000, untilNs: 1_250_000 });
  });

  it('tells a trace of pages from one of arrivals, and has the curve that the library has', async () => {
    const text = `page,write\n${Array.from({ length: 3000 }, (_, i) => `${(i * i) % 97},0`).join('\n')}\n`;
    const bytes = new TextEncoder().encode(text);
    expect(pageFormatOf('some.csv', bytes)).toBe('csv');
    expect(pageFormatOf('a.oracleGeneral.zst', new Uint8Array(24))).toBe('oracleGeneral');
    expect(pageFormatOf('arrivals.csv', new TextEncoder().encode('arrival,page\n1,2\n'))).toBeUndefined();
    expect(pageFormatOf('notes.txt', bytes)).toBeUndefined();
    expect(isOfArrivals('"arrival",service')).toBe(true);
    expect(isOfArrivals('arrivals,service')).toBe(false);
    expect(await headerOf(new Uint8Array(gzipSync('arrival,service\n1,2\n')))).toBe('arrival,service');
    const runner = new Runner(() => compileCore());
    const file = { name: 'some.csv', bytes };
    const { curve } = await asked(runner, 'curve', { ask: 'curve', file, format: 'csv', samplingRate: 1 });
    expect(curve).toEqual(await missRatioCurve('some.csv', { files: memoryHost({ 'some.csv': text }), format: 'csv' }));
    expect(curve.points.length).toBeGreaterThan(10);
  });

  it('refuses in the words of the command line', async () => {
    const runner = new Runner(() => compileCore());
    const text = BURSTS.replace('cores: 17', 'cores: none').replace('mean: 10us', 'mean: soon');
    const refused = await asked(runner, 'refused', load(text));
    let message = '';
    try {
      parseScenario(text, { file: 'bursts.yaml', set: SHORT });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(refused.lines.join('\n')).toBe(message);
    expect(refused.lines).toHaveLength(2);
    expect(refused.places).toEqual([8, 20]);
  });

  it('holds a scenario from a link to limits, and reads no file', async () => {
    const runner = new Runner(() => compileCore());
    const huge = await asked(runner, 'refused', load(BURSTS, ['host.cores=5000', 'vms.0.count=2000'], true));
    expect(huge.lines.join(' ')).toMatch(/host\.cores: given 5000, expected at most 1024/);
    expect(huge.lines.join(' ')).toMatch(/vms: given 2001/);
    await asked(runner, 'loaded', load(BURSTS, ['host.cores=1024'], true));
    const trace = BURSTS.replace(
      /arrivals: \{ process: onoff.*\}/,
      'arrivals: { process: trace, file: /etc/passwd, format: csv }',
    );
    await asked(runner, 'loaded', load(trace, [], true));
    const without = await runner.answer({ ask: 'advance', toNs: 1e6, columnNs: 1e6, budgetMs: 100, point: false });
    expect(without).toMatchObject({ answer: 'refused' });
    expect((without as Of<'refused'>).lines[0]).toMatch(/passwd.*the name of no file/);
    expect(MOST_MEMORY_BYTES).toBeLessThan(2 ** 30);
    // backlog without end: memory grows until the limit stops it
    const flood = [
      'limits.tasks=30000000',
      'vms.0.workload.arrivals.onRate=1e9',
      'vms.0.workload.arrivals.offRate=1e9',
      'duration=1s',
    ];
    await asked(runner, 'loaded', load(BURSTS, flood, true));
    let last: Answer = await runner.answer({ ask: 'advance', toNs: 1, columnNs: 20_000, budgetMs: 100, point: false });
    for (let i = 0; i < 100 && last.answer === 'advanced'; i++)
      last = await runner.answer({ ask: 'advance', toNs: 1e9, columnNs: 20_000, budgetMs: 100, point: false });
    expect(last).toMatchObject({ answer: 'failed' });
    expect((last as Of<'failed'>).line).toMatch(/from a link may take 512 MiB/);
  });
});

describe('a histogram since an earlier state', () => {
  it('holds what came since', () => {
    const all = Histogram.create(7);
    for (const value of [5, 100, 1000]) all.record(value);
    const before = Histogram.merge([all]);
    for (const value of [40, 50, 60_000]) all.record(value);
    const since = all.since(before);
    expect(since.count).toBe(3);
    expect(since.sum).toBe(60_090n);
    expect(since.quantile(0.5)).toBe(50);
    expect(since.quantile(1)).toBeGreaterThan(59_000);
    expect(since.quantile(1)).toBeLessThanOrEqual(60_000);
    expect(all.since(all).count).toBe(0);
    expect(() => before.since(all)).toThrow(/earlier state/);
  });
});
