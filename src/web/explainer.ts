// Asks why a core is where it is, and puts the answer at the right.

import type { Happened } from './happened.js';
import { complaint, type Link } from './link.js';
import type { About } from './protocol.js';
import type { Selected } from './stage.js';
import { keptLine } from './kept.js';

export class Explainer {
  constructor(
    private readonly link: Link,
    private readonly happened: () => Happened,
    private readonly about: () => About | undefined,
  ) {}

  select({ future, core, atNs, kept }: Selected): void {
    if (kept !== undefined) this.happened().note(keptLine(core, kept));
    else void this.explain(future, core, atNs);
  }

  async explain(future: number, core: number, atNs: number): Promise<void> {
    const about = this.about();
    const answer = await this.link.ask({ ask: 'explain', future, core, atNs });
    if (about === undefined || about !== this.about()) return; // another has been loaded meanwhile
    if (answer.answer === 'explained') this.happened().explain(about, answer.explanation);
    else this.happened().note(complaint(answer));
  }
}
