// The table of parameters: complete, without doubles, and what docs/parameters.md says.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  defaultChoice,
  defaultNumber,
  defaultOf,
  findParameters,
  formatDefault,
  PARAMETERS,
  renderParametersMarkdown,
} from '../../src/scenario/parameters.js';
import { parseDuration, parseSize } from '../../src/scenario/quantities.js';

describe('the table of parameters', () => {
  it('has every path once', () => {
    expect(new Set(PARAMETERS.map(({ path }) => path)).size).toBe(PARAMETERS.length);
  });

  it.each(PARAMETERS.map((parameter) => [parameter.path, parameter] as const))(
    '%s has meaning, source and a default of its unit',
    (path, parameter) => {
      expect(path.endsWith(parameter.name)).toBe(true);
      expect(parameter.meaning).toMatch(/\.$/);
      expect(parameter.source.length).toBeGreaterThan(10);
      if (parameter.unit === 'ns') expect(parseDuration(formatDefault(parameter))).toBe(parameter.default);
      if (parameter.unit === 'bytes') expect(parseSize(formatDefault(parameter))).toBe(parameter.default);
      if (parameter.unit === 'bytes per second' && parameter.default !== 'no limit')
        expect(parseSize(formatDefault(parameter))).toBe(parameter.default);
      if (parameter.unit === 'choice') expect(parameter.choices).toContain(parameter.default);
      if (parameter.unit === 'yes or no') expect(typeof parameter.default).toBe('boolean');
    },
  );

  it('says "assumed" of everything without a source of its own', () => {
    const ours = PARAMETERS.filter(({ source }) => source.startsWith('a choice of this program'));
    expect(ours.length).toBeGreaterThan(0);
    expect(new Set(ours.map(({ confidence }) => confidence))).toEqual(new Set(['assumed']));
  });

  it('is found by path, by the end and by the beginning of one', () => {
    expect(findParameters('costs.stealCheck').map(({ path }) => path)).toEqual(['costs.stealCheck']);
    expect(findParameters('STEALCHECK').map(({ path }) => path)).toEqual(['costs.stealCheck']);
    expect(findParameters('interval').map(({ path }) => path)).toEqual([
      'mechanism.hotplug.interval',
      'mechanism.hyperflux.interval',
      'mechanism.microvm.interval',
      'mechanism.shenango.interval',
      'mechanism.caladan.interval',
      'mechanism.ditto.interval',
      'mechanism.blind.interval',
      'mechanism.nsdi22.interval',
      'host.memory.scan.interval',
      'series.interval',
    ]);
    expect(findParameters('mechanism.hotplug')).toHaveLength(8);
    expect(findParameters('nothing')).toEqual([]);
  });

  it('refuses a default that the program asks for wrongly', () => {
    expect(() => defaultOf('costs.nothing')).toThrow('no parameter has the path "costs.nothing"');
    expect(() => defaultNumber('mechanism.hyperflux.mode')).toThrow('is not a number');
    expect(() => defaultChoice('mechanism.hyperflux.mode', ['other'])).toThrow('is none of other');
  });

  it('is what docs/parameters.md shows (npm run docs prints it)', () => {
    expect(readFileSync(new URL('../../docs/parameters.md', import.meta.url), 'utf8')).toBe(renderParametersMarkdown());
  });
});
