// A thread that is asked one thing after the other, and answers in that order. It is started by the first question, and
// again by the next one after it has ended by itself: what was asked of it until then is refused.

import { once } from 'node:events';
import { type MessagePort, parentPort, type Transferable, Worker } from 'node:worker_threads';

export interface AskedThread<Question, Answer> {
  /** Rejects with what the thread threw, of which message and code are left, or when it ends. */
  ask(question: Question, moved?: Transferable[]): Promise<Answer>;
  /** Lets it answer what it was asked. */
  close(): Promise<void>;
}

interface Fault {
  message: string;
  code?: string;
}
type Said<Answer> = { answer: Answer } | { fault: Fault };
const CLOSE = 'close';

/** `name` is what tools show. It keeps no program alive while nothing is asked. */
export function createAskedThread<Question, Answer>(
  script: URL,
  name: string,
  workerData?: unknown,
): AskedThread<Question, Answer> {
  interface Open {
    done: (answer: Answer) => void;
    failed: (error: unknown) => void;
  }
  let running: { worker: Worker; open: Open[] } | null = null;
  let isClosing = false;

  function start() {
    const worker = new Worker(script, { name, workerData });
    const own = { worker, open: [] as Open[] };
    const end = (error: unknown) => {
      if (running === own) running = null;
      for (const { failed } of own.open.splice(0)) failed(error);
    };
    worker.on('message', (said: Said<Answer>) => {
      const { done, failed } = own.open.shift()!;
      if (own.open.length === 0 && !isClosing) worker.unref();
      if ('answer' in said) done(said.answer);
      else failed(Object.assign(new Error(said.fault.message), said.fault));
    });
    worker.on('error', end);
    worker.on('exit', () => end(new Error(`the thread ${name} has ended`)));
    return own;
  }

  return {
    ask(question, moved = []) {
      if (isClosing) return Promise.reject(new Error(`the thread ${name} is closed`));
      running ??= start();
      const { worker, open } = running;
      return new Promise((done, failed) => {
        open.push({ done, failed });
        worker.ref();
        worker.postMessage(question, moved);
      });
    },
    async close() {
      isClosing = true;
      if (running === null) return;
      const { worker } = running;
      worker.ref();
      const ended = once(worker, 'exit');
      worker.postMessage(CLOSE);
      await ended;
    },
  };
}

/** On the thread: what answers, and what is done at the end. `moved`: what of an answer is not to be copied. */
export function answerQuestions<Question, Answer>(
  answer: (question: Question) => Answer,
  { moved = (_: Answer): Transferable[] => [], closed = () => {} } = {},
): void {
  const port = parentPort as MessagePort;
  port.on('message', (question: Question | typeof CLOSE) => {
    if (question === CLOSE) {
      closed();
      port.close();
      return;
    }
    try {
      const given = answer(question);
      port.postMessage({ answer: given }, moved(given));
    } catch (cause) {
      const { message, code } = cause as NodeJS.ErrnoException;
      port.postMessage({ fault: { message, ...(code !== undefined && { code }) } });
    }
  });
}
