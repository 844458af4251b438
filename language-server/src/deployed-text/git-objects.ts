// Texts out of a repository's object store, by one `git cat-file --batch` that lives as long as it is asked: a text
// costs no process. Nothing is fetched from elsewhere, nothing is written, no hook runs.

import { spawn } from 'node:child_process';

export interface Blob {
  oid: string;
  text: string;
}

export interface GitObjects {
  /** A blob or a commit by its name ("REVISION:path", "REVISION^{commit}"); null where there is none, or git cannot be run. Never rejects. */
  read(name: string): Promise<Blob | null>;
  close(): void;
}

/** Of git's own answer and of what a person may have written in one file. */
const LARGEST_BYTES = 4_000_000;
const IDLE_MS = 60_000;
const ANSWER_MS = 10_000;

/** What keeps git from asking people, from other machines, and from locks that it need not take. */
export const GIT_ENVIRONMENT = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
};

interface Waiting {
  name: string;
  resolve: (found: Blob | null) => void;
}

export function gitObjects(root: string): GitObjects {
  let running: ReturnType<typeof start> | null = null;
  let waiting: Waiting[] = [];
  let received: Buffer = Buffer.alloc(0);
  let timer: NodeJS.Timeout | null = null;

  function start() {
    const child = spawn('git', ['-C', root, 'cat-file', '--batch'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, ...GIT_ENVIRONMENT },
      windowsHide: true,
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (running !== child) return;
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      takeAnswers();
    });
    child.stdin.on('error', () => end(child));
    child.on('error', () => end(child));
    child.on('close', () => end(child));
    // It must not keep a program alive that has ended.
    child.unref();
    return child;
  }

  /** Whoever waits for it gets nothing; the next question starts another. */
  function end(child: typeof running): void {
    if (running !== child || child === null) return;
    running = null;
    received = Buffer.alloc(0);
    const left = waiting;
    waiting = [];
    for (const { resolve } of left) resolve(null);
    child.kill();
    schedule();
  }

  function takeAnswers(): void {
    for (let answer = nextAnswer(); answer !== undefined; answer = nextAnswer()) {
      waiting.shift()?.resolve(answer);
    }
    schedule();
  }

  /** undefined where it has not come in whole. */
  function nextAnswer(): Blob | null | undefined {
    const name = waiting[0]?.name;
    const lineEnd = received.indexOf(10);
    if (name === undefined || lineEnd === -1) return undefined;
    const line = received.toString('utf8', 0, lineEnd);
    const [, oid = '', type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line) ?? [];
    const length = oid === '' ? 0 : Number(size) + 1;
    if (received.length < lineEnd + 1 + length) return undefined;
    const isText = (type === 'blob' || type === 'commit') && length <= LARGEST_BYTES;
    const answer = isText ? { oid, text: received.toString('utf8', lineEnd + 1, lineEnd + length) } : null;
    received = received.subarray(lineEnd + 1 + length);
    return answer;
  }

  /** It ends when it was not asked for a while, and when it does not answer. */
  function schedule(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    const child = running;
    if (!child) return;
    timer = setTimeout(() => end(child), waiting.length > 0 ? ANSWER_MS : IDLE_MS);
    timer.unref();
  }

  return {
    read(name) {
      if (/[\r\n\0]/.test(name)) return Promise.resolve(null);
      return new Promise((resolve) => {
        running ??= start();
        waiting.push({ name, resolve });
        running.stdin.write(`${name}\n`);
        schedule();
      });
    },
    close: () => end(running),
  };
}
