// ClawVM (arXiv 2604.10352): an agent's prompt as virtual memory. Whether pages that must be there ever are not, by the budget, and what of
// that is the contract's and what the policy's. Rules: docs/clawvm.md.

import { fitted, floors, type Page } from '../../residency/prompt.js';
import { InputError } from '../../input/errors.js';
import { type Asked, type Claim, type ExperimentTable, experimentOf } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { pictured } from '../pictures.js';
import { percent } from '../words.js';
import { EXAMPLE, exampleFaults } from './example.js';
import { conversationOf } from './mooncake.js';
import { CLAWVM_PARAMETERS } from './parameters.js';
import { sessionPicture, sweepPicture } from './pictures.js';
import { pagesOf, POLICIES, type PolicyName, type Session, session, type Use, usesOf } from './session.js';

const SOURCE = 'arXiv 2604.10352, abstract; notes';
const COMMAND = 'fluxhost reproduce clawvm';
/** Of the tokens that all floors take. */
const RATIOS = [0.25, 0.5, 0.9, 0.99, 1, 1.01, 1.25, 1.5, 2, 4, 8] as const;

interface Swept {
  readonly ratio: number;
  readonly budget: number;
  readonly by: Readonly<Record<PolicyName, Session>>;
}

/** What is referred to, and when. */
interface Given {
  readonly pages: readonly Page[];
  readonly uses: readonly (readonly Use[])[];
  /** Pages that were too small to have levels, and drawn again, or left out where they are a trace's. */
  readonly tooSmall: number;
}

async function givenOf({ settings, files }: Asked): Promise<Given> {
  const trace = settings.text('trace');
  if (trace === '') {
    const { pages, drawnAgain } = pagesOf(settings);
    return { pages, uses: usesOf(settings, pages), tooSmall: drawnAgain };
  }
  if (files === undefined)
    throw new InputError({ path: 'trace', given: trace, expected: 'options.files to read it from' });
  const { pages, uses, leftOut } = await conversationOf(files, trace, settings);
  return { pages, uses, tooSmall: leftOut };
}

function sweep(settings: Settings, { pages, uses }: Given): Swept[] {
  const all = floors(pages);
  return RATIOS.map((ratio) => {
    const budget = Math.floor(ratio * all);
    const of = (policy: PolicyName): Session => session(settings, pages, uses, policy, budget);
    return {
      ratio,
      budget,
      by: {
        contract: of('contract'),
        'recent, with floors': of('recent, with floors'),
        'whole pages': of('whole pages'),
      },
    };
  });
}

const common = { unit: '', command: COMMAND } as const;
const share = ({ controllable, references }: Session): number => controllable / references;

function claims(
  { uses }: Given,
  isTraced: boolean,
  swept: readonly Swept[],
  own: Record<PolicyName, Session>,
): Claim[] {
  const made = isTraced
    ? 'what a reference needs, and what it changes, is drawn; blocks of a prompt stand for pages of an agent'
    : 'sizes and references are generated';
  const isStep = (policy: PolicyName): boolean =>
    swept.every(({ ratio, by }) => share(by[policy]) === (ratio >= 1 ? 0 : 1));
  const at = (ratio: number): Swept => swept.find((one) => one.ratio === ratio)!;
  const step = isStep('contract');
  return [
    {
      ...common,
      id: 'no-fault',
      claim: 'no fault that the policy could have avoided, whenever all floors fit',
      source: SOURCE,
      paper: '0',
      ours: `0.99 of the floors: ${percent(share(at(0.99).by.contract))} of the references; from 1 on ${percent(share(at(1).by.contract))}`,
      numbers: {
        unit: 'share',
        paper: { bound: '=', value: 0 },
        ours: [
          {
            where: 'floors fit',
            value: Math.max(...swept.filter(({ ratio }) => ratio >= 1).map(({ by }) => share(by.contract))),
          },
        ],
      },
      supported: step ? 'yes' : 'no',
      assumptions: [],
    },
    {
      ...common,
      id: 'contract-or-policy',
      claim: 'Is it the contract or the choice above it?',
      source: SOURCE,
      paper: 'left open',
      answer: isStep('recent, with floors')
        ? 'The contract: floors, and then whatever was used last, have the same step at the same budget.'
        : 'The choice: floors alone do not do it.',
      ours:
        `at twice the floors ${percent(share(at(2).by['recent, with floors']))} with floors and recency, ` +
        `${percent(share(at(2).by['whole pages']))} by whole pages`,
      supported: 'partly',
      assumptions: [made],
    },
    {
      ...common,
      id: 'refetches',
      claim: 'What does the choice above the floors save in fetches?',
      source: SOURCE,
      paper: 'left open',
      answer:
        own.contract.refetched <= own['recent, with floors'].refetched
          ? 'Tokens where they are worth most do no worse than tokens for what was used last.'
          : 'Tokens for what was used last save more fetches than tokens where they are worth most by kind and size alone.',
      ours: POLICIES.map((name) => `${name}: ${own[name].refetched + own[name].controllable}`).join(', '),
      supported: 'partly',
      assumptions: [made, 'utilities of the levels are assumed'],
    },
    {
      ...common,
      id: 'flush',
      claim: 'Are changes lost at resets and compactions?',
      source: SOURCE,
      paper: 'left open',
      answer:
        own.contract.flushMisses < own['whole pages'].flushMisses
          ? 'Only those that are rejected, where a reset or a compaction is one more time to save.'
          : 'As many as without: none was under way.',
      ours: `${own.contract.flushMisses} with it, ${own['whole pages'].flushMisses} without, of ${uses.length} turns, with compactions after ${own.contract.compactions} and ${own['whole pages'].compactions}`,
      supported: 'partly',
      assumptions: ['how often something is changed, saved, compacted, reset and not valid is assumed'],
    },
    {
      ...common,
      id: 'turn',
      claim: 'the policy takes less than 50 us a turn',
      source: SOURCE,
      paper: '< 50 us',
      ours: 'an experiment has no clock',
      supported: 'no',
      verdict: 'not testable here',
      assumptions: [],
    },
  ];
}

function tables(swept: readonly Swept[], own: Record<PolicyName, Session>): ExperimentTable[] {
  const drawn = [
    {
      question: 'When does an agent find less than the floor of a page?',
      title: 'References that find less than the floor, by the budget over all floors',
      head: ['budget over floors', 'tokens', ...POLICIES],
      rows: swept.map(({ ratio, budget, by }) => [
        String(ratio),
        String(budget),
        ...POLICIES.map((name) => percent(share(by[name]))),
      ]),
    },
    {
      title: 'A session',
      question: 'What does each policy fetch again, and lose?',
      head: ['policy', 'below the floor', 'fetched again', 'tools called again', 'compactions', 'lost', 'rejected'],
      rows: POLICIES.map((name) => [
        name,
        ...(['controllable', 'refetched', 'duplicateCalls', 'compactions', 'flushMisses', 'rejected'] as const).map(
          (which) => String(own[name][which]),
        ),
      ]),
    },
  ];
  return pictured(drawn, [sweepPicture, sessionPicture]);
}

function checked(settings: Settings): void {
  const [compressed, structured] = [settings.number('compressed'), settings.number('structured')];
  if (structured >= compressed)
    refuse([{ path: 'structured', given: structured, expected: `less than compressed, which is ${compressed}` }]);
  const [pointer, size] = [settings.number('pointer'), settings.number('size')];
  if (settings.text('trace') === '' && pointer >= size * structured)
    refuse([
      {
        path: 'pointer',
        given: pointer,
        expected: `less than the ${Number((size * structured).toPrecision(6))} tokens that a page of the mean size has structured`,
      },
    ]);
}

export const experiment = experimentOf(CLAWVM_PARAMETERS, async (asked) => {
  const { settings } = asked;
  checked(settings);
  const given = await givenOf(asked);
  const { pages, uses } = given;
  const budget = settings.number('budget');
  const of = (policy: PolicyName): Session => session(settings, pages, uses, policy, budget);
  const own = {
    contract: of('contract'),
    'recent, with floors': of('recent, with floors'),
    'whole pages': of('whole pages'),
  };
  const swept = sweep(settings, given);
  return {
    claims: claims(given, settings.text('trace') !== '', swept, own),
    tables: tables(swept, own),
    figures: {
      floors: floors(pages),
      pages: pages.length,
      tooSmall: given.tooSmall,
      session: Object.fromEntries(POLICIES.map((name) => [name, { ...own[name] }])),
      sweep: swept.map(({ ratio, budget: tokens, by }) => ({
        ratio,
        budget: tokens,
        ...Object.fromEntries(POLICIES.map((name) => [name, share(by[name])])),
      })),
    },
    laws: {
      example: {
        floors: floors(EXAMPLE),
        full: EXAMPLE.reduce((sum, { sizes }) => sum + sizes[0]!, 0),
        at1000: { levels: fitted(EXAMPLE, 1000).levels, tokens: fitted(EXAMPLE, 1000).tokens },
        faults: Object.fromEntries(
          [400, 419, 420, 4000, 8250].map((tokens) => [String(tokens), { ...exampleFaults(tokens) }]),
        ),
      },
    },
  };
});
