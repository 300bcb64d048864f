// What stands below the strips, closed until it is wanted, each part loaded when it is opened first: a sweep, a page trace.

import { h } from './dom.js';
import type { DroppedFile } from './protocol.js';
import type { PagesPanel } from './pages-panel.js';
import type { Source, SweepPanel } from './sweep-panel.js';

export class Extras {
  private source: Source | undefined;
  private sweep: SweepPanel | undefined;
  private pages: PagesPanel | undefined;
  private readonly sweepPart = h(
    'details',
    { class: 'extra', id: 'sweep' },
    h('summary', {}, 'Drag a range: load or cores'),
  );
  private readonly pagesPart = h(
    'details',
    { class: 'extra', id: 'pages', hidden: true },
    h('summary', {}, 'A page trace'),
  );
  readonly element = h('section', { class: 'extras', 'aria-label': 'Curves' }, this.sweepPart, this.pagesPart);

  constructor() {
    this.sweepPart.addEventListener('toggle', () => void this.toggleSweep());
  }

  /** Another scenario is there. */
  show(source: Source): void {
    this.source = source;
    if (this.sweepPart.open) this.sweep?.show(source);
  }

  private async toggleSweep(): Promise<void> {
    if (!this.sweepPart.open) {
      this.sweep?.stop();
      return;
    }
    if (this.source === undefined) return;
    const { SweepPanel: Panel } = await import('./sweep-panel.js');
    if (this.sweep === undefined) {
      this.sweep = new Panel(this.source);
      this.sweepPart.append(this.sweep.element);
    } else this.sweep.show(this.source);
  }

  /** A page trace has been dropped. */
  async trace(file: DroppedFile): Promise<void> {
    const { PagesPanel: Panel } = await import('./pages-panel.js');
    if (this.pages === undefined) {
      this.pages = new Panel();
      this.pagesPart.append(this.pages.element);
    }
    this.pagesPart.hidden = false;
    this.pagesPart.open = true;
    await this.pages.show(file);
    this.pagesPart.scrollIntoView({ block: 'nearest' });
  }
}
