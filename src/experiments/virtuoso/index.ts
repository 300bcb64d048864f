// Virtuoso (arXiv 2309.14016): a datapath that tenants share, with budgets of cycles. Whether budgets keep a victim's tail short where an
// aggressor's packets are dear, what packet and byte limits do instead, and how many cores silos take. Rules: docs/virtuoso.md.

import type { Discipline } from '../../server/run.js';
import { type Asked, type Claim, type ExperimentResult, type ExperimentTable, experimentOf } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { times } from '../words.js';
import { cyclesOf, type Point, runPair, type Silos, silos } from './datapath.js';
import { hosts } from './host.js';
import { laws } from './laws.js';
import { lossOf } from './loss.js';
import { VIRTUOSO_PARAMETERS } from './parameters.js';
import { pictured } from '../pictures.js';
import { byCostPicture, silosPicture } from './pictures.js';

const SOURCE = 'arXiv 2309.14016, abstract';
const COMMAND = 'fluxhost reproduce virtuoso';
const CLAIMED_TAIL = 7.8;
const CLAIMED_EFFICIENCY = 3;
const CLAIMED_LOSS = 0.05;

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const us = (value: number | null): string => (value === null ? '' : `${value.toFixed(1)} us`);

function check(settings: Settings): void {
  const problems: Parameters<typeof refuse>[0][number][] = [];
  const need = (path: string, holds: (value: number) => boolean, expected: string): void => {
    const wrong = settings.list(path).find((text) => !holds(Number(text)));
    if (wrong !== undefined) problems.push({ path, given: wrong, expected });
  };
  need('costs', (cost) => cost >= 1 && cost <= 1e9, 'cycles from 1 to 1e9: a packet costs something');
  need('burst.duties', (duty) => duty > 0 && duty <= 1, 'shares above 0, up to 1');
  need('burst.tenants', (count) => Number.isInteger(count) && count >= 2 && count <= 64, 'whole numbers from 2 to 64');
  const stages = settings.list('stages');
  if (new Set(stages).size < stages.length)
    problems.push({ path: 'stages', given: stages.join(','), expected: 'each stage once' });
  const workers = settings.number('workers');
  if ([...settings.list('disciplines'), settings.text('discipline')].includes('siloed') && workers % 2 !== 0)
    problems.push({
      path: 'workers',
      given: workers,
      expected: 'an even number where silos are among the disciplines: each of two tenants has a half',
    });
  const period = cyclesOf(settings, settings.number('period'));
  if (period < 2)
    problems.push({
      path: 'period',
      given: settings.number('period'),
      expected: `at least two cycles of the clock, of which it is ${period}`,
    });
  const packets = (settings.number('duration') / 1000) * settings.number('clock');
  for (const who of ['victim', 'aggressor'])
    if (packets / settings.number(`${who}.gap`) > 1e9)
      problems.push({
        path: 'duration',
        given: settings.number('duration'),
        expected: `at most 1e9 packets of a tenant (${who}.gap, clock)`,
      });
  if (workers + 3 > settings.number('host.cores'))
    problems.push({
      path: 'host.cores',
      given: settings.number('host.cores'),
      expected: `at least workers (${workers}) and three for the VMs`,
    });
  refuse(problems);
}

async function sweep(settings: Settings, module?: WebAssembly.Module): Promise<Point[]> {
  const points: Point[] = [];
  const own = settings.number('aggressor.cost');
  const costs = settings.list('costs').map(Number);
  const disciplines = settings.list('disciplines') as Discipline[];
  for (const discipline of disciplines)
    for (const cost of costs.includes(own) ? costs : [...costs, own].toSorted((a, b) => a - b))
      points.push(await runPair(settings, discipline, cost, module));
  return points;
}

interface Ratio {
  readonly cost: number;
  readonly value: number;
}

/** How many times as long the victim's p99 is under the one as under the other, by the aggressor's cost. */
function ratios(points: readonly Point[], over: string, under: string): Ratio[] {
  return points.flatMap(({ discipline, cost, p99Us }) => {
    const other = points.find((point) => point.discipline === under && point.cost === cost)?.p99Us;
    return discipline !== over || p99Us === null || !other ? [] : [{ cost, value: p99Us / other }];
  });
}

const best = (list: readonly Ratio[]): Ratio => list.reduce((a, b) => (b.value > a.value ? b : a));
const median = (list: readonly Ratio[]): number =>
  list.map(({ value }) => value).toSorted((a, b) => a - b)[(list.length - 1) >> 1]!;

function tailClaim(settings: Settings, points: readonly Point[]): Claim[] {
  const found = ratios(points, 'fifo', 'cycles');
  const own = found.find(({ cost }) => cost === settings.number('aggressor.cost'));
  if (own === undefined) return [];
  const most = best(found);
  const least = Math.min(...found.map(({ value }) => value));
  return [
    {
      id: 'tail',
      claim: "how many times lower a victim's tail is under budgets of cycles than without",
      source: SOURCE,
      paper: `up to ${CLAIMED_TAIL}x`,
      ours: `${times(own.value)} at ${own.cost} cycles an aggressor's packet; up to ${times(most.value)} (at ${most.cost}), median ${times(median(found))} over the costs`,
      unit: '',
      numbers: {
        unit: 'ratio',
        paper: { bound: '≤', value: CLAIMED_TAIL },
        ours: [{ where: '', value: own.value, reach: { kind: 'range', low: least, high: most.value } }],
      },
      supported: 'partly',
      verdict: most.value >= CLAIMED_TAIL ? 'reachable' : 'not reached',
      assumptions: [
        'costs of packets, loads and the length of the queue are assumed',
        `a queue of ${settings.number('queue')} packets: where it fills, its length makes the tail without budgets`,
      ],
      command: COMMAND,
    },
  ];
}

/** Packet and byte limits against cycles where costs differ sixteen-fold or more; and where they do not, the control. */
function limitsClaim(settings: Settings, points: readonly Point[]): Claim[] {
  const victim = settings.number('victim.cost');
  const names = ['packets', 'bytes'].filter((name) => points.some(({ discipline }) => discipline === name));
  const all = names.flatMap((name) => ratios(points, name, 'cycles'));
  const dear = all.filter(({ cost }) => cost >= 16 * victim);
  const same = all.filter(({ cost }) => cost <= victim);
  if (dear.length === 0) return [];
  const worst = best(dear);
  const control = same.length === 0 ? null : best(same).value;
  return [
    {
      id: 'limits',
      claim: 'limits in packets or bytes do not isolate where costs differ',
      source: SOURCE,
      paper: 'cycles are needed',
      ours: `the victim's p99 under ${names.join(' and ')} is ${times(worst.value)} that under cycles at ${worst.cost} cycles an aggressor's packet${control === null ? '' : `, ${times(control)} at equal cost`}`,
      unit: '',
      supported: 'partly',
      verdict:
        worst.value >= 2
          ? 'reachable'
          : `refuted under costs up to ${Math.max(...dear.map(({ cost }) => cost))} cycles`,
      assumptions: [
        "packet and byte limits are worth the same share of a core as those of cycles, by the victim's packets",
      ],
      command: COMMAND,
    },
  ];
}

function lossClaim(settings: Settings, loss: { readonly policy: number; readonly accounting: number }): Claim {
  const total = loss.policy + loss.accounting;
  return {
    id: 'throughput',
    claim: 'throughput that budgets cost where both tenants would fill the datapath with packets of one kind',
    source: SOURCE,
    paper: 'within 5 %',
    ours: `${percent(total)}: ${percent(loss.policy)} by who is served, ${percent(loss.accounting)} for telling a batch's cycles`,
    unit: '',
    numbers: { unit: 'share', paper: { bound: '≤', value: CLAIMED_LOSS }, ours: [{ where: '', value: total }] },
    supported: 'partly',
    verdict: total <= CLAIMED_LOSS ? 'reachable' : 'not reached',
    assumptions: [
      `${settings.number('accounting')} cycles a batch to tell its cycles; caches and locks are not modelled`,
    ],
    command: COMMAND,
  };
}

function silosClaim(settings: Settings, found: readonly Silos[]): Claim[] {
  const known = found.filter((one) => one.factor !== null);
  if (known.length === 0) return [];
  const factors = known.map(({ factor }) => factor!).toSorted((a, b) => a - b);
  const most = known.find(({ factor }) => factor === factors.at(-1))!;
  const middle = factors[(factors.length - 1) >> 1]!;
  return [
    {
      id: 'silos',
      claim: 'how many times fewer cores a shared datapath takes than silos, under bursts',
      source: SOURCE,
      paper: `${CLAIMED_EFFICIENCY}x`,
      ours: `up to ${times(most.factor!)} (${most.tenants} tenants that are on ${percent(most.duty)} of the time: ${most.siloed} cores against ${most.shared}), median ${times(middle)} over tenants and duties`,
      unit: '',
      numbers: {
        unit: 'ratio',
        paper: { bound: '=', value: CLAIMED_EFFICIENCY },
        ours: [{ where: '', value: middle, reach: { kind: 'range', low: factors[0]!, high: most.factor! } }],
      },
      supported: 'partly',
      verdict: most.factor! >= CLAIMED_EFFICIENCY ? 'reachable' : 'not reached',
      assumptions: [
        `bursts, objective (p99 of ${settings.number('burst.slo')} us, ${percent(settings.number('burst.loss'))} lost) and boost (${settings.number('burst.boost')}) are assumed`,
        'a silo is one core or several for one tenant',
      ],
      command: COMMAND,
    },
  ];
}

function tables(settings: Settings, points: readonly Point[], found: readonly Silos[]): ExperimentTable[] {
  const disciplines = settings.list('disciplines');
  const costs = [...new Set(points.map(({ cost }) => cost))];
  const at = (discipline: string, cost: number): Point =>
    points.find((point) => point.discipline === discipline && point.cost === cost)!;
  const duties = settings.list('burst.duties');
  const drawn = [
    {
      title: `p99 of the victim's packets by the aggressor's cost, ${settings.number('workers')} workers`,
      question: 'How long do the victim’s packets take, by what the aggressor’s cost?',
      head: ['cycles', ...disciplines],
      rows: costs.map((cost) => [String(cost), ...disciplines.map((name) => us(at(name, cost).p99Us))]),
    },
    {
      title: "The victim's packets that are dropped",
      question: 'How many of the victim’s packets are dropped?',
      head: ['cycles', ...disciplines],
      rows: costs.map((cost) => [String(cost), ...disciplines.map((name) => percent(at(name, cost).victimDropped))]),
    },
    {
      title: `Silos' cores over those of a shared datapath, until p99 passes ${settings.number('burst.slo')} us`,
      question: 'How many cores do silos take for one of a shared datapath?',
      head: ['tenants', ...duties.map((duty) => `on ${percent(Number(duty))}`)],
      rows: settings.list('burst.tenants').map((count) => [
        count,
        ...duties.map((duty) => {
          const one = found.find((each) => each.tenants === Number(count) && each.duty === Number(duty))!;
          return one.factor === null ? 'none does' : times(one.factor);
        }),
      ]),
    },
  ];
  const draws = [byCostPicture('p99 of the victim’s packets'), byCostPicture('packets dropped'), silosPicture];
  return pictured(drawn, draws);
}

async function all({ settings, module }: Asked) {
  const points = await sweep(settings, module);
  const found: Silos[] = [];
  for (const tenants of settings.list('burst.tenants').map(Number))
    for (const duty of settings.list('burst.duties').map(Number))
      found.push(await silos(settings, { tenants, duty }, module));
  const loss = await lossOf(settings, module);
  return {
    claims: [
      ...tailClaim(settings, points),
      ...limitsClaim(settings, points),
      lossClaim(settings, loss),
      ...silosClaim(settings, found),
    ],
    tables: tables(settings, points, found),
    figures: {
      sweep: points.map((point) => ({ ...point })),
      silos: found.map((one) => ({ ...one })),
      loss: { ...loss },
    },
    laws: await laws(settings, module),
  };
}

/** One run of the two tenants. */
async function one({ settings, module }: Asked) {
  const point = await runPair(
    settings,
    settings.text('discipline') as Discipline,
    settings.number('aggressor.cost'),
    module,
  );
  return { claims: [], tables: [], figures: { ...point } };
}

export const experiment = experimentOf(VIRTUOSO_PARAMETERS, async (asked): Promise<ExperimentResult> => {
  check(asked.settings);
  if (asked.part === 'pair') return one(asked);
  if (asked.part === 'host') return hosts(asked);
  if (asked.part === 'laws') return { claims: [], tables: [], laws: await laws(asked.settings, asked.module) };
  return all(asked);
});
