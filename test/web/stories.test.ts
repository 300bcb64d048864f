// What a story claims is what happens: its numbers are those of the same run in Node, and not of one seed alone.
import { expect, it } from 'vitest';
import { parseScenario, Simulation, withFields, type Result } from '../../src/index.js';
import { story as cliffStory } from '../../src/web/stories/cliff.js';
import type { Seen } from '../../src/web/stories/story.js';
import { STORIES } from '../../src/web/stories/index.js';
import { story as lockStory } from '../../src/web/stories/lock.js';

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
