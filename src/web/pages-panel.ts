// A page trace that was dropped: how often a page is missing at every size of memory, by a worker of its own.

import { shellWord } from '../input/shell-word.js';
import { formatCount } from '../report/units.js';
import type { MissRatioCurve } from '../pages/result.js';
import { colourOf, CurveView, dashOf } from './curve.js';
import { h } from './dom.js';
import { complaint, Link } from './link.js';
import type { DroppedFile } from './protocol.js';
import { pageFormatOf } from './page-format.js';
import type { Shared } from './share.js';
import { doneLine } from './words.js';

/** A longer trace is sampled. */
const EXACT_BYTES = 64 * 2 ** 20;
const SAMPLED = 0.05;

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/** Miss ratios of a policy by the pages that fit. */
type Ratios = Pick<MissRatioCurve, 'policy' | 'points'>;
type Asked = Pick<Shared, 'expect'> & { readonly pages: NonNullable<Shared['pages']> };

export class PagesPanel {
  private readonly link = new Link();
  private readonly curve = new CurveView();
  private readonly said = h('p', { class: 'lines', role: 'status' });
  private readonly command = h('code', { class: 'command' });
  private readonly row = h('p', { class: 'row' });
  readonly element = h('div', {}, this.said, this.row, this.curve.element, this.command);

  private begin(said: string): void {
    this.said.textContent = said;
    this.row.replaceChildren();
    this.command.textContent = '';
    this.curve.element.hidden = true;
  }

  /** What a link asks of its trace: it waits for a click, as scenarios of links do. */
  ask(asked: Asked, file: DroppedFile): void {
    const { trace, policies, capacities, curves, mrc } = asked.pages;
    const replayed = policies.length === 0 ? [] : [`${policies.join(', ')} with ${capacities.join(', ')} of the pages`];
    const drawn = [...(mrc ? ['lru'] : []), ...curves];
    const what = [...replayed, ...(drawn.length === 0 ? [] : [`curves of ${drawn.join(', ')}`])].join('; ');
    this.begin(`This link asks what ${trace}, which lies in it, misses: ${what}.`);
    this.row.append(
      h('button', { type: 'button', id: 'replay', onclick: () => void this.replay(asked, file) }, 'Replay'),
    );
  }

  private async replay({ pages, expect }: Asked, file: DroppedFile): Promise<void> {
    this.begin('Replaying …');
    const answer = await this.link.ask({ ask: 'pages', question: pages, file });
    if (answer.answer !== 'paged') {
      this.said.textContent = complaint(answer);
      return;
    }
    const { runs, mrc = [] } = answer.result;
    const ofRuns = [...new Set(runs.map(({ policy }) => policy))].map((policy) => ({
      policy,
      points: runs.filter((run) => run.policy === policy),
    }));
    this.draw(
      [...ofRuns, ...mrc.map((one) => ({ ...one, policy: `${one.policy}, curve` }))],
      'Miss ratio over the pages that fit',
    );
    this.said.textContent = doneLine([answer.sha256], expect);
    this.element.dataset['sha256'] = answer.sha256;
  }

  private draw(all: readonly Ratios[], caption: string): void {
    this.curve.element.hidden = false;
    const x = [...new Set(all.flatMap(({ points }) => points.map(({ capacityPages }) => capacityPages)))];
    x.sort((a, b) => a - b);
    const none = x.map(() => null);
    const lines = all.map(({ policy, points }, i) => {
      const known = new Map(points.map(({ capacityPages, missRatio }) => [capacityPages, missRatio]));
      const mean = x.map((pages) => known.get(pages) ?? null);
      return { label: policy, colour: colourOf(`--kind-${1 + (i % 4)}`), dash: dashOf(i), mean, low: none, high: none };
    });
    const [xTitle, yTitle] = ['pages that fit', 'miss ratio'];
    this.curve.draw(
      { x, xTitle, yTitle, lines, logX: true, logY: false, formatX: formatCount, format: percent },
      caption,
    );
  }

  async show({ name, bytes }: DroppedFile): Promise<void> {
    const format = pageFormatOf(name, bytes)!;
    const samplingRate = bytes.length > EXACT_BYTES ? SAMPLED : 1;
    this.begin(`${name}: reading …`);
    const answer = await this.link.ask({ ask: 'curve', file: { name, bytes }, format, samplingRate });
    if (answer.answer !== 'curve') {
      this.said.textContent = complaint(answer);
      return;
    }
    const { points, sampled, sampledPages } = answer.curve;
    const mean = points.map(({ missRatio }) => missRatio);
    const half = points.find(({ missRatio }) => missRatio <= (Math.max(...mean) + Math.min(...mean)) / 2);
    this.said.textContent = `${name}: ${formatCount(sampledPages)} distinct pages${sampled ? ' in the sample' : ''}. ${
      half === undefined
        ? ''
        : `With ${formatCount(half.capacityPages)} of them resident half of what memory can save is saved: ${percent(half.missRatio)} of the requests miss.`
    }`;
    const range = `${percent(Math.max(...mean))} to ${percent(Math.min(...mean))}`;
    this.draw([answer.curve], `Miss ratio of LRU over the pages that fit, from ${range}`);
    const rate = sampled ? ` --shards ${samplingRate}` : '';
    const writes = format === 'csv' ? ' --write-column none' : '';
    this.command.textContent = `fluxhost pages ${shellWord(name)} --format ${format} --mrc${rate}${writes}`;
    this.element.dataset['points'] = JSON.stringify(points);
  }
}
