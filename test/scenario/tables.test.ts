// A table in place of a scenario is told by what it is of, and by what takes it.
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/index.js';

const told = (text: string): string => {
  try {
    parseScenario(text, { file: 'given.csv' });
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('a table that is given as a scenario', () => {
  it('of page accesses names the command that replays them', () => {
    const line =
      'given.csv: given a table of page accesses, expected a scenario (host, vms); those are for fluxhost pages given.csv --format csv';
    expect(told('page,op,size\n3,set,15612\n')).toBe(line);
    expect(told('\uFEFFtime, "Address" ,op\r\n1,33,r\r\n')).toBe(line);
    // also where its text would be too much for a scenario
    expect(told(`page,op\n${'1,get\n'.repeat(1.5e6)}`)).toBe(line);
  });

  it('of arrivals names the field that replays them', () => {
    expect(told('arrival,service\n0,100\n')).toContain(
      'given a table of arrivals, expected a scenario (host, vms); a scenario replays it: arrivals: { process: trace',
    );
  });

  it('and nothing else is taken for one', () => {
    expect(told('time,what\n1,2\n')).toContain('expected a scenario: a YAML or JSON mapping');
    expect(told('{ page: 1, op: 2 }')).not.toContain('table');
    expect(told('# page,op\nversion: 1')).not.toContain('table');
  });
});
