// Programs under measurement, each in a process of its own, in the application's folder, talking by Node's own channel.

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { APPLICATION } from './install.mjs';
import { environment } from './subjects.mjs';

const DEADLINE_MS = 120_000;
const GRACE_MS = 5_000;
const LOG_LENGTH = 4_000;

/**
 * Runs one of the application's programs to its end and resolves with the message that it sent, and with
 * `elapsedMs` from its start to that message. Rejects with what it said when it sends none or runs too long.
 */
export async function runProgram(node, subject, program, { args = [], settings, deadlineMs = DEADLINE_MS } = {}) {
  const started = startProgram(node, subject, program, { args, settings, deadlineMs });
  const message = await started.message();
  await started.exited;
  return message;
}

/**
 * Starts a program that stays: { ask(question): the message that answers it, message(): the next message,
 * stop(), exited }. It is ended after the deadline in any case.
 */
export function startProgram(node, subject, program, { args = [], settings, deadlineMs = DEADLINE_MS } = {}) {
  const start = performance.now();
  const child = spawn(node.path, [...subject.args, resolve(APPLICATION, program), ...args], {
    cwd: APPLICATION,
    env: environment(subject, settings),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-LOG_LENGTH);
  });
  const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  const exited = new Promise((ended) => {
    child.once('exit', (code, signal) => {
      clearTimeout(deadline);
      ended(signal ?? code);
    });
  });
  const message = () =>
    new Promise((got, reject) => {
      child.once('message', (answer) => got({ ...answer, elapsedMs: performance.now() - start }));
      exited.then((how) => reject(new Error(reason(how, log, deadlineMs))));
    });
  return {
    exited,
    message,
    ask: (question) => {
      const answer = message();
      child.send(question);
      return answer;
    },
    stop: async () => {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await exited;
      clearTimeout(kill);
    },
  };
}

function reason(how, log, deadlineMs) {
  if (how === 'SIGKILL') return `did not end in ${deadlineMs / 1000} s`;
  const error = log.split('\n').find((line) => /error|cannot|heap/i.test(line)) ?? log.trim().split('\n').at(-1) ?? '';
  return `ended with ${how}: ${error.slice(0, 200)}`;
}
