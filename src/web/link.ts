// The page's end of the worker: a question and the promise of its answer.

import type { Answer, Ask } from './protocol.js';

type Kind = Ask['ask'];
type AnswerTo<K extends Kind> =
  | Extract<Answer, { answer: 'refused' | 'failed' }>
  | Extract<
      Answer,
      {
        answer: {
          load: 'loaded';
          advance: 'advanced';
          check: 'checked';
          schema: 'schema';
          step: 'advanced';
          fork: 'forked';
          beside: 'forked';
          unfork: 'unforked';
          explain: 'explained';
          result: 'result';
          report: 'report';
          sweep: 'swept';
          lesson: 'lesson';
          curve: 'curve';
          pages: 'paged';
          timeline: 'timeline';
        }[K];
      }
    >;

export class Link {
  private worker: Worker | undefined;
  private next = 0;
  private readonly waiting = new Map<number, (answer: Answer) => void>();

  /** Starts the worker when first asked, and again after `stop`. */
  ask<A extends Ask>(ask: A): Promise<AnswerTo<A['ask']>> {
    this.worker ??= this.start();
    const id = this.next++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve as (answer: Answer) => void);
      this.worker!.postMessage({ id, ask });
    });
  }

  private start(): Worker {
    const worker = new Worker(new URL('worker.js', document.baseURI), { type: 'module' }); // beside the page, wherever this chunk is
    worker.onmessage = ({ data }: MessageEvent<{ id: number; answer: Answer }>) => {
      this.waiting.get(data.id)?.(data.answer);
      this.waiting.delete(data.id);
    };
    worker.onerror = ({ message }) => {
      const why = message || 'the page’s file worker.js could not be loaded. Is the server still there?';
      this.stop(`The simulator stopped: ${why}`); // whoever asks next starts another
    };
    return worker;
  }

  /** Ends the worker with everything in it: whatever was asked fails. */
  stop(why: string): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.failAll(why);
  }

  private failAll(line: string): void {
    for (const resolve of this.waiting.values()) resolve({ answer: 'failed', line });
    this.waiting.clear();
  }
}

/** What an answer that is none says. */
export const complaint = (answer: Answer): string =>
  answer.answer === 'failed' ? answer.line : answer.answer === 'refused' ? answer.lines.join('\n') : '';
