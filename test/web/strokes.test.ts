// A mechanism's line has the same dash and hue on the page as in reports, whatever stands beside it.
import { describe, expect, it } from 'vitest';
import { MECHANISM_KINDS } from '../../src/scenario/mechanisms.js';
import { mechanismHues } from '../../src/report/html/words.js';
import { mechanismStrokes } from '../../src/web/curve.js';

describe('lines of mechanisms', () => {
  it('are those of reports', () => {
    const hues = mechanismHues(MECHANISM_KINDS);
    for (const kinds of [MECHANISM_KINDS, [...MECHANISM_KINDS].reverse(), ['static', 'hyperflux']])
      for (const [kind, { hue, dash }] of mechanismStrokes(kinds))
        expect({ colour: `var(${hue})`, dash: dash.join(' ') }).toEqual(hues.get(kind));
    expect(mechanismStrokes(['cgroup', 'hyperflux']).get('hyperflux')).toEqual({ hue: '--m-hyperflux', dash: [] });
    expect(mechanismStrokes(['cgroup']).get('cgroup')!.dash).toEqual([2, 3]);
  });
});
