// M/M/k in SimScript 1.0.37 (npm, MIT): an entity a request, a queue without limit and a resource of k units. It is made for
// browsers: between its time slices it asks for an animation frame, which a timer stands in for here. Its seize() skips delays
// below 0.001 time units, so the unit is the nanosecond. Keeps a mean of the sojourn times, no histogram.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
if (!('requestAnimationFrame' in globalThis))
  globalThis.requestAnimationFrame = (step) => globalThis.setImmediate(step);
const { Entity, EntityGenerator, Exponential, Queue, Simulation } = require('simscript');

export async function runSimscript({ servers, rate, meanNs, seed, requests }) {
  let arrived = 0;
  let completed = 0;
  let sojournNs = 0;
  const waiting = new Queue('waiting');
  const cores = new Queue('cores', servers);
  const service = new Exponential(meanNs, seed);
  class Request extends Entity {
    async script() {
      arrived++;
      const at = this.simulation.timeNow;
      await this.enterQueue(waiting);
      await this.enterQueue(cores);
      this.leaveQueue(waiting);
      await this.delay(service.sample());
      this.leaveQueue(cores);
      completed++;
      sojournNs += this.simulation.timeNow - at;
    }
  }
  class Host extends Simulation {
    onStarting(args) {
      super.onStarting(args);
      this.activate(new EntityGenerator(Request, new Exponential(1e9 / rate, seed + 1), requests));
    }
  }
  const host = new Host();
  await new Promise((resolve, reject) => {
    host.finished.addEventListener(resolve);
    Promise.resolve(host.start()).catch(reject);
  });
  return { arrived, completed, meanNs: sojournNs / completed };
}
