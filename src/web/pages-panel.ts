// A page trace that was dropped: how often a page is missing at every size of memory, by a worker of its own.

import { shellWord } from '../input/shell-word.js';
import { formatCount } from '../report/units.js';
import { colourOf, CurveView, dashOf } from './curve.js';
import { h } from './dom.js';
import { complaint, Link } from './link.js';
import type { DroppedFile } from './protocol.js';
import { pageFormatOf } from './page-format.js';

/** A longer trace is sampled. */
const EXACT_BYTES = 64 * 2 ** 20;
const SAMPLED = 0.05;

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

export class PagesPanel {
  private readonly link = new Link();
  private readonly curve = new CurveView();
  private readonly said = h('p', { class: 'lines', role: 'status' });
  private readonly command = h('code', { class: 'command' });
  readonly element = h('div', {}, this.said, this.curve.element, this.command);

  async show({ name, bytes }: DroppedFile): Promise<void> {
    const format = pageFormatOf(name, bytes)!;
    const samplingRate = bytes.length > EXACT_BYTES ? SAMPLED : 1;
    this.said.textContent = `${name}: reading …`;
    const answer = await this.link.ask({ ask: 'curve', file: { name, bytes }, format, samplingRate });
    this.curve.element.hidden = answer.answer !== 'curve';
    if (answer.answer !== 'curve') {
      this.said.textContent = complaint(answer);
      this.command.textContent = '';
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
    const none = mean.map(() => null);
    this.curve.draw(
      {
        x: points.map(({ capacityPages }) => capacityPages),
        xTitle: 'pages that fit',
        yTitle: 'miss ratio',
        lines: [{ label: 'lru', colour: colourOf('--vm-1'), dash: dashOf(0), mean, low: none, high: none }],
        logX: true,
        logY: false,
        formatX: formatCount,
        format: percent,
      },
      `Miss ratio of LRU over the pages that fit, from ${percent(Math.max(...mean))} to ${percent(Math.min(...mean))}`,
    );
    const rate = sampled ? ` --shards ${samplingRate}` : '';
    const writes = format === 'csv' ? ' --write-column none' : '';
    this.command.textContent = `fluxhost pages ${shellWord(name)} --format ${format} --mrc${rate}${writes}`;
    this.element.dataset['points'] = JSON.stringify(points);
  }
}
