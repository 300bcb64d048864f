// Lessons: a student's numbers are the same everywhere and make a scenario that can be asked; formulas that are asked for are what the
// simulator gives; right answers are right, others are not.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { LESSONS, lessonFor } from '../../src/lessons/index.js';
import { hintOf, readAnswers } from '../../src/lessons/answers.js';
import { benchOf, grade } from '../../src/lessons/grade.js';
import { toleranceText, writeAnswer, writtenOf } from '../../src/lessons/written.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { captureIo } from '../cli/fake.js';
import { erlangC } from '../support/queueing.js';

const STUDENTS = Array.from({ length: 40 }, (_, i) => `s${i}`);
const names = LESSONS.map(({ name }) => name);
const folder = mkdtempSync(join(tmpdir(), 'fluxhost-lessons-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

async function cli(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(['lesson', ...args], io);
  return { status, out: io.out, err: io.err };
}

describe('a lesson for a student', () => {
  it.each(names)('%s: makes a scenario for everybody, other numbers for others, the same for the same', (name) => {
    const all = STUDENTS.map((student) => lessonFor(name, student));
    for (const { scenario, questions, student } of all) {
      expect(() => parseScenario(scenario), student).not.toThrow();
      expect(questions.length).toBeGreaterThanOrEqual(4);
    }
    expect(new Set(all.map(({ scenario }) => scenario)).size).toBe(STUDENTS.length);
    expect(lessonFor(name, ' s1 ').scenario).toBe(all[1]!.scenario);
  });

  it('has numbers that no machine and no year changes', () => {
    expect(Object.fromEntries(names.map((name) => [name, sha(lessonFor(name, 'Zoë').scenario)])))
      .toMatchInlineSnapshot(`
      {
        "keep-alive": "50cd55930ff0e438",
        "overcommit": "63ed901734f3a086",
        "queueing": "18e245fbfdf55f74",
        "stealing": "a8545ec6fde98f26",
        "tail": "c086ceb1ef663040",
      }
    `);
  });

  it('is refused without a name', () => {
    expect(() => lessonFor('queues', 'a')).toThrow('LESSON: given "queues", expected a lesson');
    expect(() => lessonFor('tail', '  ')).toThrow('student: given');
  });
});

describe('a share near the whole', () => {
  it('is graded by what is left to 100 %', async () => {
    const lesson = lessonFor('tail', 's1');
    const right = await lesson.questions[4]!.answer(benchOf(lesson));
    const verdict = async (percent: number): Promise<boolean> => {
      const given = readAnswers(lesson, [`5=${percent}%`]);
      return (await grade(lesson, given, { show: false, bench: benchOf(lesson) })).questions[4]!.right;
    };
    expect(right).toBeGreaterThan(99);
    // half as many are too late again: the same to one part in ten thousand, and wrong
    expect(await verdict(100 - 1.5 * (100 - right))).toBe(false);
    expect(await verdict(100 - 1.01 * (100 - right))).toBe(true);
  });
});

describe('what is asked as a formula is what the run gives', () => {
  const answersOf = async (name: string, student: string): Promise<number[]> => {
    const lesson = lessonFor(name, student);
    const bench = benchOf(lesson);
    const answers: number[] = [];
    for (const question of lesson.questions) answers.push(await question.answer(bench));
    return answers;
  };

  it('queueing: Erlang C as the laws of the core have it, and the mean wait of the run', async () => {
    for (const student of STUDENTS.slice(0, 2)) {
      const lesson = lessonFor('queueing', student);
      const { scenario } = parseScenario(lesson.scenario);
      const [busy, waits, mean] = await Promise.all(
        lesson.questions.slice(0, 3).map(async ({ answer }) => answer(benchOf(lesson))),
      );
      const k = scenario.host.cores;
      const a = (busy! / 100) * k;
      expect(waits! / 100).toBeCloseTo(erlangC(k, a / k), 10);
      const { queueDelayNs } = (await benchOf(lesson).run()).vms[0]!;
      expect(Math.abs(queueDelayNs.mean! / mean! - 1)).toBeLessThan(0.1); // a run of 2 s near saturation
    }
  });

  it('stealing: M/M/1 beside the run; free thieves bring the line for all back', async () => {
    const [formula, without, stolen, , factor] = await answersOf('stealing', 's3');
    expect(Math.abs(without! / formula! - 1)).toBeLessThan(0.1);
    expect(stolen!).toBeLessThan(without! / 2);
    expect(factor!).toBeGreaterThan(0.9);
    expect(factor!).toBeLessThan(1.3);
  });

  it('tail: the greatest of many, in the mean of the run', async () => {
    const lesson = lessonFor('tail', 's4');
    const { latencyNs } = (await benchOf(lesson).run()).vms[0]!;
    const mean = await lesson.questions[2]!.answer(benchOf(lesson));
    expect(Math.abs(latencyNs.mean! - mean)).toBeLessThan((5 * latencyNs.stddev!) / Math.sqrt(latencyNs.count));
  });

  it('keep-alive: e^(−λT) in the run', async () => {
    const [formula, run] = await answersOf('keep-alive', 's5');
    expect(Math.abs(run! / formula! - 1)).toBeLessThan(0.05);
  });

  it('overcommit: colder pages fault less, and the least memory is more than half', async () => {
    const lesson = lessonFor('overcommit', 's6');
    const bench = benchOf(lesson);
    const [sold, share, p99] = await Promise.all(lesson.questions.slice(0, 3).map(async ({ answer }) => answer(bench)));
    expect(sold!).toBeGreaterThan(1.1);
    expect(share!).toBeGreaterThan(0.1);
    expect(p99!).toBeGreaterThan((await bench.run()).vms[0]!.latencyNs.p99!);
  });
});

describe('grading', () => {
  it('takes each right answer as it is written, and no other', async () => {
    const lesson = lessonFor('tail', 'ada');
    const bench = benchOf(lesson);
    const values: number[] = [];
    for (const question of lesson.questions) values.push(await question.answer(bench));
    const texts = (factor: number): string[] =>
      lesson.questions.map((question, i) => {
        const off = question.unit === 'count' ? values[i]! + (factor === 1 ? 0 : 1) : values[i]! * factor;
        return `${i + 1}=${writeAnswer(off, question)}`;
      });
    const graded = async (some: readonly string[]) => grade(lesson, readAnswers(lesson, some), { bench });
    expect(await graded(texts(1))).toMatchObject({ right: 5, of: 5 });
    expect(await graded(texts(1.03).slice(0, 4))).toMatchObject({ right: 0, of: 5 });
    const one = await graded(texts(1).slice(1, 2));
    expect(one.questions.map(({ right, given }) => [right, given === null])).toEqual(
      lesson.questions.map((_, i) => [i === 1, i !== 1]),
    );
    expect(JSON.stringify(one)).not.toContain('because'); // answers are told only where asked for
  });

  it('grades the others where one cannot be read, and takes what is counted behind a number', async () => {
    const lesson = lessonFor('queueing', 'ada');
    const bench = benchOf(lesson);
    const [busy, waits] = await Promise.all(lesson.questions.slice(0, 2).map(async ({ answer }) => answer(bench)));
    const given = readAnswers(lesson, ['1=0.75', `2=${waits!.toFixed(1)} %`, '3=9', '5=3 servers']);
    const { right, questions } = await grade(lesson, given, { bench });
    expect(right).toBe(1);
    expect(questions.map(({ right: is, unread }) => [is, unread?.expected])).toEqual([
      [false, 'a share in per cent, such as 12.5%'],
      [true, undefined],
      [false, 'a duration with a unit (ns, us, ms, s, m or h), such as 10us'],
      [false, undefined],
      [false, 'a whole number of cores, such as 12'],
    ]);
    expect([...readAnswers(lesson, ['5=6 cores', `1=${busy!}%`]).values()]).toEqual([6, busy]);
    expect([...readAnswers(lesson, ['5=1 core']).values()]).toEqual([1]);
    expect([...readAnswers(lessonFor('overcommit', 'a'), ['1=1.25x']).values()]).toEqual([1.25]);
  });

  it('says what is the matter with an answer, and not what is right', () => {
    const time = { unit: 'duration', tolerance: 0.01 } as const;
    const share = { unit: 'percent', tolerance: 0.01 } as const;
    expect(hintOf(40.1, 40_000, time)).toBe('the number is right, its unit is not');
    expect(hintOf(0.851, 85, share)).toBe('right but for a factor of 100: in per cent');
    expect(hintOf(15, 85, share)).toBe('that is what is left to 100 %');
    expect(hintOf(41_000, 40_000, time)).toBe('too large, but near: it counts within 1 %');
    expect(hintOf(30_000, 40_000, time)).toBe('too small');
    expect(hintOf(7, 6, { unit: 'count', tolerance: 0 })).toBe('too large');
    const rest = { ...share, tolerance: 0.02, ofRest: true } as const;
    expect(hintOf(99.97, 99.975, rest)).toBe('too small');
    expect(toleranceText(rest)).toBe('within 2 % of what is left to 100 %');
  });

  it.each(names)('%s: takes what a table of three digits says, and asks exactly only for what is counted', (name) => {
    for (const { unit, tolerance, of } of lessonFor(name, 's1').questions) {
      if (tolerance === 0) expect(['count', 'bytes']).toContain(unit);
      else expect(tolerance).toBeGreaterThanOrEqual(0.01); // 1.005 is told as 1.00, half of that off
      expect(of === '').toBe(unit !== 'count' && unit !== 'factor');
      if (of !== '') expect(writtenOf({ unit, of })).toContain(of);
    }
  });

  it('refuses what names no question, or one twice, all at once', () => {
    const lesson = lessonFor('queueing', 'ada');
    expect(() => readAnswers(lesson, ['1=0.75', '3=9', '9=1', 'x', '5=2', '5=3', '4=4us'])).toThrow(
      [
        'answer: given "9=1", expected NUMBER=ANSWER with a number from 1 to 5, such as 1=75%',
        'answer: given "x", expected NUMBER=ANSWER with a number from 1 to 5, such as 1=75%',
        'answer 5: given "3", expected each question answered once',
      ].join('\n'),
    );
  });
});

describe('fluxhost lesson', () => {
  it('lists, tells, saves, grades by its status, and shows', async () => {
    const list = await cli();
    for (const name of names) expect(list.out).toContain(`  ${name} `);
    const file = join(folder, 'tail.yaml');
    const told = await cli('tail', '--student', 'ada', '--save', file);
    expect(told).toMatchObject({ status: 0, err: '' });
    expect(readFileSync(file, 'utf8')).toBe(lessonFor('tail', 'ada').scenario);
    expect(told.out).not.toContain('harmonic');
    const shown = JSON.parse((await cli('tail', '--student', 'ada', '--show', '--json')).out) as {
      questions: { answer: number }[];
    };
    const count = shown.questions[1]!.answer;
    expect((await cli('tail', '--student', 'ada', '--answer', `2=${count}`)).status).toBe(3); // four are not answered
    expect((await cli('tail', '--student', 'ada', '--answer', `2=${count}`)).out).toContain('1 of 5 right');
    expect(await cli('tail')).toMatchObject({ status: 2, out: '' });
    const unread = await cli('tail', '--student', 'ada', '--answer', '1=1', '--answer', `2=${count + 1}`);
    expect([unread.status, unread.err]).toEqual([3, '']);
    expect(unread.out).toContain('1: cannot be read, expected a share in per cent, such as 12.5%');
    expect(unread.out).toContain(`${count + 1} answers: not right: too large`);
    expect(unread.out).toContain('0 of 5 right');
    expect((await cli('tail', '--student', 'tail', '--answer', '7=1')).err).toContain('answer: given "7=1"');
    expect((await cli('--show')).err).toContain('a LESSON is missing');
  });
});
