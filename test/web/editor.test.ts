// What the editor offers at a place of a scenario, while it is being written: the schema's fields that are not there yet, and the
// values that a field can have, told apart by the fields beside it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MECHANISM_KINDS, parseScenario, scenarioJsonSchema } from '../../src/index.js';
import { aboutAt, offersAt } from '../../src/web/editor/offers.js';
import type { Schema } from '../../src/web/editor/schema.js';

const schema: Schema = scenarioJsonSchema();
const BURSTS = readFileSync(new URL('../../src/web/scenarios/bursts.yaml', import.meta.url), 'utf8');

/** Bursts with a change in which `|` is the cursor. */
function offers(found: string, changed: string): { labels: string[]; taken: (label: string) => string } {
  expect(BURSTS).toContain(found);
  const whole = BURSTS.replace(found, changed);
  const at = whole.indexOf('|');
  const text = whole.replace('|', '');
  const { offers: all = [], from = 0, to = 0 } = offersAt(schema, text, at) ?? {};
  return {
    labels: all.map(({ label }) => label),
    taken: (label) => text.slice(0, from) + all.find((one) => one.label === label)!.insert + text.slice(to),
  };
}

describe('what the editor offers', () => {
  it('is fields that a mapping does not have yet, also between others and at its end', () => {
    const top = offers('seed: 1\n', 'seed: 1\n|\n').labels;
    expect(top).toEqual(expect.arrayContaining(['costs', 'fingerprint', 'series', 'log']));
    expect(top).not.toContain('duration');
    expect(offers('host:\n', 'host:\n  |\n').labels).toEqual(expect.arrayContaining(['sockets', 'smt', 'memory']));
    expect(offers('  - name: batch\n', '  - name: batch\n    pri|\n').labels).toContain('priority');
    expect(offers('host:\n', 'host:\n  |\n').labels).not.toContain('cores');
  });

  it('is of the kind that the fields beside it tell', () => {
    expect(offers('process: saturate, tasks: 64', 'process: poisson, |').labels).toEqual(['rate']);
    expect(offers('process: saturate, tasks: 64', '|').labels).toEqual(
      expect.arrayContaining(['process', 'file', 'clients']),
    );
    const knobs = offers('mechanism: hyperflux', 'mechanism:\n  kind: hyperflux\n  |').labels;
    expect(knobs).toContain('threshold');
    expect(knobs).not.toContain('kind');
    expect(offers('mechanism: hyperflux', 'mechanism:\n  kind: static\n  |').labels).not.toContain('threshold');
  });

  it('is the values of an enumeration, a constant of a kind and a flag', () => {
    expect(offers('mechanism: hyperflux', 'mechanism: |').labels.sort()).toEqual([...MECHANISM_KINDS].sort());
    expect(offers('mechanism: hyperflux', 'mechanism: { kind: sta| }').labels.sort()).toEqual(
      [...MECHANISM_KINDS].sort(),
    );
    expect(offers('class: best-effort', 'class: |').labels.sort()).toEqual(['best-effort', 'latency-critical']);
    expect(offers('seed: 1\n', 'fingerprint: |\n').labels).toEqual(['true', 'false']);
    expect(offers('process: saturate', 'process: |').labels).toEqual(
      expect.arrayContaining(['poisson', 'onoff', 'trace']),
    );
  });

  it('is nothing in comments, in names of people’s own and in numbers', () => {
    for (const [found, changed] of [
      ['seed: 1\n', 'seed: 1 # wa|\n'],
      ['name: api', 'name: |'],
      ['seed: 1\n', 'seed: |\n'],
      ['seed: 1\n', 'seed:|\n'],
    ] as const)
      expect(offers(found, changed).labels).toEqual([]);
  });

  it('makes a scenario that is read, when it is taken', () => {
    for (const [found, changed, label] of [
      ['class: best-effort', 'class: be|', 'best-effort'],
      ['mechanism: hyperflux', 'mechanism: hyper|', 'hyperflux'],
      ['process: onoff', 'process: on|', 'onoff'],
      ['warmup: 1ms', 'warm|: 1ms', 'warmup'],
    ] as const)
      expect(parseScenario(offers(found, changed).taken(label)).scenario).toEqual(parseScenario(BURSTS).scenario);
    expect(offers('seed: 1\n', 'seed: 1\nseri|\n').taken('series')).toContain('\nseries:\n  \n');
  });

  it('has a description for every field, and for each mechanism its own', () => {
    const { offers: all } = offersAt(schema, BURSTS.replace('seed: 1\n', '\n'), BURSTS.indexOf('seed: 1'))!;
    expect(all.filter(({ about }) => about === '')).toEqual([]);
    // a field that may be of many kinds is not told by all of theirs
    expect(all.filter(({ about }) => about.length > 400)).toEqual([]);
    expect(aboutAt(schema, BURSTS, BURSTS.indexOf('mechanism: ') + 2)?.about).toBe(
      'Who moves cores between VMs, when, and how: a name, or a name with knobs.',
    );
    const text = BURSTS.replace('mechanism: hyperflux', 'mechanism: ');
    const kinds = offersAt(schema, text, text.indexOf('mechanism: ') + 11)!.offers;
    expect(new Set(kinds.map(({ about }) => about)).size).toBe(MECHANISM_KINDS.length);
  });

  it('is said of a name that stands there', () => {
    expect(aboutAt(schema, BURSTS, BURSTS.indexOf('onRate') + 2)?.about).toMatch(/^Arrivals per second in a burst/);
    expect(aboutAt(schema, BURSTS, BURSTS.indexOf('hyperflux keeps'))).toBeUndefined();
  });
});
