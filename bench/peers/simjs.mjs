// M/M/k in simjs 2.0.3 (npm, MIT): its Facility with k servers, first come first served. In Node its module exports nothing and
// puts Sim on `window`, so there must be one while it loads. Keeps a mean of the sojourn times, no histogram.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const had = 'window' in globalThis;
if (!had) globalThis.window = {};
require('simjs');
const { Sim } = globalThis.window;
if (!had) delete globalThis.window;

export function runSimjs({ servers, rate, meanNs, seed, requests }) {
  const sim = new Sim.Sim();
  const random = new Sim.Random(seed);
  const facility = new Sim.Facility('cores', Sim.Facility.FCFS, servers);
  let arrived = 0;
  let completed = 0;
  let sojournNs = 0;
  class Source extends Sim.Entity {
    start() {
      this.arrive();
    }
    arrive() {
      if (arrived === requests) return;
      arrived++;
      const at = this.time();
      this.useFacility(facility, random.exponential(1 / meanNs)).done(() => {
        completed++;
        sojournNs += this.time() - at;
      });
      this.setTimer(random.exponential(rate / 1e9)).done(this.arrive);
    }
  }
  sim.addEntity(Source);
  sim.simulate(Number.MAX_SAFE_INTEGER);
  return { arrived, completed, meanNs: sojournNs / completed };
}
