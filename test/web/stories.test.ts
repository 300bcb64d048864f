// What a story claims is what happens: its numbers are those of the same run in Node, and not of one seed alone.
import { expect, it } from 'vitest';
import { parseScenario, Simulation, withFields, type HostLook, type Result } from '../../src/index.js';
import { story as arbiterStory } from '../../src/web/stories/arbiter.js';
import { story as cliffStory } from '../../src/web/stories/cliff.js';
import { lookOf } from '../../src/web/folded.js';
import { story as gpuStory } from '../../src/web/stories/gpu.js';
import { story as serverlessStory } from '../../src/web/stories/serverless.js';
import { story as tiersStory } from '../../src/web/stories/tiers.js';
import { PROFILES } from '../../src/systems/gpu-profile.js';
import { readingMs, type Seen, type Story } from '../../src/web/stories/story.js';
import { STORIES } from '../../src/web/stories/index.js';
import { story as lockStory } from '../../src/web/stories/lock.js';
import { story as upgradeStory } from '../../src/web/stories/upgrade.js';

const LOCK = lockStory.scenario.text;

type Locks = NonNullable<Result['vms'][number]['locks']>;

/** The futures of the story's fork, at its last instant. */
async function futures(seed: number): Promise<[Locks, Locks]> {
  const { captions } = lockStory;
  const { atNs, fork } = captions.find((caption) => caption.fork !== undefined)!;
  const first = await Simulation.create(parseScenario(LOCK, { set: [`seed=${seed}`] }).scenario);
  await first.runUntil(atNs);
  const second = await first.fork(withFields(first.scenario, fork!));
  const locks: Locks[] = [];
  for (const simulation of [first, second]) {
    await simulation.runUntil(captions.at(-1)!.atNs);
    locks.push(simulation.metrics().vms[1]!.locks!);
  }
  return [locks[0]!, locks[1]!];
}

it('parks no holder where sections are finished, as its last sentence says', async () => {
  const [above, below] = await futures(1);
  const text = lockStory.captions.at(-1)!.text as string;
  const micro = (ns: number | null): string => `${(ns! / 1000).toFixed(1)} µs`;
  expect(below.holderPreemptions).toBe(0);
  expect(text).toContain(`a holder was parked ${above.holderPreemptions} times, below never`);
  expect(text).toContain(`${micro(above.meanWaitNs)} on average above and ${micro(below.meanWaitNs)} below`);
});

it('says nothing that another seed would deny', async () => {
  for (const seed of [2, 3, 4]) {
    const [above, below] = await futures(seed);
    expect(above.holderPreemptions).toBeGreaterThan(0);
    expect(below.holderPreemptions).toBe(0);
    expect(below.meanWaitNs!).toBeLessThan(above.meanWaitNs!);
  }
});

/** The two futures of the story at its last instant: of what a fork cannot change, so each from the begin. */
async function cliff(seed: number): Promise<Simulation[]> {
  const { beside, captions, scenario } = cliffStory;
  const { set } = beside!;
  const futures: Simulation[] = [];
  for (const changes of [[], set]) {
    const simulation = await Simulation.create(
      parseScenario(scenario.text, { set: [`seed=${seed}`, ...changes] }).scenario,
    );
    await simulation.runUntil(captions.at(-1)!.atNs);
    futures.push(simulation);
  }
  return futures;
}

it('shows a cliff of memory: what is touched fits above, and below the SSD is what requests wait for', async () => {
  for (const seed of [1, 2, 3]) {
    const [above, below] = (await cliff(seed)).map((simulation) => {
      const { vms, memory } = simulation.metrics();
      return { store: vms[0]!, memory: memory };
    });
    expect(above!.store.latencyNs.p99!).toBeLessThan(200_000);
    expect(below!.store.latencyNs.p99!).toBeGreaterThan(50 * above!.store.latencyNs.p99!);
    expect(above!.memory.faultShare!).toBeLessThan(0.01);
    expect(below!.memory.faultShare!).toBeGreaterThan(0.1);
    // pages, not cores: what waits for a core is a small part of what is there
    expect(below!.store.queueDelayNs.p99!).toBeLessThan(below!.store.latencyNs.p99! / 10);
  }
});

it('says of the cliff what it sees', () => {
  const { text } = cliffStory.captions.at(-1)!;
  const said = (text as (seen: readonly Seen[]) => string)([
    { latencyNs: [80_000], completed: [] },
    { latencyNs: [20e6], completed: [] },
  ]);
  expect(said).toMatch(/^p99 80\.0 µs above and 20\.0 ms below: 6 GiB less, 250 times as long\./);
});

it('shows an arbiter that is late: the burst is over below before a core has come', async () => {
  const { scenario, captions } = arbiterStory;
  const { atNs, fork } = captions.find((caption) => caption.fork !== undefined)!;
  const above = await Simulation.create(parseScenario(scenario.text).scenario);
  await above.runUntil(atNs);
  const below = await above.fork(withFields(above.scenario, fork!));
  const had: number[] = [];
  for (const simulation of [above, below]) {
    await simulation.runUntil(1_000_000); // the burst is from 800 us to here
    had.push(simulation.look().cores.filter(({ vm, doing }) => vm === 0 && doing === 'running').length);
  }
  expect(had[0]).toBeGreaterThan(8);
  expect(had[1]).toBe(0);
});

it('says of the upgrade what it does to latencies', async () => {
  const { scenario, captions } = upgradeStory;
  const simulation = await Simulation.create(parseScenario(scenario.text).scenario);
  const [, prepared, , last] = captions.map(({ atNs }) => atNs);
  await simulation.runUntil(prepared!);
  const before = simulation.metrics().vms[0]!.latencyNs;
  await simulation.runUntil(last!);
  const after = simulation.metrics().vms[0]!.latencyNs;
  expect(after.p99! / before.p99!).toBeLessThan(1.05);
  expect(after.max! / before.max!).toBeGreaterThan(10);
  const said = /some (\d+) ms/.exec(captions.at(-1)!.text as string)![1];
  expect(Math.round(after.max! / 1e6)).toBe(Number(said));
});

it('has a scenario for each story that its library takes, and instants in order within it', async () => {
  for (const { title, load } of STORIES) {
    const { scenario, captions, grainNs, speed, beside } = await load();
    const { durationNs, vms } = parseScenario(scenario.text, { set: beside?.set ?? [] }).scenario;
    expect(vms.length, title).toBeGreaterThan(0);
    const instants = captions.map(({ atNs }) => atNs);
    expect(instants, title).toEqual([...new Set(instants)].sort((a, b) => a - b));
    expect(instants.at(-1), title).toBeLessThan(durationNs);
    // the first picture has something to see on a phone and is no more than a screen: 60 to 1000 pixels
    expect(instants[0]! / grainNs, title).toBeGreaterThan(20);
    expect(instants[0]! / grainNs, title).toBeLessThan(1000);
    expect(speed / grainNs, title).toBeGreaterThan(10);
  }
});

it('takes half a minute to tell a story', async () => {
  for (const { title, load } of STORIES) {
    const { captions, speed } = await load();
    // the last sentence is what the reader goes on from, and the only one that what was seen may make
    const told = captions.slice(1).map(({ atNs, text }, i) => {
      const before = captions[i]!;
      const pace = i === 0 ? speed : (before.speed ?? speed);
      const last = i === captions.length - 2;
      return ((atNs - before.atNs) / pace) * 1000 + (last ? 0 : readingMs(text as string));
    });
    const seconds = told.reduce((sum, ms) => sum + ms, 0) / 1000;
    expect(seconds, title).toBeGreaterThan(20);
    expect(seconds, title).toBeLessThan(35);
  }
});

/** The futures of a story's fork, or from its begin, at its last instant: of each what its VMs have done since they are two. */
async function since(story: Story, seed: number) {
  const { beside, captions, scenario } = story;
  const { atNs, fork } = captions.find((caption) => caption.fork !== undefined) ?? { atNs: 0, fork: beside!.set };
  const first = await Simulation.create(parseScenario(scenario.text, { set: [`seed=${seed}`] }).scenario);
  await first.runUntil(atNs);
  const vms = first.scenario.vms.map((_, vm) => vm);
  const before = vms.map((vm) => first.latencies(vm));
  const changed = withFields(first.scenario, fork!);
  const futures = [first, atNs === 0 ? await Simulation.create(changed) : await first.fork(changed)];
  const looks: HostLook[] = [];
  for (const simulation of futures) {
    await simulation.runUntil(captions.at(-1)!.atNs);
    looks.push(lookOf(simulation));
  }
  const seen = futures.map((simulation): Seen => {
    const all = vms.map((vm) => simulation.latencies(vm).since(before[vm]!));
    return {
      latencyNs: all.map((one, vm) => one.quantile(simulation.scenario.vms[vm]!.slo?.quantile ?? 0.99)),
      completed: all.map(({ count }) => count),
    };
  });
  return { seen, looks, results: futures.map((simulation) => simulation.metrics()) };
}

it('shows cores that come too late for small, and none for batch, as functions come and go', async () => {
  const { seen, looks, results } = await since(serverlessStory, 1);
  const [above, below] = seen;
  expect(below!.latencyNs[0]!).toBeGreaterThan(50 * above!.latencyNs[0]!);
  expect([below!.completed[2], looks[1]!.vms[2]!.held]).toEqual([0, 0]);
  expect(above!.completed[2]).toBeGreaterThan(5000);
  // functions are one line of the page, and have had cores
  expect(looks[0]!.vms.map(({ name }) => name)).toEqual(['small', 'large', 'batch', 'functions']);
  expect(results[0]!.lifecycle!.cpuSeconds.task).toBeGreaterThan(0.05);
});

it('says that ten cores are on their way below when they are', async () => {
  const { atNs } = serverlessStory.captions[2]!;
  const set = [...serverlessStory.beside!.set];
  const simulation = await Simulation.create(parseScenario(serverlessStory.scenario.text, { set }).scenario);
  await simulation.runUntil(atNs);
  expect(simulation.look().cores.filter(({ doing }) => doing === 'waking')).toHaveLength(10);
});

it('serves tokens late where chat has one core, and by the GPU’s steps in both futures', async () => {
  const { seen, results } = await since(gpuStory, 1);
  expect(seen[1]!.latencyNs[0]!).toBeGreaterThan(2 * seen[0]!.latencyNs[0]!);
  const [above, below] = results.map(({ gpu }) => gpu!);
  expect(above).toEqual(below);
  expect(above!.tokens).toBeGreaterThan(50);
  // each 11 ms or so: a decode and the gap before it, but for the prompts between them
  const { gpu } = parseScenario(gpuStory.scenario.text).scenario;
  for (const [tokens, ms] of PROFILES[gpu!.profile]!)
    if (tokens <= gpu!.batch) expect(Math.round(ms + gpu!.gapNs / 1e6)).toBeOneOf([10, 11]);
});

it('lets the pages of store come up behind its working set, and more moves do not make it faster', async () => {
  const last = tiersStory.captions.at(-1)!.atNs;
  const at = async (atNs: number, ...set: string[]) => {
    const simulation = await Simulation.create(parseScenario(tiersStory.scenario.text, { set }).scenario);
    await simulation.runUntil(atNs);
    return { p99: simulation.latencies(0).quantile(0.99)!, result: simulation.metrics() };
  };
  for (const seed of [1, 2]) {
    const { seen, results } = await since(tiersStory, seed);
    const [above, below] = seen.map(({ latencyNs }) => latencyNs[0]!);
    expect(below!).toBeGreaterThan(1.25 * above!);
    expect(results.map(({ memory }) => memory.tier!.promotions > 500)).toEqual([true, false]);
    expect(seen[1]!.completed[1]!).toBeLessThan(seen[0]!.completed[1]!);
    const always = await at(last, `seed=${seed}`, 'host.memory.tier.admit=always');
    expect(always.p99).toBeGreaterThan(1.02 * above!);
    expect(always.result.memory.tier!.promotions).toBeGreaterThan(2 * results[0]!.memory.tier!.promotions);
    // store has the fewer than two cores' work that its requests are, and what slow touches add
    expect(results[1]!.vms[0]!.cpuSeconds.task / (last / 1e9)).toBeLessThan(2);
  }
  // as yet nearly alike, and not any more
  const still = 'host.memory.tier.detector=none';
  const early = [await at(20e6), await at(20e6, still)].map(({ p99 }) => p99);
  expect(Math.abs(early[1]! / early[0]! - 1)).toBeLessThan(0.1);
});
