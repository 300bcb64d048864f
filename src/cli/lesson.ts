// `fluxhost lesson [LESSON]`: exercises whose numbers follow from the student's name; answers are graded, and shown where asked for.

import { LESSONS, lessonFor } from '../lessons/index.js';
import { readAnswers } from '../lessons/answers.js';
import { type Grades, asAsked, grade } from '../lessons/grade.js';
import { toleranceText, writeAnswer, writtenOf } from '../lessons/written.js';
import type { Lesson } from '../lessons/lesson.js';
import { printable } from '../input/errors.js';
import { shellWord } from '../input/shell-word.js';
import { wrap } from '../report/table.js';
import { toStableJson } from '../result/json.js';
import { type CommandSpec, UsageError, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { writeAtomically } from './files.js';
import type { Io } from './io.js';

const spec: CommandSpec = {
  name: 'lesson',
  summary: 'Exercises on queueing, stealing, tails, overcommit and keep-alive, with numbers of your own.',
  positionals: [],
  optional: 'LESSON',
  options: {
    student: { value: 'NAME', help: 'whose numbers: any text; the same text has the same numbers everywhere' },
    save: { value: 'FILE', help: "writes the lesson's scenario there" },
    answer: { value: 'NUMBER=ANSWER', multiple: true, help: 'an answer to be graded, with its unit: 1=75% 3=2.5us' },
    show: { help: 'tells the right answers and how one gets there' },
    json: { help: 'prints lesson or grades as one JSON document' },
  },
  details:
    'Without LESSON the lessons are listed. The exit status is 3 where answers were graded and a question is not answered\n' +
    'rightly, so that a script can tell. One that cannot be read is not right; the others are graded.',
  examples: [
    'fluxhost lesson queueing --student ada --save queueing.yaml',
    'fluxhost lesson queueing --student ada --answer 1=75% --answer 5=6',
    'fluxhost lesson queueing --student ada --show',
  ],
};

const LINE = 100;

/** Paragraphs as wide as a page, their further lines under the first. */
const paragraph = (text: string, indent = ''): string =>
  wrap(text, LINE - indent.length).replaceAll('\n', `\n${indent}`);

function listed(): string {
  const width = Math.max(...LESSONS.map(({ name }) => name.length));
  const rows = LESSONS.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`);
  return `Lessons:\n${rows.join('\n')}\n\nfluxhost lesson ${LESSONS[0]!.name} --student NAME begins one\n`;
}

/** The command that goes on with the lesson. */
const command = ({ name, student }: Lesson): string => `fluxhost lesson ${name} --student ${shellWord(student)}`;

function told(lesson: Lesson, file: string | undefined): string {
  const { title, about, scenario, questions } = lesson;
  const asked = questions.map(
    (question, i) =>
      `  ${i + 1}  ${paragraph(question.ask, '     ')}\n     ${paragraph(`${writtenOf(question)}; ${toleranceText(question)}`, '     ')}`,
  );
  const where =
    file === undefined
      ? `The scenario (--save FILE writes it):\n\n${scenario.replace(/^(?=.)/gm, '  ')}`
      : `The scenario is in ${file}: fluxhost run ${file}`;
  return (
    `${title}\n\n${paragraph(about)}\n\n${where.trimEnd()}\n\n${asked.join('\n\n')}\n\n` +
    `${command(lesson)} --answer 1=… grades, --show tells the answers\n`
  );
}

function verdictOf(question: Grades['questions'][number]): string {
  const { given, right, unread, hint } = question;
  if (unread !== undefined)
    return paragraph(`${printable(unread.given)}: cannot be read, expected ${unread.expected}`, '     ');
  if (given === null) return 'not answered';
  return `${writeAnswer(given, question)}: ${right ? 'right' : `not right: ${hint ?? ''}`}`;
}

function graded(lesson: Lesson, { questions, right, of }: Grades, answered: boolean, file: string | undefined): string {
  const rows = questions.map((question) => {
    const { number, ask, answer, because } = question;
    const verdict = verdictOf(question);
    const lines = [`  ${number}  ${paragraph(ask, '     ')}`];
    if (answered) lines.push(`     ${verdict}`);
    if (answer !== undefined)
      lines.push(
        `     ${writeAnswer(answer, question)}: ${paragraph(because!.replaceAll('FILE', file ?? 'FILE'), '     ')}`,
      );
    return lines.join('\n');
  });
  const score = answered ? `${right} of ${of} right\n` : '';
  const save = file === undefined && questions.some(({ because }) => because !== undefined);
  return `${lesson.title}\n\n${rows.join('\n\n')}\n\n${score}${save ? 'FILE: what --save FILE writes\n' : ''}`;
}

export async function lesson(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(spec, args);
  if (given.help) {
    io.stdout(renderHelp(spec));
    return EXIT.done;
  }
  const name = given.optional();
  if (name === undefined) {
    const alone = ['student', 'save', 'answer'].filter((option) => given.list(option).length > 0);
    if (given.flag('show')) alone.push('show');
    if (alone.length > 0)
      throw new UsageError(spec.name, [
        `--${alone[0]}: a LESSON is missing: ${LESSONS.map((one) => one.name).join(', ')}`,
      ]);
    io.stdout(
      given.flag('json') ? toStableJson(LESSONS.map(({ name: of, title }) => ({ name: of, title }))) : listed(),
    );
    return EXIT.done;
  }
  const student = given.text('student');
  if (student === undefined) throw new UsageError(spec.name, ['--student is missing: any text, such as --student ada']);
  const asked = lessonFor(name, student);
  const answers = readAnswers(asked, given.list('answer'));
  const file = given.text('save');
  if (file !== undefined) await writeAtomically(file, asked.scenario);
  if (answers.size === 0 && !given.flag('show')) {
    io.stdout(given.flag('json') ? toStableJson(asAsked(asked)) : told(asked, file));
    return EXIT.done;
  }
  const grades = await grade(asked, answers, { show: given.flag('show') });
  io.stdout(given.flag('json') ? toStableJson(grades) : graded(asked, grades, answers.size > 0, file));
  return answers.size > 0 && grades.right < grades.of ? EXIT.assertionFailed : EXIT.done;
}
