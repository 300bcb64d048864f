// What stands below the strips, closed until it is wanted, each part loaded when it is opened first: a sweep, lessons, a page trace.

import { h } from './dom.js';
import type { LessonsPanel } from './lessons-panel.js';
import type { DroppedFile } from './protocol.js';
import type { PagesPanel } from './pages-panel.js';
import type { Shared } from './share.js';
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
  private readonly lessonsPart = h(
    'details',
    { class: 'extra', id: 'lessons' },
    h('summary', {}, 'Lessons with numbers of your own'),
  );
  private lessons: LessonsPanel | undefined;
  readonly element = h(
    'section',
    { class: 'extras', 'aria-label': 'Curves and lessons' },
    ...[this.sweepPart, this.lessonsPart, this.pagesPart],
  );

  /** `onScenario`: opens a lesson's scenario in the page. */
  constructor(private readonly onScenario: (text: string, file: string) => void) {
    this.lessonsPart.addEventListener('toggle', () => void this.openLessons());
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

  private async openLessons(): Promise<void> {
    if (!this.lessonsPart.open) this.lessons?.stop();
    if (!this.lessonsPart.open || this.lessons !== undefined) return;
    const { LessonsPanel: Panel } = await import('./lessons-panel.js');
    this.lessons = new Panel(this.onScenario);
    this.lessonsPart.append(this.lessons.element);
  }

  /** A page trace has been dropped. */
  async trace(file: DroppedFile): Promise<void> {
    await (await this.openPages()).show(file);
    this.pagesPart.scrollIntoView({ block: 'nearest' });
  }

  /** A link asks something of the trace in it. `empty`: where nothing else stands; this does alone, and the style hides the rest. */
  async asked({ pages, expect, files = {} }: Shared, empty: HTMLElement | undefined): Promise<void> {
    empty?.replaceChildren(this.element);
    const text = files[pages!.trace];
    const file = { name: pages!.trace, bytes: new TextEncoder().encode(text ?? '') };
    (await this.openPages()).ask({ pages: pages!, ...(expect === undefined ? {} : { expect }) }, file);
    this.pagesPart.scrollIntoView({ block: 'nearest' });
  }

  private async openPages(): Promise<PagesPanel> {
    const { PagesPanel: Panel } = await import('./pages-panel.js');
    if (this.pages === undefined) {
      this.pages = new Panel();
      // an address without a fragment is loaded anew
      const whole = h(
        'p',
        { class: 'whole' },
        h('a', { href: location.pathname }, 'The whole page: stories, scenarios, lessons'),
      );
      this.pagesPart.append(this.pages.element, whole);
    }
    this.pagesPart.hidden = false;
    this.pagesPart.open = true;
    return this.pages;
  }
}
