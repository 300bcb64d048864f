// Random search over a policy with three parameters, judged on two scenarios of the suite; what it finds is held against the default on
// workloads of a seed that the search has not seen.
//
//   node examples/judge/random-search.mjs
//
// An optimiser or a language model takes the place of `drawn`: `judge` answers a score, its parts, and a sentence on the worst stretch.
import { pathToFileURL } from 'node:url';

/** Numbers in [0, 1) that follow from a seed (mulberry32). */
function stream(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A VM gets so many cores for each waiting task, and some more, once the oldest has waited so long. */
export const policyOf = ({ thresholdNs, perTask, more }) => ({
  coresWanted(view, vm) {
    if (view.oldestDelayNs(vm) < thresholdNs) return 0;
    return Math.max(0, Math.ceil(perTask * view.waiting(vm)) + more - view.coresComing(vm));
  },
});

/** As the package's own policy has it. */
export const DEFAULT = { thresholdNs: 10_000, perTask: 1, more: 0 };

const drawn = (next) => ({
  thresholdNs: Math.round(next() * 20) * 1000,
  perTask: Math.ceil(next() * 8) / 8,
  more: Math.floor(next() * 3),
});

/** The best of `rounds` draws, and both on the held-out workloads. */
export async function search(judge, { rounds = 12, seed = 1, heldOut = 20_261_129, ...options } = {}) {
  const next = stream(seed);
  const asked = { only: ['bursts', 'colocation'], replications: 1, straight: true, ...options };
  let best = { parameters: DEFAULT, ...(await judge(policyOf(DEFAULT), asked)) };
  const first = best;
  for (let round = 0; round < rounds; round++) {
    const parameters = drawn(next);
    const found = await judge(policyOf(parameters), asked);
    if (found.verdict === 'scored' && found.score > best.score) best = { parameters, ...found };
  }
  const held = async ({ parameters }) => (await judge(policyOf(parameters), { ...asked, heldOut })).heldOut;
  const told = async (found) => ({
    parameters: found.parameters,
    score: found.score,
    heldOut: await held(found),
    why: found.worst?.why,
  });
  return { first: await told(first), best: await told(best) };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { judge } = await import('fluxhost');
  const { first, best } = await search(judge);
  for (const [name, one] of Object.entries({ default: first, found: best })) {
    console.log(`${name}: ${JSON.stringify(one.parameters)}`);
    console.log(`  score ${one.score.toFixed(4)}, held-out ${one.heldOut.toFixed(4)}`);
    console.log(`  ${one.why}`);
  }
}
