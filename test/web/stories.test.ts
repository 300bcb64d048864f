// What a story claims is what happens: its numbers are those of the same run in Node, and not of one seed alone.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseScenario, Simulation, withFields, type Result } from '../../src/index.js';
import { STORIES } from '../../src/web/stories.js';

const LOCK = readFileSync(new URL('../../src/web/scenarios/lock.yaml', import.meta.url), 'utf8');

type Locks = NonNullable<Result['vms'][number]['locks']>;

/** The futures of the story's fork, at its last instant. */
async function futures(seed: number): Promise<[Locks, Locks]> {
  const { captions } = STORIES.find(({ scenario }) => scenario === 'lock.yaml')!;
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
  const { text } = STORIES.find(({ scenario }) => scenario === 'lock.yaml')!.captions.at(-1)!;
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
