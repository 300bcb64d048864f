// Lessons on the page: a student says who he is, gets his numbers, answers, and sees which answers are right; the scenario opens above.
// A worker of its own computes what is right, so what plays goes on playing.

import { LESSONS } from '../lessons/index.js';
import { toleranceText, writeAnswer, writtenOf } from '../lessons/written.js';
import type { Grades, LessonAsked } from '../lessons/grade.js';
import { h } from './dom.js';
import { complaint, Link } from './link.js';
import type { Ask } from './protocol.js';

/** Of one that cannot be read too: what one would be. */
function verdictOf({ given, right, unread, hint }: Grades['questions'][number]): string {
  if (unread !== undefined) return `✕ cannot be read: expected ${unread.expected}`;
  if (given === null) return '';
  return right ? '✓ right' : `✕ not right: ${hint ?? ''}`;
}

export class LessonsPanel {
  private readonly link = new Link();
  private lesson: LessonAsked | undefined;
  /** Questions that are under way: none is answered that nobody waits for any more. */
  private asking = 0;
  private inputs: HTMLInputElement[] = [];
  private marks: HTMLElement[] = [];
  private readonly student = h('input', { id: 'student', type: 'text', autocomplete: 'off', maxlength: 200 });
  private readonly which = h(
    'select',
    { id: 'lesson' },
    ...LESSONS.map(({ name, title }) => h('option', { value: name }, `${name}: ${title}`)),
  );
  private readonly said = h('p', { class: 'lines', role: 'status' });
  private readonly questions = h('ol', { class: 'questions' });
  private readonly about = h('p');
  private readonly grade = h('button', { type: 'button', onclick: () => void this.ask(false) }, 'Grade');
  private readonly show = h('button', { type: 'button', onclick: () => void this.ask(true) }, 'Show the answers');
  private readonly asked = h(
    'div',
    { hidden: true },
    this.about,
    this.questions,
    h('p', { class: 'row' }, this.grade, this.show),
  );
  readonly element = h(
    'form',
    { class: 'lessons', onsubmit: (event) => this.submit(event) },
    h('label', { for: 'student' }, 'Your name, or any text: it makes your numbers'),
    this.student,
    h('label', { for: 'lesson' }, 'Lesson'),
    this.which,
    h('p', { class: 'row' }, h('button', {}, 'Begin')),
    this.asked,
    this.said,
  );

  constructor(private readonly onScenario: (text: string, file: string) => void) {}

  /** Return in a question's field grades; anywhere else it begins. */
  private submit(event: Event): void {
    event.preventDefault();
    if (this.inputs.includes(document.activeElement as HTMLInputElement)) void this.ask(false);
    else void this.begin();
  }

  private async begin(): Promise<void> {
    const [name, student] = [this.which.value, this.student.value];
    this.stop();
    const answer = await this.answerTo({ ask: 'lesson', name, student, answers: [], show: false });
    if (answer === undefined) return;
    if (answer.answer !== 'lesson') {
      this.said.textContent = complaint(answer);
      return;
    }
    const { lesson } = answer;
    this.lesson = lesson;
    this.about.textContent = lesson.about;
    this.inputs = [];
    this.marks = [];
    this.questions.replaceChildren(...lesson.questions.map((question) => this.questionOf(question)));
    this.asked.hidden = false;
    this.said.textContent = `The scenario of ${lesson.student} stands above: run it, change it, and answer here.`;
    this.onScenario(lesson.scenario, `${lesson.name}.yaml`);
  }

  /** Whatever is computed is left: the lesson is closed, or another begins. */
  stop(): void {
    if (this.asking === 0) return;
    this.link.stop('');
    this.said.textContent = '';
  }

  /** Undefined where it was stopped meanwhile. */
  private async answerTo(ask: Extract<Ask, { ask: 'lesson' }>) {
    this.asking++;
    const answer = await this.link.ask(ask);
    this.asking--;
    return answer.answer === 'failed' && answer.line === '' ? undefined : answer;
  }

  private questionOf(question: LessonAsked['questions'][number]): HTMLElement {
    const { number, ask } = question;
    const id = `answer-${number}`;
    const input = h('input', { id, type: 'text', autocomplete: 'off', 'aria-describedby': `${id}-hint ${id}-mark` });
    const mark = h('span', { id: `${id}-mark`, class: 'mark' });
    // what is changed is not graded any more
    input.addEventListener('input', () => mark.replaceChildren());
    this.inputs.push(input);
    this.marks.push(mark);
    const hint = h('span', { id: `${id}-hint`, class: 'hint' }, `${writtenOf(question)}; ${toleranceText(question)}`);
    return h('li', {}, h('label', { for: id }, ask), input, hint, mark);
  }

  private async ask(show: boolean): Promise<void> {
    if (this.lesson === undefined) return;
    const { name, student } = this.lesson;
    const answers = this.inputs.flatMap(({ value }, i) => (value.trim() === '' ? [] : [`${i + 1}=${value}`]));
    if (answers.length === 0 && !show) {
      this.said.textContent = 'Answer a question first.';
      return;
    }
    this.said.textContent = 'Computing what is right …';
    const answer = await this.answerTo({ ask: 'lesson', name, student, answers, show });
    if (answer === undefined) return;
    if (answer.answer !== 'lesson') this.said.textContent = complaint(answer);
    else if (answer.grades !== null) this.tell(answer.grades, show);
  }

  private tell({ questions, right, of }: Grades, shown: boolean): void {
    questions.forEach((question, i) => {
      const { answer, because } = question;
      const told = answer === undefined ? '' : `${writeAnswer(answer, question)}: ${because!}`;
      const verdict = verdictOf(question);
      this.marks[i]!.textContent = [verdict, told].filter((part) => part !== '').join(' · ');
    });
    this.said.textContent =
      questions.every(({ given, unread }) => given === null && unread === undefined) && shown
        ? 'The answers.'
        : `${right} of ${of} right.`;
    this.element.dataset['right'] = String(right);
  }
}
