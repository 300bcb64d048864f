// The page: one loop asks the worker for the next columns, one draws what has come. Both go on by themselves; everything that a
// person does changes what the next question is.

import { h } from './dom.js';
import { Dropped, onDrop } from './dropped.js';
import { EXAMPLES } from './examples.js';
import { Extras } from './extras.js';
import { Explainer } from './explainer.js';
import { Happened } from './happened.js';
import { Futures, type Forked } from './futures.js';
import { columnOf, columnToEnd, Pace, RUSH_MS, stepOf } from './pace.js';
import type { Story } from './stories/story.js';
import { Tour } from './tour.js';
import { Help } from './help.js';
import { MOST_COMPUTING_MS } from './limits.js';
import { onKeys } from './keys.js';
import { complaint, Link } from './link.js';
import type { About, Advanced, Ask } from './protocol.js';
import { Settings } from './settings.js';
import { download, hashesOf, shareByAddress } from './leaving.js';
import { expectedOf, fromFragment } from './share.js';
import { Stage, type Selected } from './stage.js';
import { beforeNote } from './text-panel.js';
import { Toast } from './toast.js';
import { Transport, type Saved } from './transport.js';
import { instant } from './words.js';

export class App {
  private readonly link = new Link();
  private readonly transport: Transport;
  private readonly settings: Settings;
  private readonly happened: Happened;
  private readonly tour: Tour;
  private readonly explainer = new Explainer(
    this.link,
    () => this.happened,
    () => this.about,
  );
  private stage: Stage | undefined;
  private about: About | undefined;
  private readonly futures = new Futures();
  private nowNs = 0;
  private done = false;
  private playing = false;
  private toEnd = false;
  /** Simulated ns of a pixel of the strips: stays until somebody moves the speed. */
  private grainNs = 1;
  private busy = false;
  private stale = true;
  private readonly time = new Pace();
  private foreign = false;
  private loads = 0;
  private text = '';
  private file = '';
  private set: readonly string[] = [];
  private readonly dropped = new Dropped();
  private readonly extras = new Extras((text, file) => void this.openOwn(text, file, [], false));
  private readonly help = new Help();
  private readonly middle = h('div', { class: 'middle' });
  private readonly toast: Toast;

  constructor(private readonly root: HTMLElement) {
    this.transport = new Transport({
      onPlay: () => this.togglePlay(),
      onEvent: () => void this.step('event'),
      onMicrosecond: () => void this.step('microsecond'),
      onEnd: () => this.runOn(),
      onRestart: () => void this.reload(),
      onFork: () => void this.toggleFork(),
      onShare: () => void this.share(),
      onSave: (what) => void this.save(what),
      onSpeed: (speedNs) => (this.grainNs = columnOf(speedNs)),
      onHelp: () => this.help.open(),
    });
    this.toast = new Toast(this.transport.play);
    this.tour = new Tour(
      {
        open: (story, title) => this.openStory(story, title),
        fork: (set) => this.fork(set),
        beside: (beside) => this.beside(beside),
        seen: () => this.futures.seen,
        go: (speed) => {
          this.transport.speedNs = speed;
          this.play(!this.done);
        },
        stand: () => (this.playing = false),
        fail: (why) => this.fail(why),
      },
      matchMedia('(prefers-reduced-motion: reduce)').matches,
    );
    this.settings = new Settings(this.link, {
      onExample: (index) => void this.openExample(index, true),
      onChange: (set) => void this.fork(set),
      onRestart: (set) => void this.load(this.text, this.file, set, true),
      onText: (text) => void this.load(text, this.file, [], true),
    });
    this.happened = new Happened((future, core, atNs) => void this.explainer.explain(future, core, atNs));
    this.root.replaceChildren(
      this.transport.element,
      h('main', { class: 'layout' }, this.settings.element, this.middle, this.happened.element),
      h('div', { class: 'foot' }, this.toast.element, this.tour.element),
      this.help.element,
    );
    this.listen();
  }

  async start(): Promise<void> {
    requestAnimationFrame((now) => this.frame(now));
    if (await this.openFragment()) return;
    const { said } = this.toast; // of a link that holds none
    await this.tour.begin(0);
    if (said !== '') this.say(said, true);
  }

  /** Whether the address holds a scenario. It waits for a click: whoever follows a link has not asked to compute. */
  private async openFragment(): Promise<boolean> {
    const shared = await fromFragment(location.hash).catch((error: Error) => this.say(error.message, true));
    if (shared === undefined) return false;
    this.dropped.hold(shared);
    const empty = this.about === undefined ? this.middle : undefined;
    if (shared.pages === undefined) await this.openOwn(shared.text, 'shared.yaml', shared.set, true);
    else await this.extras.asked(shared, empty);
    return true;
  }

  private openOwn(text: string, file: string, set: readonly string[], foreign: boolean): Promise<void> {
    this.settings.example.value = 'own';
    this.pace(200e3);
    return this.load(text, file, set, false, foreign);
  }

  private listen(): void {
    addEventListener('hashchange', () => void this.openFragment());
    addEventListener('resize', () => this.redraw());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.redraw());
    onKeys({
      ' ': () => this.togglePlay(),
      '.': () => void this.step('event'),
      ',': () => void this.step('microsecond'),
      '0': () => void this.reload(),
      f: () => void this.toggleFork(),
      s: () => void this.share(),
      '?': () => this.help.open(),
      Escape: () => this.tour.end(),
      ...this.tour.keys,
    });
    onDrop((files) => void this.drop(files));
  }

  private redraw(): void {
    this.stage?.refresh();
    this.stale = true;
  }

  private readonly say = (line: string, stays = false): void => this.toast.say(line, stays);

  // --- scenarios ---------------------------------------------------------------------------------------------------

  private async openExample(index: number, play: boolean): Promise<void> {
    const example = EXAMPLES[index] ?? EXAMPLES[0]!;
    this.settings.example.value = String(EXAMPLES.indexOf(example));
    const mine = ++this.loads;
    const text = await example.load().catch((error: Error) => this.fail(error.message));
    if (text === undefined || mine !== this.loads) return; // another has been asked for meanwhile
    this.pace(example.speed);
    this.foreign = false;
    await this.load(text, example.name, [], play);
  }

  private async openStory({ scenario, speed, grainNs }: Story, title: string): Promise<boolean> {
    const { name, text } = scenario;
    this.settings.choose(name, title);
    this.pace(speed, grainNs);
    this.foreign = false;
    await this.load(text, name, [], false);
    this.middle.scrollIntoView({ block: 'nearest' }); // on a phone the stories lie far below
    return this.about !== undefined && this.text === text;
  }

  private pace(speedNs: number, grainNs = columnOf(speedNs)): void {
    this.transport.speedNs = speedNs;
    this.grainNs = grainNs;
  }

  private async load(
    text: string,
    file: string,
    set: readonly string[],
    play: boolean,
    foreign = this.foreign,
  ): Promise<void> {
    const mine = ++this.loads;
    this.tour.end();
    Object.assign(this, { playing: false, foreign, file });
    Object.assign(this.settings.text, { value: text, foreign, file });
    const answer = await this.link.ask({ ask: 'load', text, file, set, foreign, files: this.dropped.files });
    if (mine !== this.loads) return; // another has been asked for meanwhile
    if (answer.answer === 'refused') {
      this.settings.refuse(answer);
      if (this.about === undefined) this.middle.replaceChildren('Nothing runs: what is wrong stands beside the text.');
      return;
    }
    if (answer.answer === 'failed') {
      this.fail(answer.line);
      return;
    }
    const { about } = answer;
    Object.assign(this, { about, text, set });
    Object.assign(this.root.dataset, { nowNs: '0', loaded: mine });
    this.settings.show(about, set, file);
    this.happened.clear();
    const explain = (selected: Selected): void => {
      this.stale = true; // the frame around it
      this.explainer.select(selected);
    };
    this.stage = new Stage(about, explain, () => (this.stale = true));
    this.middle.replaceChildren(beforeNote(), this.tour.caption, this.stage.element, this.extras.element);
    this.extras.show({ about, text, file, set, foreign, files: this.dropped.files });
    this.futures.begin(about);
    Object.assign(this, { nowNs: 0, done: false, toEnd: false, stale: true, playing: play });
    this.time.begin();
    this.transport.fork.setAttribute('aria-pressed', 'false');
    this.say('');
  }

  private readonly reload = (): Promise<void> => this.load(this.text, this.file, this.set, true);

  private fail(line: string): void {
    this.play(false);
    this.say(line, true);
    if (this.about === undefined) this.middle.replaceChildren(h('p', { class: 'problems' }, line));
  }

  private async drop(given: readonly File[]): Promise<void> {
    this.say(''); // what was said of files before
    for (const file of given) {
      const { pages, run, said } = await this.dropped.take(file, this.text);
      if (pages !== undefined) await this.extras.trace(pages);
      if (run !== undefined) {
        this.settings.example.value = 'own';
        this.pace(this.transport.speedNs); // not in the columns of the story that stood here
        // whatever stands in a file is checked when it is read: a refusal names its line
        await this.load(run.text, run.file ?? this.file, run.file === undefined ? this.set : [], true);
      }
      if (said !== '') this.say(said, pages === undefined && run === undefined); // nothing came of it: it says why
    }
  }

  private togglePlay(): void {
    if (this.about === undefined) return;
    if (this.done) void this.reload();
    else if (this.playing || !this.tour.resume()) this.play(!this.playing);
  }

  private play(playing: boolean): void {
    Object.assign(this, { playing, toEnd: false, stale: true });
    if (playing) this.time.computedMs = 0;
  }

  private runOn(): void {
    if (this.about === undefined) return;
    this.tour.end();
    this.play(!this.done);
    this.toEnd = !this.done;
    if (this.done) this.say('This is the end: Restart (0) begins anew.');
  }

  private frame(now: number): void {
    requestAnimationFrame((next) => this.frame(next));
    const plays = this.playing && !this.done && !document.hidden;
    this.time.frame(now, plays ? this.transport.speedNs : undefined);
    if (plays && !this.busy) void this.advance(now);
    if (this.stale) this.draw();
  }

  private get columnNs(): number {
    return this.toEnd ? columnToEnd(this.about!.endNs) : this.grainNs;
  }

  private async advance(now: number): Promise<void> {
    const { nowNs, columnNs, time, tour } = this;
    const rush = this.toEnd ? 'end' : tour.opening ? 'opening' : undefined;
    const ask = time.next(now, { nowNs, endNs: this.about!.endNs, stopNs: tour.stopNs, columnNs, rush });
    if (ask === undefined) return;
    this.busy = true;
    const asked = performance.now();
    const answer = await this.link.ask(ask);
    this.busy = false;
    time.passed(answer.answer === 'advanced' ? answer.nowNs - this.nowNs : 0, performance.now() - asked);
    if (answer.answer !== 'advanced') {
      this.fail(complaint(answer));
      return;
    }
    this.take(answer);
    if (this.foreign && time.computedMs > MOST_COMPUTING_MS) {
      this.fail('Paused: a scenario from a link may compute for a minute, then the page asks. Play goes on.');
    }
    if (this.toEnd && this.playing && !this.done && performance.now() - now < RUSH_MS) void this.advance(now);
  }

  private take(answer: Advanced): void {
    if (answer.futures.length !== this.futures.count || this.about === undefined) return; // of before a fork or a load
    const { about } = this;
    this.nowNs = answer.nowNs;
    this.futures.take(answer);
    answer.futures.forEach(({ moves, movesLeftOut }, i) =>
      this.happened.add(about, moves, movesLeftOut, i, answer.futures.length > 1),
    );
    this.stale = true;
    void this.tour.at(this.nowNs);
    if (answer.done && !this.done) void this.finish();
  }

  private async finish(): Promise<void> {
    Object.assign(this, { playing: false, done: true, stale: true }); // what ran on to its end stays in sight whole
    const { loads } = this;
    const hashes = await hashesOf(this.link, this.futures.count);
    if (loads !== this.loads || !this.done) return; // another has been asked for meanwhile
    this.root.dataset['sha256'] = hashes.join(' ');
    const expected = expectedOf(this.dropped.shared, this.text, this.set);
    const said = this.settings.finish(hashes, expected);
    this.say(said, expected !== undefined);
  }

  private async step(what: 'event' | 'microsecond'): Promise<void> {
    if (this.about === undefined || this.done || this.busy) return;
    this.playing = false;
    this.busy = true;
    const answer = await this.link.ask(stepOf(what, this.nowNs));
    this.busy = false;
    if (answer.answer !== 'advanced') return;
    this.take(answer);
    const [first] = answer.futures;
    if (first !== undefined) this.happened.stepped(first.lastEvent, answer.nowNs, first.events);
  }

  // --- futures -----------------------------------------------------------------------------------------------------

  private async toggleFork(): Promise<void> {
    if (this.futures.forkedAtNs === undefined) {
      await this.fork([]);
      return;
    }
    await this.link.ask({ ask: 'unfork' });
    this.futures.unfork();
    this.settings.fork(undefined);
    this.transport.fork.setAttribute('aria-pressed', 'false');
    this.stale = true;
  }

  private async fork(set: readonly string[]): Promise<void> {
    if (this.about === undefined) return;
    if (this.nowNs === 0) return this.load(this.text, this.file, [...this.set, ...set], this.playing);
    const forked = await this.part({ ask: 'fork', set }, (answer) => this.futures.fork(answer, set));
    if (forked) this.say(`Two futures from ${instant(this.futures.forkedAtNs!)} on.`);
  }

  /** What a fork cannot change is otherwise from the begin. */
  private async beside({ set, names }: NonNullable<Story['beside']>): Promise<void> {
    await this.part({ ask: 'beside', set }, (answer) => this.futures.beside(names, { ...answer, atNs: 0 }));
  }

  private async part(ask: Extract<Ask, { ask: 'fork' | 'beside' }>, take: (forked: Forked) => void): Promise<boolean> {
    const answer = await this.link.ask(ask);
    if (answer.answer === 'refused') this.settings.refuse(answer);
    if (answer.answer !== 'forked') {
      this.say(complaint(answer), true);
      return false;
    }
    take(answer);
    this.settings.fork({ atNs: ask.ask === 'beside' ? 0 : answer.atNs, set: ask.set });
    this.transport.fork.setAttribute('aria-pressed', 'true');
    Object.assign(this, { done: false, stale: true });
    return true;
  }

  private async share(): Promise<void> {
    this.say(await shareByAddress({ text: this.text, set: this.set }));
  }

  private async save(what: Saved): Promise<void> {
    const { link, futures, stage, file, text } = this;
    const { commandOf } = this.settings;
    const failure = await download(link, what, futures.count, stage?.shownNs ?? [0, 0], { file, text, commandOf });
    if (failure !== undefined) this.fail(failure);
  }

  private draw(): void {
    this.stale = false;
    this.transport.show(this.nowNs, this.playing, this.done);
    const { nowNs, columnNs, playing } = this;
    const { forkedAtNs, differ } = this.futures;
    this.stage?.draw(this.futures.shown, { nowNs, columnNs, forkedAtNs, differ, playing });
    Object.assign(this.root.dataset, { nowNs, futures: this.futures.count, columnNs });
    // what was asked for before a pause comes after it
    this.root.dataset['stands'] = String(!this.playing && !this.busy);
  }
}
