// A scenario as short as it can be written is the same scenario, and has no field that could still go.

import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/scenario/canonical.js';
import { parseScenario } from '../../src/index.js';
import { shortestForm } from '../../src/scenario/shortest.js';

describe('shortestForm', () => {
  it.each(['burst', 'colocated', 'functions'])('%s: is the same scenario in far fewer fields', (name) => {
    const { scenario } = parseScenario(readFileSync(new URL(`../../examples/${name}.yaml`, import.meta.url), 'utf8'));
    const text = stringify(shortestForm(scenario));
    expect(canonicalJson(parseScenario(text).scenario)).toBe(canonicalJson(scenario));
    expect(text.split('\n').length).toBeLessThan(110);
    expect(text).not.toContain('fingerprint');
  });

  it('keeps a default that somebody changed, alone of its group', () => {
    const given = `
version: 1
duration: 1ms
host: { cores: 4 }
mechanism: hyperflux
costs: { notify: 7us, preempt: 2us }
vms:
  - name: a
    vcpus: { min: 1, max: 2 }
    workload:
      arrivals: { process: poisson, rate: 1000 }
      request: { stages: [{ tasks: 1, service: { dist: constant, value: 10us } }] }
`;
    const { scenario } = parseScenario(given);
    expect(shortestForm(scenario)['costs']).toEqual({ notify: '7us' });
  });
});
