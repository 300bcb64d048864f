// What an example's comment says in numbers is what the example gives.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseScenario, Simulation, type Result } from '../../src/index.js';

/** Comments in one line. */
const commentsOf = (text: string): string =>
  text
    .split('\n')
    .flatMap((line) => /^\s*#\s?(.*)/.exec(line)?.[1] ?? [])
    .join(' ')
    .replaceAll(/\s+/g, ' ');

async function run(text: string, set: readonly string[] = []): Promise<Result> {
  const simulation = await Simulation.create(parseScenario(text, { set }).scenario);
  await simulation.run();
  return simulation.metrics();
}

const share = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`;

it('deadlines.yaml: how many are missed, by order and by the cost of a decision', async () => {
  const text = readFileSync('examples/deadlines.yaml', 'utf8');
  const missed = async (set: readonly string[]): Promise<[number, string]> => {
    const { deadlines } = (await run(text, set)).vms[0]!;
    return [deadlines!.missed, share(deadlines!.missed, deadlines!.missed + deadlines!.met)];
  };
  const said = commentsOf(text);
  expect((await missed([]))[0]).toBe(0);
  expect(said).toContain('(`edf`) none is missed');
  expect(said).toContain(`first out misses ${(await missed(['vms.0.order=fifo']))[1]}`);
  expect(said).toContain(`and ${(await missed(['vms.0.order.decision.base=100us']))[1]} are missed`);
});

it('taiji-quiet.yaml: how many pages come in, and hardly one waits for another', async () => {
  const text = readFileSync('examples/taiji-quiet.yaml', 'utf8');
  const { memory } = await run(text);
  const hundreds = Math.round(memory.swapIns! / 100) * 100;
  expect(commentsOf(text)).toContain(`${hundreds.toLocaleString('en')} swap-ins in 40 s`);
});
