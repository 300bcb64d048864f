// What is said of a file of arrivals that is dropped onto the page, and the scenario that replays it.
import { describe, expect, it } from 'vitest';
import { memoryHost, parseScenario, Simulation } from '../../src/index.js';
import { Dropped } from '../../src/web/dropped.js';

const drop = (name: string, text: string) => new Dropped().take(new File([text], name), '');

describe('arrivals that are dropped', () => {
  it('are said to be in ns, with service times where there are some, and run in the unit that the text has', async () => {
    const csv = 'arrival,service\n1,20\n15,20\n40,20\n';
    const { said, run } = await drop('us.csv', csv);
    expect(said).toContain('Arrivals and service times are taken as ns; arrivalUnit and serviceUnit');
    expect(run!.text).toContain('arrivalUnit: ns, serviceUnit: ns');
    expect(run!.text).toMatch(/# not what runs: the column service of the file is\n +- tasks: 1\n +service/);
    const p50 = async (text: string): Promise<number> => {
      const { scenario } = parseScenario(text);
      const simulation = await Simulation.create(scenario, { files: memoryHost({ 'us.csv': csv }) });
      await simulation.run();
      return simulation.metrics().vms[0]!.latencyNs.p50!;
    };
    expect(await p50(run!.text.replaceAll('Unit: ns', 'Unit: us'))).toBeGreaterThanOrEqual(20_000);
    expect(await p50(run!.text)).toBeLessThan(20_000);
  });

  it('without service times have the scenario’s', async () => {
    const { said, run } = await drop('plain.csv', 'arrival\n1\n15\n');
    expect(said).toContain('Arrivals are taken as ns; arrivalUnit in');
    expect(run!.text).toContain('format: csv, arrivalUnit: ns }');
    expect(run!.text).not.toMatch(/serviceUnit|not what runs/);
  });
});
