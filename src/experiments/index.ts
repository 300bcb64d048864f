// The experiments that `fluxhost reproduce` knows: a paper's headline results beside ours. Adding one is a folder here, whose
// index.ts exports `experiment`, and a row in this table; none is loaded before it is asked for. Parameters, `--set`, explain, --json,
// the summary table and the page of results follow from those.

import { QUESTION_NAMES } from './hyperflux/questions.js';
import type { Experiment } from './experiment.js';

export interface ExperimentEntry {
  readonly name: string;
  readonly title: string;
  /** What `NAME/PART` may name, where it can be run in parts. */
  readonly parts?: readonly string[];
  readonly load: () => Promise<Experiment>;
}

/** A module that exports `experiment`. */
const entry = (
  name: string,
  title: string,
  load: () => Promise<{ readonly experiment: Experiment }>,
  parts?: readonly string[],
): ExperimentEntry => ({
  name,
  title,
  load: async () => (await load()).experiment,
  ...(parts === undefined ? {} : { parts }),
});

export const EXPERIMENTS: readonly ExperimentEntry[] = [
  entry(
    'hyperflux',
    'HyperFlux: cores that move between VMs in microseconds (APSys 2025, arXiv:2608.12633)',
    () => import('./hyperflux/index.js'),
    QUESTION_NAMES,
  ),
  entry('taiji', 'Taiji: memory of a DPU, swapped under its feet (arXiv:2511.09936)', () => import('./taiji/index.js')),
  entry('vmem', 'Vmem: reserved memory, hot-upgradable (arXiv:2511.09961)', () => import('./vmem/index.js')),
  entry(
    'provisioning',
    'Provisioning: dormant VMs, cold starts and what warmth costs (APSys 2025, arXiv:2608.12633)',
    () => import('./provisioning/index.js'),
  ),
  entry('nexus', 'Nexus: serverless I/O out of the guests (arXiv 2604.06682)', () => import('./nexus/index.js')),
  entry(
    'nanvix',
    'Nanvix: a user VM a call, a system VM a tenant (arXiv 2604.11669)',
    () => import('./nanvix/index.js'),
  ),
  entry(
    'virtuoso',
    'Virtuoso: budgets of cycles for a datapath that tenants share (arXiv 2309.14016)',
    () => import('./virtuoso/index.js'),
    ['laws', 'pair', 'host'],
  ),
  entry(
    'yolofs',
    'YoloFS: files of a user under the hands of an agent (arXiv 2604.13536)',
    () => import('./yolofs/index.js'),
  ),
  entry('vcao', 'VCAO: looking for vulnerabilities as a game (arXiv 2604.08291)', () => import('./vcao/index.js')),
  entry(
    'verusage',
    'VeruSAGE: proofs by agents, insisting or changing (arXiv 2512.18436)',
    () => import('./verusage/index.js'),
  ),
  entry(
    'gil',
    'The GIL: how many threads for one lock, and whether a blocking ratio tells (arXiv 2601.10582)',
    () => import('./gil/index.js'),
    ['laws', 'controller'],
  ),
  entry(
    'temponet',
    'TempoNet: deadlines and orders by slack in bins (arXiv 2602.18109)',
    () => import('./temponet/index.js'),
    ['laws'],
  ),
  entry(
    'edgeflow',
    'EdgeFlow: the first answer of a model on a phone (arXiv 2604.09083)',
    () => import('./edgeflow/index.js'),
  ),
  entry(
    'pi-dlinear',
    "PI-DLinear: a GPU fleet's temperature, forecast with its balance of energy (arXiv 2605.04074)",
    () => import('./pi-dlinear/index.js'),
  ),
  entry(
    'valve',
    'Valve: offline work on a GPU that serves online requests (arXiv 2604.07874)',
    () => import('./valve/index.js'),
    ['laws', 'gpu'],
  ),
  entry('tierbpf', 'TierBPF: who may move up in tiered memory (arXiv 2604.12300)', () => import('./tierbpf/index.js')),
  entry('ptmt', 'PTMT: tiered memory tuned while it runs (arXiv 2604.12165)', () => import('./ptmt/index.js')),
  entry('clawvm', "ClawVM: an agent's prompt as memory (arXiv 2604.10352)", () => import('./clawvm/index.js')),
  entry(
    'periodic-space',
    'Periodic Space: systems in one table, by reaction and availability (arXiv 2604.12259)',
    () => import('./periodic-space/index.js'),
    ['laws'],
  ),
];
