// Asks the thread on which detection runs.

import { Worker } from 'node:worker_threads';
import type { AnalysisAnswer, AnalysisRequest } from './analysis-thread.js';

export interface AnalysisClient {
  ask(request: AnalysisRequest): Promise<AnalysisAnswer>;
  /** Of what the thread remembers, by its last answer. */
  rememberedBytes(): number;
  close(): Promise<void>;
}

/** `failed`: the thread ended by itself; every question that is open, and every later one, is refused. */
export function startAnalysis(failed: (error: unknown) => void): AnalysisClient {
  const worker = new Worker(new URL('./analysis-thread.js', import.meta.url), { name: 'prodlens-analysis' });
  const waiting = new Map<number, { done: (answer: AnalysisAnswer) => void; failed: (error: unknown) => void }>();
  let sequence = 0;
  let rememberedBytes = 0;
  let ended: unknown = null;
  let isClosing = false;

  function end(error: unknown): void {
    if (ended !== null) return;
    ended = error;
    for (const { failed: refuse } of waiting.values()) refuse(error);
    waiting.clear();
    if (!isClosing) failed(error);
  }
  worker.on('message', (answer: AnalysisAnswer) => {
    rememberedBytes = answer.rememberedBytes;
    waiting.get(answer.sequence)?.done(answer);
    waiting.delete(answer.sequence);
  });
  worker.on('error', end);
  worker.on('exit', () => end(new Error('the analysis has ended')));

  return {
    ask(request) {
      if (ended !== null) return Promise.reject(ended);
      const frames = request.type === 'minute' ? [...request.frames, ...request.endpointFrames] : [];
      const moved = frames.map(({ frame }) => frame.buffer as ArrayBuffer);
      return new Promise((done, refuse) => {
        waiting.set(++sequence, { done, failed: refuse });
        worker.postMessage({ ...request, sequence }, moved);
      });
    },
    rememberedBytes: () => rememberedBytes,
    async close() {
      isClosing = true;
      await worker.terminate();
    },
  };
}
